"""A Job of device-simulator inside the release's namespace: job.py NAME IMAGE ARGUMENTS..."""

import json
import sys

name, image, *arguments = sys.argv[1:]
SECRET = {"SENS_MQTT__USERNAME": ("sens-mqtt", "username"), "SENS_MQTT__PASSWORD": ("sens-mqtt", "password"), "SENS_API_KEY": ("sens-api", "bootstrap-key")}
environment = [{"name": key, "valueFrom": {"secretKeyRef": {"name": secret, "key": entry}}} for key, (secret, entry) in SECRET.items()]
environment.append({"name": "SENS_MQTT__URL", "value": "mqtt://sens-mock-mqtt:1883"})
labels = {"app.kubernetes.io/name": "test", "app.kubernetes.io/instance": "sens"}
pod = {
    "restartPolicy": "OnFailure",  # a network that does not know the new pod yet refuses it
    "automountServiceAccountToken": False,
    "securityContext": {"runAsNonRoot": True, "runAsUser": 65532, "runAsGroup": 65532, "seccompProfile": {"type": "RuntimeDefault"}},
    "containers": [{
        "name": "simulator", "image": image, "imagePullPolicy": "IfNotPresent", "args": arguments, "env": environment,
        "securityContext": {"allowPrivilegeEscalation": False, "readOnlyRootFilesystem": True, "capabilities": {"drop": ["ALL"]}},
        "volumeMounts": [{"name": "sample", "mountPath": "/sample"}],
    }],
    "volumes": [{"name": "sample", "configMap": {"name": "e2e-sample"}}],
}
json.dump({
    "apiVersion": "batch/v1", "kind": "Job", "metadata": {"name": name, "labels": {"sens-e2e": "job"}},
    "spec": {"backoffLimit": 2, "template": {"metadata": {"labels": labels}, "spec": pod}},
}, sys.stdout)
