"""Keeps of the Kubernetes schemas and of custom resource definitions what the chart's kinds need, without descriptions."""

import json
import pathlib
import shutil
import sys

import yaml

ROOT = pathlib.Path(__file__).resolve().parents[2]
TARGET = ROOT / "infra/helm/schemas"
VERSION = "1.34.0"
KINDS = """configmap-v1 cronjob-batch-v1 deployment-apps-v1 horizontalpodautoscaler-autoscaling-v2 ingress-networking-v1 job-batch-v1
networkpolicy-networking-v1 persistentvolumeclaim-v1 pod-v1 poddisruptionbudget-policy-v1 role-rbac-v1 rolebinding-rbac-v1 secret-v1
service-v1 serviceaccount-v1 statefulset-apps-v1""".split()
CUSTOM = {"HTTPRoute", "ServiceMonitor", "PodMonitor", "PrometheusRule", "ScaledObject", "ExternalSecret", "Rollout", "AnalysisTemplate"}
PREFIX = "/api/_definitions.json"


class Loader(yaml.SafeLoader):
    """Knows the value tag `=` that some definitions use."""


Loader.add_constructor("tag:yaml.org,2002:value", lambda loader, node: loader.construct_scalar(node))


def stripped(node, drop=("description", "$id", "x-kubernetes-validations", "default")):
    if isinstance(node, dict):
        properties = node.get("properties")
        kept = {}
        for key, value in node.items():
            if key == "properties" and isinstance(value, dict):
                kept[key] = {name: stripped(inner) for name, inner in value.items()}
            elif key == "$ref":
                kept[key] = value.replace(PREFIX, "_definitions.json")
            elif key in drop or (key.startswith("x-") and properties is not value):
                continue
            else:
                kept[key] = stripped(value)
        return kept
    if isinstance(node, list):
        return [stripped(inner) for inner in node]
    return node


def references(node):
    if isinstance(node, dict):
        for key, value in node.items():
            if key == "$ref":
                yield value.rsplit("/", 1)[1]
            else:
                yield from references(value)
    elif isinstance(node, list):
        for inner in node:
            yield from references(inner)


def strict(node):
    """Closes every object whose properties are listed, unless it says that it keeps unknown ones."""
    if isinstance(node, list):
        return [strict(inner) for inner in node]
    if not isinstance(node, dict):
        return node
    closed = {key: strict(value) if key != "properties" else {n: strict(v) for n, v in value.items()} for key, value in node.items()}
    if "properties" in node and "additionalProperties" not in node and not node.get("x-kubernetes-preserve-unknown-fields"):
        closed["additionalProperties"] = False
    return closed


def write(path, schema):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(schema, separators=(",", ":"), sort_keys=True) + "\n")


def kubernetes(folder):
    source = folder / f"v{VERSION}-local-strict"
    definitions = json.loads((source / "_definitions.json").read_text())["$defs"]
    needed, queue = {}, []
    for kind in KINDS:
        schema = stripped(json.loads((source / f"{kind}.json").read_text()))
        write(TARGET / f"v{VERSION}-standalone-strict" / f"{kind}.json", schema)
        queue += references(schema)
    while queue:
        name = queue.pop()
        if name not in needed:
            needed[name] = stripped(definitions[name])
            queue += references(needed[name])
    write(TARGET / f"v{VERSION}-standalone-strict" / "_definitions.json", {"$defs": needed})


def custom(files):
    found = set()
    for file in files:
        for document in yaml.load_all(pathlib.Path(file).read_text(), Loader):
            if not document or document.get("kind") != "CustomResourceDefinition":
                continue
            spec = document["spec"]
            kind = spec["names"]["kind"]
            if kind not in CUSTOM:
                continue
            for version in spec["versions"]:
                if version.get("served") and "schema" in version:
                    schema = strict(version["schema"]["openAPIV3Schema"])
                    schema["properties"]["metadata"] = {"type": "object"}
                    write(TARGET / "custom" / f"{spec['group']}_{kind.lower()}_{version['name']}.json", stripped(schema))
                    found.add(kind)
    missing = CUSTOM - found
    if missing:
        sys.exit(f"no definition found of {', '.join(sorted(missing))}")


shutil.rmtree(TARGET, ignore_errors=True)
kubernetes(pathlib.Path(sys.argv[1]))
custom(pathlib.Path(sys.argv[2]).read_text().splitlines())
size = sum(path.stat().st_size for path in TARGET.rglob("*.json"))
print(f"wrote {len(list(TARGET.rglob('*.json')))} schemas, {size // 1024} KiB")
