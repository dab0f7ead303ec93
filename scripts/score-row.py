"""One score as a row of a Markdown table: `bakas --json score … | score-row.py`."""

import json
import sys

score = json.load(sys.stdin)
figures = [score[part][share] for part in ("incidents", "lines") for share in ("precision", "recall")]
campaigns = "right" if score["grouping"]["exact"] else "wrong"
cells = [str(score["seed"]), *(f"{f:.3f}" for f in figures), campaigns, str(len(score["accused"]))]
print("| " + " | ".join(cells) + " |")
