"""Takes the records out of Microsoft Purview's audit exports: the column AuditData, one JSON a line.

    audit-ndjson.py EXPORT.csv... > audit.ndjson
"""

import csv
import sys

csv.field_size_limit(1 << 24)
for path in sys.argv[1:]:
    with open(path, newline="", encoding="utf-8-sig") as export:
        for row in csv.DictReader(export):
            print(" ".join(row["AuditData"].splitlines()))
