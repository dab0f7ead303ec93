"""Loads events, one a line, with PyMISP, holds our object template against MISP's schema of
templates and our objects against the template, and prints each event as PyMISP writes it. A failure
goes to stderr and makes the exit code 1."""

import json
import logging
import pathlib
import sys

import jsonschema
import pymisp

logging.disable(logging.CRITICAL)


def main(path, formats):
    template = json.loads(
        (pathlib.Path(formats) / "misp-objects/bakas-part/definition.json").read_text()
    )
    folder = pathlib.Path(pymisp.__file__).parent / "data/misp-objects"
    jsonschema.validate(template, json.loads((folder / "schema_objects.json").read_text()))
    standard = json.loads((folder / "objects/network-connection/definition.json").read_text())
    templates = {each["uuid"]: each for each in (template, standard)}
    types = json.loads((folder.parent / "describeTypes.json").read_text())["result"]
    failures = 0
    with open(path, encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            wrong = list(check(json.loads(line)["Event"], templates, types))
            for what in wrong[:5]:
                print(f"event {number}: {what}", file=sys.stderr)
            failures += bool(wrong)
            event = pymisp.MISPEvent()
            event.load(line)
            print(json.dumps({"Event": json.loads(event.to_json())}))
    return 1 if failures else 0


def check(event, templates, types):
    for attribute in event["Attribute"]:
        yield from known(attribute, types)
    for item in event["Object"]:
        template = templates.get(item["template_uuid"])
        if template is None or template["name"] != item["name"]:
            yield f"{item['uuid']}: no such template"
            continue
        if int(item["template_version"]) != template["version"]:
            yield f"{item['uuid']}: version {item['template_version']}"
        seen = {attribute["object_relation"] for attribute in item["Attribute"]}
        if not set(template["requiredOneOf"]) & seen or set(template.get("required", [])) - seen:
            yield f"{item['uuid']}: a required member is missing"
        for attribute in item["Attribute"]:
            member = template["attributes"].get(attribute["object_relation"])
            if member is None or member["misp-attribute"] != attribute["type"]:
                yield f"{item['uuid']}: {attribute['object_relation']} is not in the template"
            yield from known(attribute, types)


def known(attribute, types):
    if attribute["category"] not in types["categories"]:
        yield f"category {attribute['category']}"
    elif attribute["type"] not in types["category_type_mappings"][attribute["category"]]:
        yield f"type {attribute['type']} in {attribute['category']}"


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
