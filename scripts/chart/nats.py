"""Takes the configuration of NATS out of a rendering and makes the files it names, for `nats-server -t`.

Usage: nats.py RENDERED.yaml FOLDER
"""

import pathlib
import subprocess
import sys

import yaml

folder = pathlib.Path(sys.argv[2])
folder.mkdir(parents=True, exist_ok=True)
documents = yaml.safe_load_all(pathlib.Path(sys.argv[1]).read_text())
text = next(d["data"]["nats.conf"] for d in documents if d and d["kind"] == "ConfigMap" and "nats.conf" in d.get("data", {}))
if "nats-tls" in text:
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "1", "-subj", "/CN=nats",
         "-keyout", folder / "tls.key", "-out", folder / "tls.crt"],
        check=True, stderr=subprocess.DEVNULL,
    )
    (folder / "ca.crt").write_bytes((folder / "tls.crt").read_bytes())
text = text.replace("/run/secrets/sens/nats-tls", str(folder)).replace("/data", str(folder / "data")).replace("/run/nats", str(folder))
(folder / "nats.conf").write_text(text)
