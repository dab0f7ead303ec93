"""The plain texts of the rules in a folder, one a line, for a search for all of them at once.

    bench-texts.py FOLDER > texts.txt

Values of a detection of three or more characters, without wildcards at their ends. Only roughly
what rules look for: a yardstick for speed, not for findings.
"""

import glob
import re
import sys

VALUE = re.compile(r"""^\s+(?:- |[\w().|-]+:\s+)(?:'((?:[^']|'')+)'|"((?:[^"\\]|\\.)+)"|([^'"\s#][^#\n]*))\s*(?:#.*)?$""")
found = set()
for path in glob.glob(f"{sys.argv[1]}/**/*.yml", recursive=True):
    inside = False
    for line in open(path, encoding="utf-8", errors="replace"):
        if not line.startswith(" "):
            inside = line.startswith("detection:")
        value = VALUE.match(line) if inside and "condition:" not in line else None
        if value:
            text = next(part for part in value.groups() if part).strip().replace("''", "'").strip("*")
            if len(text) > 2:
                found.add(text)
print("\n".join(sorted(found)))
