"""Schema, README and reference page of the chart, from the comments and defaults of values.yaml.

A comment that starts with "--" describes the key below it. "@schema {...}" adds to its JSON schema, "@map any|string|scalar"
says that the keys below it are free.
"""

import json
import pathlib
import re
import sys

import yaml

ROOT = pathlib.Path(__file__).resolve().parents[2]
CHART = ROOT / "infra/helm/sens-platform"
PAGE = ROOT / "docs/src/content/docs/reference/chart-values.md"
MAPS = {
    "any": {},
    "string": {"additionalProperties": {"type": "string"}},
    "scalar": {"additionalProperties": {"type": ["string", "number", "boolean"]}},
}
KEY = re.compile(r"^( *)([A-Za-z0-9_.-]+):")


def comments(text):
    """Gives description, schema and kind of map of each commented key, by its path."""
    found, path, pending = {}, [], []
    for line in text.splitlines():
        stripped = line.strip()
        if stripped.startswith("#"):
            pending.append(stripped[1:].strip())
            continue
        match = KEY.match(line)
        if match:
            depth = len(match[1]) // 2
            path = path[:depth] + [match[2]]
            entry = {"text": "", "schema": {}, "map": None}
            for note in pending:
                if note.startswith("-- "):
                    entry["text"] = note[3:]
                elif note.startswith("@schema "):
                    entry["schema"] = json.loads(note[8:])
                elif note.startswith("@map "):
                    entry["map"] = note[5:]
                elif entry["text"]:
                    entry["text"] += " " + note
            found[tuple(path)] = entry
        pending = []
    return found


def type_of(value):
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int):
        return "integer"
    if isinstance(value, float):
        return "number"
    if isinstance(value, list):
        return "array"
    return "string"


def schema_of(path, value, notes):
    note = notes.get(path, {"text": "", "schema": {}, "map": None})
    if isinstance(value, dict):
        schema = {"type": "object"}
        if note["map"]:
            schema.update(MAPS[note["map"]])
        elif path == ("components",):
            schema["additionalProperties"] = False
            schema["properties"] = {name: {"$ref": "#/$defs/component"} for name in value}
        else:
            schema["additionalProperties"] = False
            schema["properties"] = {key: schema_of((*path, key), inner, notes) for key, inner in value.items()}
    else:
        schema = {"type": type_of(value)}
    if note["text"]:
        schema["description"] = note["text"]
    schema.update(note["schema"])
    return schema


def full_schema(values, notes):
    schema = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "Values of sens-platform"}
    schema.update(schema_of((), values, notes))
    schema["$defs"] = {"component": schema["properties"].pop("componentDefaults")}
    schema["properties"]["componentDefaults"] = {"$ref": "#/$defs/component"}
    return schema


def rows(path, value, notes):
    """Gives path, default and text of every key that is described, depth first."""
    note = notes.get(path)
    leaf = not isinstance(value, dict) or not value or (note and note["map"])
    if note and note["text"] and (leaf or len(path) > 1):
        default = json.dumps(value, ensure_ascii=False) if leaf else ""
        if path[0] == "components" and len(path) == 2:
            default = json.dumps(value.get("image", {}).get("repository", ""))
        yield path, default, note["text"], note["schema"].get("enum")
    if not leaf and not (path[:1] == ("components",) and len(path) == 2):
        for key, inner in value.items():
            yield from rows((*path, key), inner, notes)


def escape(text):
    return text.replace("|", "\\|").replace("<", "&lt;")


def tables(values, notes, heading):
    out = []
    general = []
    for key, value in values.items():
        found = list(rows((key,), value, notes))
        if not isinstance(value, dict):
            general += found
            continue
        out.append(f"{heading} {key}\n")
        if notes.get((key,), {}).get("text"):
            out.append(escape(notes[(key,)]["text"]) + "\n")
        out += table(found)
    return "\n".join([*table(general), *out]) if general else "\n".join(out)


def table(found):
    lines = ["| Key | Default | Meaning |", "|---|---|---|"]
    for path, default, text, enum in found:
        choices = " One of " + ", ".join(f"`{e}`" if e != "" else "empty" for e in enum) + "." if enum else ""
        shown = f"`{default}`" if default else ""
        lines.append(f"| `{'.'.join(path)}` | {escape(shown)} | {escape(text)}{choices} |")
    return [*lines, ""]


def main():
    text = (CHART / "values.yaml").read_text()
    values, notes = yaml.safe_load(text), comments(text)
    chart = yaml.safe_load((CHART / "Chart.yaml").read_text())
    readme = (CHART / "README.md.gotmpl").read_text()
    for name in ("name", "description", "version", "kubeVersion"):
        readme = readme.replace("{{ " + name + " }}", chart[name])
    readme = readme.replace("{{ values }}", tables(values, notes, "###"))
    page = (
        "---\ntitle: Chart values\ndescription: Every value of the Helm chart, with its default.\n---\n\n"
        "<!-- Generated by `just chart-docs`. Change values.yaml, not this page. -->\n\n"
        "Values of the chart `infra/helm/sens-platform`. The schema is closed: a key that is not here is refused. Beside `values.yaml` stand\n"
        "`values-local.yaml`, `values-test.yaml`, `values-staging.yaml` and `values-production.yaml`. How to use them:\n"
        "[Install on Kubernetes](/how-to/kubernetes-install/).\n\n" + tables(values, notes, "##")
    )
    outputs = {
        CHART / "values.schema.json": json.dumps(full_schema(values, notes), indent=1, ensure_ascii=False) + "\n",
        CHART / "README.md": readme.rstrip() + "\n",
        PAGE: page.rstrip() + "\n",
    }
    stale = [path for path, wanted in outputs.items() if not path.exists() or path.read_text() != wanted]
    undescribed = [".".join(p) for p, v in leaves((), values, notes) if not notes.get(p, {}).get("text")]
    for key in undescribed:
        print(f"values.yaml: {key} has no description", file=sys.stderr)
    if "--check" in sys.argv:
        for path in stale:
            print(f"{path.relative_to(ROOT)} is stale: run `just chart-docs`", file=sys.stderr)
        sys.exit(1 if stale or undescribed else 0)
    for path in stale:
        path.write_text(outputs[path])
        print(f"wrote {path.relative_to(ROOT)}")
    sys.exit(1 if undescribed else 0)


def leaves(path, value, notes):
    if isinstance(value, dict) and value and not notes.get(path, {}).get("map") and path[:1] != ("components",):
        for key, inner in value.items():
            yield from leaves((*path, key), inner, notes)
    elif path[:1] != ("components",):
        yield path, value


main()
