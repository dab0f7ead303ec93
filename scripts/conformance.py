"""Asks Bakas and rsigma the same Sigma rules of the same fields, and tells of each difference why.

    conformance.py RSIGMA CORPORA OUT [SEED [ROUNDS]]

RSIGMA is the program (0.23 was used), CORPORA the folder of public data, OUT a folder for what is
written in between. The fields are those that Bakas's decoders give, as JSON; the slow twin has
agreed with Bakas on each event before. Of made rules every pair, not only those that differ, is asked
of a third interpreter (readings.py), which must answer as Bakas does, and with every difference in
reading switched over as rsigma does; the one at which an answer turns is its reason. It ends with 1
where a pair is not explained. SEED and ROUNDS (7 and 25) choose the made rules. Needs PyYAML. What the
differences mean stands in docs/sigma-conformance.md. Not part of Bakas: a yardstick.
"""

import collections
import glob
import json
import os
import shutil
import subprocess
import sys

import readings

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
subprocess.run(tool + ["made", f"{out}/made", *sys.argv[4:]], check=True, cwd=root)
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


def reasons(folder, mine, peer):
    """Why each made pair differs; pairs on which the engines agree are asked as well."""
    with open(f"{folder}/events.ndjson") as lines:
        events = [json.loads(line) for line in lines]
    plain, turned = readings.Reading([]), readings.Reading(readings.READINGS)
    for path in sorted(glob.glob(f"{folder}/rules/*.yml")):
        rule = readings.read(open(path).read())
        for event in events:
            pair = event["_n"], rule["id"]
            here, there = pair in mine, pair in peer
            if plain.rule(rule, event) != here or turned.rule(rule, event) != there or here != there:
                yield pair, readings.reason(rule, event, here, there)


total, refused, because = collections.Counter(), collections.Counter(), collections.Counter()
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
    why = dict(reasons(folder, mine, peer)) if label == "made" else {}
    because.update(why.values())
    because.update(readings.UNEXPLAINED for pair in mine ^ peer if pair not in why)
    with open(f"{folder}/differences.ndjson", "w") as differences:
        for number, rule in sorted(mine ^ peer):
            who = "bakas" if (number, rule) in mine else "rsigma"
            reason = why.get((number, rule), readings.UNEXPLAINED)
            record = {"only": who, "n": number, "rule": rule, "why": reason}
            differences.write(json.dumps(record) + "\n")
    for error in errors[:3]:
        print(f"{folder}: {error}", file=sys.stderr)

keys = ["events", "pairs", "both", "only Bakas", "only rsigma"]
print("| log | " + " | ".join(keys) + " |\n|---|" + "---:|" * len(keys))
for label in sorted({label for label, _ in total}):
    print(f"| {label} | " + " | ".join(f"{total[label, key]:,}" for key in keys) + " |")
for reason, count in refused.most_common():
    print(f"{count} rules refused by rsigma: {reason}")
print("\n| differences in reading | pairs |\n|---|---:|")
for reading in readings.READINGS:
    print(f"| {reading} | {because.pop(reading, 0):,} |")
print(f"| not explained | {sum(because.values()):,} |")
for reason, count in because.most_common():
    print(f"{count} pairs: {reason}", file=sys.stderr)
sys.exit(1 if because else 0)
