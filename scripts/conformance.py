"""Asks Bakas and rsigma the same Sigma rules of the same fields, and lists where they differ.

    conformance.py RSIGMA CORPORA OUT

RSIGMA is the program (0.23 was used), CORPORA the folder of public data, OUT a folder for what is
written in between. The fields are those that Bakas's decoders give, as JSON; the slow twin has
agreed with Bakas on each event before. What the differences mean stands in
docs/sigma-conformance.md. Not part of Bakas: a yardstick.
"""

import collections
import glob
import json
import os
import shutil
import subprocess
import sys

rsigma, corpora, out = sys.argv[1:4]
root = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
tool = ["cargo", "run", "-q", "-p", "bakas-engine", "--features", "twin", "--example", "conformance", "--"]

shutil.rmtree(out, ignore_errors=True)
logs = [
    path
    for path in sorted(glob.glob(f"{corpora}/logs/**/*", recursive=True))
    if os.path.isfile(path) and not path.endswith(("LICENSE", ".md"))
]
rules = f"{corpora}/sigma-rules"
subprocess.run(tool + ["made", f"{out}/made"], check=True, cwd=root)
subprocess.run(tool + ["logs", rules, f"{root}/pipelines", f"{out}/logs", *logs], check=True, cwd=root)


def evaluate(rules, events):
    return subprocess.run(
        [rsigma, "engine", "eval", "-r", rules, "-e", events, "--include-event",
         "--output-format", "ndjson", "--quiet"],
        capture_output=True, text=True)


def taken(folder):
    """Sets aside the rules that rsigma refuses, and gives the ids of the others."""
    ids = set()
    for path in sorted(glob.glob(f"{folder}/rules/*.yml")):
        error = [line for line in evaluate(path, "{}").stderr.splitlines() if "rror" in line]
        if error:
            os.makedirs(f"{folder}/refused", exist_ok=True)
            os.rename(path, f"{folder}/refused/{os.path.basename(path)}")
            refused[error[-1].split("; got")[0]] += 1
        else:
            ids.update(line[4:].strip() for line in open(path) if line.startswith("id: "))
    return ids


def theirs(folder):
    """Pairs of event and rule id that rsigma finds."""
    done = evaluate(f"{folder}/rules", f"@{folder}/events.ndjson")
    found = set()
    for line in done.stdout.splitlines():
        match = json.loads(line)
        found.add((match["event"]["_n"], match["rule_id"]))
    return found, done.stderr.strip().splitlines()


def ours(folder, ids):
    found = set()
    for line in open(f"{folder}/found.ndjson"):
        record = json.loads(line)
        found.update((record["n"], rule) for rule in record["rules"] if rule in ids)
    return found


total, refused = collections.Counter(), collections.Counter()
for events in sorted(glob.glob(f"{out}/**/events.ndjson", recursive=True)):
    folder = os.path.dirname(events)
    count = sum(1 for _ in open(events))
    ids = taken(folder)
    asked = len(ids)
    if not asked:
        continue
    mine, (peer, errors) = ours(folder, ids), theirs(folder)
    label = "made" if "/made/" in folder else os.path.basename(folder)
    for key, number in [("events", count), ("pairs", count * asked), ("both", len(mine & peer)),
                        ("only Bakas", len(mine - peer)), ("only rsigma", len(peer - mine))]:
        total[label, key] += number
    with open(f"{folder}/differences.ndjson", "w") as differences:
        for number, rule in sorted(mine ^ peer):
            who = "bakas" if (number, rule) in mine else "rsigma"
            differences.write(json.dumps({"only": who, "n": number, "rule": rule}) + "\n")
    for error in errors[:3]:
        print(f"{folder}: {error}", file=sys.stderr)

keys = ["events", "pairs", "both", "only Bakas", "only rsigma"]
print("| log | " + " | ".join(keys) + " |\n|---|" + "---:|" * len(keys))
for label in sorted({label for label, _ in total}):
    print(f"| {label} | " + " | ".join(f"{total[label, key]:,}" for key in keys) + " |")
for reason, count in refused.most_common():
    print(f"{count} rules refused by rsigma: {reason}")
