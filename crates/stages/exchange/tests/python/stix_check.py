"""Holds bundles, one a line, against the reference tools: `stix2.parse` without custom content,
the OASIS validator, the ids of observables as `stix2` computes them, and our extension's schema.
Prints one line a bundle; a failure goes to stderr and makes the exit code 1."""

import json
import logging
import pathlib
import sys

import jsonschema
import stix2
import stix2.base
import stix2validator

EXTENSION = "extension-definition--6a3f5b52-2f0c-4d5e-9c3b-7d1e0f8a4b21"

logging.disable(logging.CRITICAL)


# Bundles whose objects the validator is given at once: most of its time goes into its own schemas.
GROUP = 40


def main(path, formats):
    schema = json.loads((pathlib.Path(formats) / "stix-extension.schema.json").read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    extension = jsonschema.Draft202012Validator(schema)
    failures = 0
    with open(path, encoding="utf-8") as lines:
        bundles = [json.loads(line) for line in lines]
    for start in range(0, len(bundles), GROUP):
        group = bundles[start : start + GROUP]
        wrong = [what for bundle in group for what in check(bundle, extension)]
        wrong.extend(validated(group))
        for what in wrong[:5]:
            print(f"bundles {start + 1} to {start + len(group)}: {what}", file=sys.stderr)
        failures += bool(wrong)
        for _ in group:
            print("wrong" if wrong else "good")
    return 1 if failures else 0


def check(bundle, extension):
    try:
        parsed = stix2.parse(bundle, allow_custom=False)
    except Exception as error:  # whatever the library raises is a failure of ours
        yield f"stix2.parse: {error}"
        return
    for ours, theirs in zip(bundle["objects"], parsed.objects, strict=True):
        if isinstance(theirs, stix2.base._Observable):
            plain = {k: v for k, v in ours.items() if k not in ("id", "object_marking_refs")}
            again = stix2.parse_observable(plain, version="2.1")
            if again.id != ours["id"]:
                yield f"{ours['id']}: stix2 computes {again.id}"
    for item in bundle["objects"]:
        part = item.get("extensions", {}).get(EXTENSION)
        if part is not None:
            for error in extension.iter_errors(part):
                yield f"{item['id']}: our schema: {error.json_path}: {error.message[:200]}"


def validated(group):
    """The validator over the objects of several bundles; one that differs under its id goes into
    another round."""
    options = stix2validator.ValidationOptions(version="2.1", silent=True)
    left = [item for bundle in group for item in bundle["objects"]]
    while left:
        now, later = {}, []
        for item in left:
            if now.setdefault(item["id"], item) != item:
                later.append(item)
        bundle = {"type": "bundle", "id": group[0]["id"], "objects": list(now.values())}
        for error in stix2validator.validate_instance(bundle, options).errors or []:
            yield f"validator: {error}"
        left = later


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
