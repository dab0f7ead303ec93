"""Access log lines in combined format become JSON lines with Sigma's field names for web servers.

    web-ndjson.py LINES < access.log > access.ndjson

For engines that read JSON only. Not part of Bakas: a yardstick needs the same lines.
"""

import json
import re
import sys
from itertools import islice

COMBINED = re.compile(
    r'(?P<ip>\S+) \S+ \S+ \[[^\]]*\] "(?P<method>\S+) (?P<uri>\S+)[^"]*" '
    r'(?P<status>\d+) \S+(?: "(?P<referer>[^"]*)" "(?P<agent>[^"]*)")?'
)

for line in islice(sys.stdin, int(sys.argv[1])):
    found = COMBINED.match(line)
    if not found:
        continue
    stem, _, query = found["uri"].partition("?")
    event = {
        "c-ip": found["ip"],
        "cs-method": found["method"],
        "c-uri": found["uri"],
        "cs-uri": found["uri"],
        "cs-uri-stem": stem,
        "c-uri-query": query,
        "cs-uri-query": query,
        "sc-status": int(found["status"]),
        "cs-referer": found["referer"],
        "c-useragent": found["agent"],
        "cs-user-agent": found["agent"],
    }
    json.dump(event, sys.stdout, separators=(",", ":"))
    sys.stdout.write("\n")
