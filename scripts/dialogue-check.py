"""Compares what the dialogue of scripts/dialogue left in a folder with the truth of the scenario.
Python's standard library only. Ends with 1, and says where, at the first thing that is not so."""

import json
import re
import sys
from pathlib import Path

root = Path(sys.argv[1])
failed = []


def lines(path):
    with open(root / path, encoding="utf-8") as file:
        return [json.loads(line) for line in file if line.strip()]


def message(name):
    return json.loads((root / "post" / name).read_text(encoding="utf-8"))["package"]["content"]["of"]


def must(what, is_so):
    print(("  right: " if is_so else "  WRONG: ") + what)
    if not is_so:
        failed.append(what)


header, *flows = lines("scenario/operator-truth.ndjson")
truth = {(one["file"], one["offset"]): one for one in flows}
known = {}
for one in lines("theirs/desk/exchange/subscribers.ndjson"):
    known[one["reference"]] = one["subscriber"]


def record(flow):
    evidence = flow["evidence"][0]
    return truth.get((evidence["file"], evidence["offset"]))


def pairs(request, answer):
    asked, told = message(request), message(answer)
    by_name = {one["flow"]: one for one in told["flows"]}
    return [(one, by_name[one["id"]]) for one in asked["flows"]], told


# Ten records, each with its port, lead to one subscriber each, and the right one.
ten, told = pairs("request.json", "answer.json")
must(f"ten records were asked about: {len(ten)}", len(ten) == 10)
right = 0
for flow, said in ten:
    real, found = record(flow), [known.get(one["reference"]) for one in said["candidates"]]
    is_right = said["outcome"] == "identified" and real is not None and found == [real["subscriber"]]
    is_right = is_right and flow["source_port"] == {"known": real["port"]} and flow["evidence"][0].get("proof")
    right += bool(is_right)
    if not is_right:
        print(f"    {flow['id']} {flow['source']}: {said['outcome']} {found}, in truth {real}")
must(f"of the ten, {right} were identified as whose they were", right == 10)
text = (root / "post/answer.json").read_text(encoding="utf-8")
inner = [one["inner"] for one in flows if "inner" in one]
must("the answer names no subscriber and no inner address", not any(
    f'"{one}"' in text for one in list(known.values()) + inner))

# Without the port several fit, one of them the right one; of December nothing is kept.
[(flow, said)], told = pairs("request-2.json", "answer-2.json")
real, found = record(flow), [known.get(one["reference"]) for one in said["candidates"]]
must(f"without the port it is told as {told['status']}: {len(found)} fit", told["status"] == "ambiguous"
     and said["outcome"] == "ambiguous" and len(found) > 1)
must("and the right one is among them", real is not None and real["subscriber"] in found)
[(flow, said)], told = pairs("request-3.json", "answer-3.json")
must(f"a record of {flow['start'][:10]}, before {header['kept_from'][:10]}: {said['outcome']}",
     flow["start"] < header["kept_from"] and said["outcome"] == "not_retained" and not said.get("candidates"))

# The ten records in the bag are those of the request, with time and address and port, and no more.
bag = [json.loads(path.read_text(encoding="utf-8")) for path in sorted((root / "post/records/data/records").glob("*.json"))]
asked = {(one["evidence"][0]["offset"], one["evidence"][0]["length"]) for one, _ in ten}
must("the records disclosed are the ten", {(one["offset"], one["length"]) for one in bag} == asked)
shown = json.dumps([one["fields"] for one in bag])
must("with address and port each", all(
    f"{flow['source']}" in shown and str(flow["source_port"]["known"]) in shown for flow, _ in ten))
must("and nothing of what was asked for at the site", "/member/" not in shown and "Mozilla" not in shown)

# The answer moved the assessment.
questions = lambda name: re.split(r"\n(?=\S+/\w+ )", (root / "ours" / name).read_text(encoding="utf-8"))
moved = [a.split()[0] for b, a in zip(questions("before.txt"), questions("after.txt")) if a != b]
must(f"the assessment moved: {', '.join(moved) or 'nothing'}", len(moved) == 1 and moved[0].endswith("/infrastructure"))

# The overlap is what both lists have in common.
case = json.loads((root / "ours/case/case.json").read_text(encoding="utf-8"))
ours = {one["address"] for incident in case["incidents"] for one in incident["addresses"]}
theirs = set((root / "theirs/seen.txt").read_text(encoding="utf-8").split())
said = [int(n) for n in re.findall(r"^(\d+) of our \d+ observables are shared", (root / "all.out").read_text(encoding="utf-8"), re.M)]
both = len(ours & theirs)
must(f"the overlap is {both}, by both sides: {said}", both > 0 and said == [both, both])

sys.exit(1 if failed else 0)
