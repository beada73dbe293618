"""Compares what became of the sample with what is expected: sample.py EXPECTED.json FOLDER (before, after and views as JSON)."""

import json
import pathlib
import sys

expected = json.load(open(sys.argv[1]))
folder = pathlib.Path(sys.argv[2])
before, after = (json.loads((folder / f"{name}.json").read_text()) for name in ("before", "after"))
faults = []


def same(what, wanted, found):
    if wanted != found:
        faults.append(f"{what}: {wanted} expected, {found} found")


same("messages received", expected["messages"], after["messages"]["received"] - before["messages"]["received"])
for key, name in (("processed", "processed"), ("duplicate", "duplicate"), ("error", "errors_total")):
    same(f"readings {key}", expected[name], after["readings"][key] - before["readings"][key])
same("balanced", True, after["balanced"])


def items(view):
    return {item["serial"]: item for item in json.loads((folder / f"{view}.json").read_text())["items"]}


def close(what, wanted, found, tolerance):
    if found is None or abs(wanted - found) > tolerance:
        faults.append(f"{what}: {wanted} expected, {found} found")


found = items("average-extension")
for serial, wanted in expected["views"]["average_extension_mm"].items():
    close(f"average extension of {serial}", wanted, found.get(serial, {}).get("avg_extension_mm"), 0.0006)
found = items("battery-summary")
for serial, wanted in expected["views"]["battery"].items():
    for kind, value in wanted.items():
        close(f"battery {kind} of {serial}", value, found.get(serial, {}).get(f"{kind}_pct"), 0.06)

print("\n".join(faults) if faults else f"sample: {expected['messages']} messages became {expected['processed']} readings, "
      f"{expected['duplicate']} duplicates and {expected['errors_total']} errors, and the evaluations are as expected")
sys.exit(1 if faults else 0)
