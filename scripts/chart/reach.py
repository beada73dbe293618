"""Who reaches whom, computed from rendered NetworkPolicies, against the table that is expected.

Usage: reach.py RENDERED.yaml TABLE.txt [--write]

Every pod of the release is tried against every port of every other one, and so are those around it: the Ingress controller,
Prometheus, KEDA, Grafana, a stranger in the same namespace and one elsewhere, DNS, and an address outside of the cluster.
"""

import ipaddress
import os
import pathlib
import sys

import yaml

NAMESPACE = os.environ.get("NAMESPACE", "sens")
OUTSIDE = [5432, 4222, 8222, 1883, 8883, 443, 4318, 9000, 25]
WORKLOADS = {"Deployment", "StatefulSet", "Job", "CronJob", "Pod"}


class Actor:
    def __init__(self, name, namespace, labels, ports=(), address=None):
        self.name, self.namespace, self.labels, self.address = name, namespace, labels, address
        self.ports = list(ports)
        self.ours = name.islower() and "app.kubernetes.io/instance" in labels


def blocks(node):
    """The address ranges that policies name."""
    if isinstance(node, dict):
        return set().union({node["ipBlock"]["cidr"]} if "ipBlock" in node else set(), *map(blocks, node.values()))
    return set().union(*map(blocks, node)) if isinstance(node, list) else set()


def pod_of(document):
    if document["kind"] == "Pod":
        return document
    spec = document["spec"]
    return (spec["jobTemplate"]["spec"] if document["kind"] == "CronJob" else spec)["template"]


def actors(documents):
    found = {}
    for document in documents:
        if document["kind"] not in WORKLOADS:
            continue
        pod = pod_of(document)
        labels = pod["metadata"]["labels"]
        name = labels["app.kubernetes.io/name"]
        ports = [p["containerPort"] for c in pod["spec"]["containers"] for p in c.get("ports", [])]
        known = found.setdefault(name, Actor(name, NAMESPACE, labels))
        known.ports += [port for port in ports if port not in known.ports]
    around = [
        Actor("INGRESS", "kube-system", {"app.kubernetes.io/name": "traefik"}),
        Actor("PROMETHEUS", "monitoring", {"app.kubernetes.io/name": "prometheus"}),
        Actor("GRAFANA", "monitoring", {"app.kubernetes.io/name": "grafana"}),
        Actor("KEDA", "keda", {}),
        Actor("STRANGER", NAMESPACE, {"app": "stranger"}),
        Actor("ELSEWHERE", "default", {}),
        Actor("SOLVER", NAMESPACE, {"acme.cert-manager.io/http01-solver": "true"}, [8089]),
        Actor("DNS", "kube-system", {"k8s-app": "kube-dns"}, [53]),
        Actor("OUTSIDE", None, {}, OUTSIDE, ipaddress.ip_address("203.0.113.1")),
    ]
    for block in sorted(blocks(documents)):
        around.append(Actor(f"OUTSIDE {block}", None, {}, OUTSIDE, ipaddress.ip_network(block)[0]))
    return sorted(found.values(), key=lambda actor: actor.name) + around


def selects(selector, labels):
    wanted = (selector or {}).get("matchLabels") or {}
    assert set(selector or {}) <= {"matchLabels"}, "only matchLabels is understood here"
    return all(labels.get(key) == value for key, value in wanted.items())


def peer_matches(peer, actor):
    if "ipBlock" in peer:
        return actor.address is not None and actor.address in ipaddress.ip_network(peer["ipBlock"]["cidr"])
    if actor.address is not None:
        return False
    if "namespaceSelector" in peer:
        if not selects(peer["namespaceSelector"], {"kubernetes.io/metadata.name": actor.namespace}):
            return False
    elif actor.namespace != NAMESPACE:
        return False
    return selects(peer.get("podSelector"), actor.labels)


def allowed(policies, direction, subject, other, port):
    key, peers = ("Ingress", "from") if direction == "ingress" else ("Egress", "to")
    if subject.namespace != NAMESPACE:
        return True
    mine = [p["spec"] for p in policies if key in p["spec"]["policyTypes"] and selects(p["spec"]["podSelector"], subject.labels)]
    if not mine:
        return True
    for spec in mine:
        for rule in spec.get(direction) or []:
            ports = [p["port"] for p in rule.get("ports") or []]
            if ports and port not in ports:
                continue
            if not rule.get(peers) or any(peer_matches(peer, other) for peer in rule[peers]):
                return True
    return False


def table(documents):
    policies = [document for document in documents if document["kind"] == "NetworkPolicy"]
    everybody = actors(documents)
    lines, tried = [], 0
    for source in everybody:
        for target in everybody:
            if not (source.ours or target.ours):
                continue
            for port in target.ports:
                tried += 1
                if allowed(policies, "egress", source, target, port) and allowed(policies, "ingress", target, source, port):
                    lines.append(f"{source.name} -> {target.name}:{port}")
    return lines, tried


def main():
    rendered, path = sys.argv[1], pathlib.Path(sys.argv[2])
    documents = [document for document in yaml.safe_load_all(open(rendered)) if document]
    lines, tried = table(documents)
    if "--write" in sys.argv:
        path.write_text("\n".join(lines) + "\n")
        print(f"wrote {path}: {len(lines)} of {tried} connections are allowed")
        return
    expected = path.read_text().splitlines()
    faults = [f"allowed, but not expected: {line}" for line in lines if line not in expected]
    faults += [f"expected, but not allowed: {line}" for line in expected if line not in lines]
    for fault in faults:
        print(f"{path.name}: {fault}", file=sys.stderr)
    print(f"reachability {path.stem}: {tried} connections tried, {len(lines)} allowed, {len(faults)} differ")
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main()
