"""The connections of a rendering, tried for real: a pod for each source, with what it must and must not reach.

Usage: pairs.py RENDERED.yaml IMAGE PULL_POLICY < ADDRESSES > PODS.yaml

ADDRESSES: lines `component address` of the running pods. Prints Pods that carry the labels of each component (and of a
stranger, of Prometheus, of somebody elsewhere), are never ready, so that no Service sends them anything, and try every port.
"""

import sys

import yaml

from reach import NAMESPACE, actors, allowed

PROBES = {"STRANGER": NAMESPACE, "ELSEWHERE": f"{NAMESPACE}-elsewhere", "PROMETHEUS": f"{NAMESPACE}-monitoring"}


def pod(source, namespace, image, pull_policy, opened, closed):
    arguments = ["verify", "ports"]
    for flag, addresses in (("--open", opened), ("--closed", closed)):
        for address in addresses:
            arguments += [flag, address]
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": f"probe-{source.name.lower()}", "namespace": namespace, "labels": {**source.labels, "sens-e2e": "probe"}},
        "spec": {
            "restartPolicy": "Never",
            "automountServiceAccountToken": False,
            "readinessGates": [{"conditionType": "sens-platform/never-ready"}],
            "securityContext": {"runAsNonRoot": True, "runAsUser": 65532, "seccompProfile": {"type": "RuntimeDefault"}},
            "containers": [{
                "name": "probe", "image": image, "imagePullPolicy": pull_policy, "args": arguments,
                "securityContext": {"allowPrivilegeEscalation": False, "readOnlyRootFilesystem": True, "capabilities": {"drop": ["ALL"]}},
            }],
        },
    }


def main():
    rendered, image, pull_policy = sys.argv[1:]
    documents = [document for document in yaml.safe_load_all(open(rendered)) if document]
    policies = [document for document in documents if document["kind"] == "NetworkPolicy"]
    addresses = dict(line.split() for line in sys.stdin if line.strip())
    everybody = actors(documents)
    pods, tried = [], 0
    for source in everybody:
        if not (source.ours or source.name in PROBES):
            continue
        opened, closed = [], []
        for target in everybody:
            if target.name not in addresses or target is source:
                continue
            for port in target.ports:
                tried += 1
                may = allowed(policies, "egress", source, target, port) and allowed(policies, "ingress", target, source, port)
                (opened if may else closed).append(f"{addresses[target.name]}:{port}")
        namespace = PROBES.get(source.name, NAMESPACE)
        pods.append(pod(source, namespace, image, pull_policy, opened, closed))
    yaml.safe_dump_all(pods, sys.stdout)
    print(f"{len(pods)} sources, {tried} connections", file=sys.stderr)


main()
