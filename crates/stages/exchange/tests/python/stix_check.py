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


def main(path, formats):
    schema = json.loads((pathlib.Path(formats) / "stix-extension.schema.json").read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    extension = jsonschema.Draft202012Validator(schema)
    options = stix2validator.ValidationOptions(version="2.1", silent=True)
    failures = 0
    with open(path, encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            wrong = list(check(json.loads(line), extension, options))
            for what in wrong[:5]:
                print(f"bundle {number}: {what}", file=sys.stderr)
            failures += bool(wrong)
            print("wrong" if wrong else "good")
    return 1 if failures else 0


def check(bundle, extension, options):
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
    result = stix2validator.validate_instance(bundle, options)
    for error in result.errors or []:
        yield f"validator: {error}"
    for item in bundle["objects"]:
        part = item.get("extensions", {}).get(EXTENSION)
        if part is not None:
            for error in extension.iter_errors(part):
                yield f"{item['id']}: our schema: {error.json_path}: {error.message[:200]}"


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
