"""Takes the groups out of a PrometheusRule, and checks what promtool does not: every alert has a test that fires and one that
does not, a runbook that exists, and metrics that the platform has.

Usage: alerts.py RULE.yaml GROUPS.yaml TESTS.yaml...
"""

import pathlib
import re
import sys

import yaml

ROOT = pathlib.Path(__file__).resolve().parents[2]
RUNBOOKS = ROOT / "docs/src/content/docs/runbooks"
METRICS = (ROOT / "docs/src/content/docs/reference/metrics.md").read_text()
DASHBOARDS = ROOT / "infra/helm/sens-platform/files/dashboards"

spec = yaml.safe_load(pathlib.Path(sys.argv[1]).read_text())["spec"]
pathlib.Path(sys.argv[2]).write_text(yaml.safe_dump(spec, sort_keys=False))
rules = [rule for group in spec["groups"] for rule in group["rules"]]
tests = {}
for path in sys.argv[3:]:
    for test in yaml.safe_load(pathlib.Path(path).read_text())["tests"]:
        alert, _, outcome = test["name"].partition(" ")
        tests.setdefault(alert, set()).add(outcome)

faults = []
recorded = {rule["record"] for rule in rules if "record" in rule}


def unknown(expression):
    """Metrics of ours in an expression that nothing exposes or records."""
    for metric in re.findall(r"\b(?:sens_|http_server_|http_ingest_)[a-z_]+", expression):
        if f"`{re.sub('_(bucket|count|sum)$', '', metric)}`" not in METRICS and f"`{metric}`" not in METRICS:
            yield metric
    yield from (name for name in re.findall(r"\bsens:[a-z0-9_:]+", expression) if name not in recorded)


for rule in rules:
    name = rule.get("alert") or rule["record"]
    faults += [f"{name}: there is no metric {metric}" for metric in unknown(rule["expr"])]
    if "alert" not in rule:
        continue
    if tests.get(name) != {"fires", "stays quiet"}:
        faults.append(f"{name}: needs a test named '{name} fires' and one named '{name} stays quiet'")
    page = rule["annotations"].get("runbook_url", "").rstrip("/").rsplit("/", 1)[-1]
    if not (RUNBOOKS / f"{page}.md").exists():
        faults.append(f"{name}: the runbook docs/src/content/docs/runbooks/{page}.md does not exist")
faults += [f"{name}: is tested, but there is no such alert" for name in tests if name not in {r.get("alert") for r in rules}]
for dashboard in sorted(DASHBOARDS.glob("*.json")):
    faults += [f"{dashboard.name}: there is no metric {metric}" for metric in sorted(set(unknown(dashboard.read_text())))]
for fault in faults:
    print(fault, file=sys.stderr)
print(f"alerts: {sum('alert' in rule for rule in rules)} alerts, {len(recorded)} recording rules, {len(faults)} faults")
sys.exit(1 if faults else 0)
