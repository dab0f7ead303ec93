"""Sends bundles, one a line, through misp-stix into MISP events and back out as STIX 2.1, as an
importer would that knows nothing of our extension. Prints one bundle a line."""

import json
import logging
import sys
import uuid

import misp_stix_converter
import stix2

logging.disable(logging.CRITICAL)


def main(path, _formats):
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            event = imported(json.loads(line))
            print(exported(event))
    return 0


def imported(bundle):
    parser = misp_stix_converter.ExternalSTIX2toMISPParser()
    parser.load_stix_bundle(stix2.parse(bundle, allow_custom=True))
    parser.parse_stix_bundle(single_event=True)
    event = json.loads(parser.misp_event.to_json())
    as_a_server_keeps_it(event)
    event.setdefault("Orgc", {"name": "Example", "uuid": "5cf66e53-b5f8-43e7-be9a-49880a3b4631"})
    return event


def as_a_server_keeps_it(value):
    """A MISP server keeps the times of analyst data without a zone and names every sighting."""
    if isinstance(value, dict):
        for sighting in value.get("Sighting", []):
            sighting.setdefault("uuid", str(uuid.uuid4()))
        for name in ("created", "modified"):
            if isinstance(value.get(name), str):
                value[name] = value[name].replace("T", " ").split("+")[0].split(".")[0]
        for member in value.values():
            as_a_server_keeps_it(member)
    elif isinstance(value, list):
        for item in value:
            as_a_server_keeps_it(item)


def exported(event):
    parser = misp_stix_converter.MISPtoSTIX21Parser()
    parser.parse_misp_event({"Event": event})
    return json.dumps(json.loads(parser.bundle.serialize()))


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
