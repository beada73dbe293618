"""The same objects in all environments: only what is listed here may differ between the overlays.

Usage: overlays.py LOCAL.yaml TEST.yaml STAGING.yaml PRODUCTION.yaml
"""

import collections
import pathlib
import re
import sys

import yaml

# (kind, component) and the environments that have it; everything else must be in all of them.
EXPECTED = {
    ("Secret", "secrets"): {"local"},  # generated
    ("Ingress", "ingress-console"): {"local"},
    ("Deployment", "mock-mqtt"): {"local", "test"},
    ("Service", "mock-mqtt"): {"local", "test"},
    ("ConfigMap", "mock-mqtt"): {"local", "test"},
    ("NetworkPolicy", "mock-mqtt"): {"local", "test"},
    ("Deployment", "simulator"): {"local", "test"},
    ("NetworkPolicy", "simulator"): {"local", "test"},
    ("CronJob", "backup"): {"test", "staging", "production"},
    ("NetworkPolicy", "backup"): {"test", "staging", "production"},
    ("PersistentVolumeClaim", "backup"): {"test"},
    ("NetworkPolicy", "acme-solver"): {"test", "staging", "production"},
    ("PrometheusRule", "alerts"): {"test", "staging", "production"},
    ("ConfigMap", "dashboards"): {"test", "staging", "production"},
    ("ServiceMonitor", "*"): {"test", "staging", "production"},
}


def objects(path):
    for document in yaml.safe_load_all(path.read_text()):
        if document:
            yield document["kind"], document["metadata"]["labels"]["app.kubernetes.io/name"]


paths = [pathlib.Path(argument) for argument in sys.argv[1:]]
found = collections.defaultdict(set)
for path in paths:
    for identity in objects(path):
        found[identity].add(path.stem)
environments = {path.stem for path in paths}
faults = []
for (kind, component), where in sorted(found.items()):
    wanted = EXPECTED.get((kind, component), EXPECTED.get((kind, "*"), environments))
    if where != wanted:
        faults.append(f"{kind} of {component}: in {', '.join(sorted(where))}, expected in {', '.join(sorted(wanted))}")
for fault in faults:
    print(fault, file=sys.stderr)
texts = {path.stem: path.read_text() for path in paths}
for environment in ("staging", "production"):
    if re.search(r"mock-mqtt|simulator(?!/)", re.sub(r"image: .*device-simulator.*", "", texts[environment])):
        faults.append(f"{environment} mentions the mock broker")
print(f"overlays: {len(found)} kinds of objects, {len(faults)} differ without being listed")
sys.exit(1 if faults else 0)
