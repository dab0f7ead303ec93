"""A plain interpreter of Sigma rules in which every place where Bakas and rsigma read the specification
differently is a switch. It tells mechanically why an answer differs: with no switch it must answer as
Bakas does, with all of them as rsigma does, and the switch at which the answer turns is the reason.

It reads what `twin/generate.rs` makes, and no more of Sigma. docs/sigma-conformance.md has the words of
the specification for each switch, under the same name. A yardstick; not part of Bakas.
"""

import base64
import datetime
import ipaddress
import math
import re

import yaml

#: Every difference in reading, in the order in which answers are asked for them.
READINGS = [
    "neq: absent field",
    "neq: beside exists",
    "keyword: number or truth value",
    "keyword: all of them",
    "letters that fold to ASCII",
    "null beside other values",
    "exists: null",
    "truth value as 1, 0, yes, no",
    "classes of expressions",
    "fieldref: not of text",
    "fieldref: several values",
    "date: zone",
    "date: form",
    "date: rounding",
    "cidr: mapped address",
    "UTF-16 without base64",
    "base64offset: last character",
    "windash: which dashes",
    "startswith, endswith: wildcards",
]

#: What a difference is called that no switch brings about.
UNEXPLAINED = "not explained"

CLASSES = {"d": "0-9", "w": "A-Za-z0-9_", "s": "\\t\\n\\x0B\\x0C\\r "}
DASHES = "-/\u2013\u2014\u2015"


def written(value):
    """A value as text; None for what has none."""
    if value is None or isinstance(value, (list, dict)):
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def number(value):
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, (int, float)):
        return value
    if not re.fullmatch(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)(e[+-]?[0-9]+)?", value, re.I | re.A):
        return None
    return float(value)


class Reading:
    """A rule asked with some of the switches on."""

    def __init__(self, switches):
        self.on = set(switches)

    def fold(self, text):
        if "letters that fold to ASCII" in self.on:
            return text.lower()
        one = lambda c: c.lower() if len(c.lower()) == 1 and c.lower().isascii() == c.isascii() else c
        return "".join(map(one, text))

    # Tests of one value ---------------------------------------------------------------------------

    def pattern(self, parts, cased, value, anchors=(True, True)):
        text = written(value)
        if text is None:
            return False
        prepare = (lambda t: t) if cased else self.fold
        source = "".join(p if kind else re.escape(prepare(p)) for kind, p in parts)
        source = ("\\A" if anchors[0] else "") + source + ("\\Z" if anchors[1] else "")
        return re.search(source, prepare(text), re.S) is not None

    def regex(self, source, flags, value):
        text = written(value)
        if text is None:
            return False
        if "classes of expressions" not in self.on:
            inside = lambda m: f"[{'^' if m[1].isupper() else ''}{CLASSES[m[1].lower()]}]"
            in_set = lambda m: m[0].replace("\\w", CLASSES["w"]).replace("\\d", CLASSES["d"])
            source = re.sub(r"\[[^]]*\]", in_set, source)
            source = re.sub(r"\\([dwsDWS])", inside, source)
        if "letters that fold to ASCII" not in self.on:
            text = text.replace("\u212a", "\u2603")
        return re.search(source, text, flags) is not None

    def truth(self, expected, value):
        if isinstance(value, bool):
            return value == expected
        if not isinstance(value, str):
            return False
        names = [["false"], ["true"]]
        if "truth value as 1, 0, yes, no" in self.on:
            names = [["false", "0", "no"], ["true", "1", "yes"]]
        return value.lower() in names[expected]

    def part_of_date(self, part, value):
        if isinstance(value, bool) or value is None:
            return None
        if isinstance(value, float):
            value = math.trunc(value) if "date: rounding" in self.on else math.floor(value)
        if isinstance(value, int):
            seconds = value if abs(value) < 10**11 else value // 1000
            date = datetime.datetime(1970, 1, 1) + datetime.timedelta(seconds=seconds)
            return self.part(part, date, True)
        form = re.match(r"(\d{4})-(\d\d)-(\d\d)(?:[Tt ](\d\d):(\d\d))?", value, re.A)
        if form is None:
            return None
        if "date: form" in self.on and not re.fullmatch(
            r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)?", value, re.A
        ):
            return None
        clock = [int(n) for n in form.groups()[3:] if n]
        try:
            date = datetime.datetime(*(int(n) for n in form.groups()[:3]), *clock)
        except ValueError:
            return None
        zone = re.search(r"([+-])(\d\d):(\d\d)$", value)
        if zone and "date: zone" in self.on:
            shift = datetime.timedelta(hours=int(zone[2]), minutes=int(zone[3]))
            date += shift if zone[1] == "-" else -shift
        return self.part(part, date, bool(clock))

    @staticmethod
    def part(part, date, has_clock):
        if part in ("minute", "hour") and not has_clock:
            return None
        return date.isocalendar()[1] if part == "week" else getattr(date, part)

    def in_net(self, net, value):
        try:
            net = ipaddress.ip_network(net)
            address = ipaddress.ip_address(value) if isinstance(value, str) else None
        except ValueError:
            return False
        if address is None:
            return False
        mapped = getattr(address, "ipv4_mapped", None)
        if mapped is not None and "cidr: mapped address" not in self.on:
            address = mapped
        return address.version == net.version and address in net

    # One line of a search -------------------------------------------------------------------------

    def item(self, key, values, event):
        field, *words = key.split("|")
        values = values if isinstance(values, list) else [values]
        neq = "neq" in words
        if not field:
            return self.keywords(values, "all" in words, neq, event)
        held = event.get(field)
        found = [] if field not in event else held if isinstance(held, list) else [held]
        if "exists" in words:
            is_null = field in event and held is None and "exists: null" in self.on
            outcome = (bool(found) and not is_null) == values[0]
            return outcome != (neq and "neq: beside exists" not in self.on)
        if neq and not found and "neq: absent field" in self.on:
            return False
        outcomes = [self.value(value, words, found, held, event, len(values)) for value in values]
        return (all(outcomes) if "all" in words else any(outcomes)) != neq

    def value(self, value, words, found, held, event, count):
        if "fieldref" in words:
            return self.other(value, words, found, held, event)
        if value is None:
            if "null beside other values" in self.on:
                return held is None and (bool(found) or (count == 1 and "neq" not in words))
            return not found or None in found
        return any(self.fits(value, words, one) for one in found)

    def fits(self, value, words, one):
        compare = {"lt": "__lt__", "lte": "__le__", "gt": "__gt__", "gte": "__ge__"}
        parts = {"minute", "hour", "day", "week", "month", "year"}.intersection(words)
        asked = [compare[word] for word in words if word in compare]
        if parts or asked:
            mine = self.part_of_date(parts.pop(), one) if parts else number(one)
            how = asked[0] if asked else "__eq__"
            return mine is not None and getattr(float(mine), how)(float(value))
        if "cidr" in words:
            return self.in_net(value, one)
        if "re" in words:
            flags = sum({"i": re.I, "m": re.M, "s": re.S}.get(word, 0) for word in set(words))
            return self.regex(value, flags, one)
        place = next((w for w in words if w in ("contains", "startswith", "endswith")), None)
        coded = [w for w in words if w.startswith(("base64", "utf16", "wide", "windash"))]
        if not isinstance(value, str) and not place and not coded:
            if isinstance(value, bool):
                return self.truth(value, one)
            mine = number(one)
            return mine is not None and float(mine) == float(value)
        text = value if isinstance(value, str) else written(value)
        return any(
            self.placed(parts, place, "cased" in words, one) for parts in self.encoded(text, coded)
        )

    def placed(self, parts, place, cased, one):
        wild = any(kind for kind, _ in parts)
        before, after = place in ("contains", "endswith"), place in ("contains", "startswith")
        if wild and place and "startswith, endswith: wildcards" in self.on:
            before, after = place in ("contains", "startswith"), place in ("contains", "endswith")
        return self.pattern(parts, cased, one, (not before, not after))

    def other(self, name, words, found, held, event):
        place = next((w for w in words if w in ("contains", "startswith", "endswith")), None)
        if name not in event:
            return False
        theirs = event[name] if isinstance(event[name], list) else [event[name]]
        prepare = (lambda t: t) if "cased" in words else self.fold
        fit = {
            None: lambda a, b: a == b,
            "contains": lambda a, b: b in a,
            "startswith": str.startswith,
            "endswith": str.endswith,
        }[place]
        if "fieldref: several values" in self.on and (len(theirs) > 1 or (len(found) > 1 and not place)):
            return not place and held == event[name]
        if "fieldref: not of text" in self.on and not place and "cased" in words:
            return any(type(a) is type(b) and a == b for a in found for b in theirs)
        if "fieldref: not of text" in self.on and not place:
            both = lambda a, b: written(a) is not None and written(b) is not None
            return any(
                prepare(written(a)) == prepare(written(b)) if both(a, b) else type(a) is type(b) and a == b
                for a in found for b in theirs
            )
        pairs = [(written(a), written(b)) for a in found for b in theirs]
        return any(None not in pair and fit(*map(prepare, pair)) for pair in pairs)

    def keywords(self, values, every, neq, event):
        texts = [one for name, held in event.items() if name != "_n"
                 for one in (held if isinstance(held, list) else [held])]
        if "keyword: number or truth value" in self.on:
            texts = [text for text in texts if text is None or isinstance(text, str)]

        def holds(value, one):
            whole = every and "keyword: all of them" in self.on
            return self.pattern(self.parts(written(value)), False, one, (whole, whole))

        if every and "keyword: all of them" in self.on:
            return any(all(holds(value, one) for value in values) for one in texts)
        outcomes = [any(holds(value, one) for one in texts) for value in values]
        return (all(outcomes) if every else any(outcomes)) != neq

    # Values ---------------------------------------------------------------------------------------

    @staticmethod
    def parts(text):
        """Pieces of a pattern: (is it a wildcard, its expression or its text)."""
        parts, plain, at = [], "", 0
        while at < len(text):
            c = text[at]
            if c == "\\" and text[at + 1 : at + 2] in ("\\", "*", "?") and at + 1 < len(text):
                plain, at = plain + text[at + 1], at + 2
                continue
            if c in "*?":
                parts += [(False, plain), (True, ".*" if c == "*" else ".")]
                plain, at = "", at + 1
                continue
            plain, at = plain + c, at + 1
        return parts + [(False, plain)]

    def encoded(self, text, coded):
        if not coded:
            return [self.parts(text)]
        plain = "".join(p for _, p in self.parts(text))
        data = plain.encode()
        for code in coded:
            if code in ("wide", "utf16le"):
                data = data.decode().encode("utf-16-le")
            elif code == "utf16be":
                data = data.decode().encode("utf-16-be")
            elif code == "utf16":
                data = b"\xff\xfe" + data.decode().encode("utf-16-le")
            elif code == "windash":
                return [[(False, form)] for form in self.dashes(plain)]
            elif code == "base64":
                return [[(False, base64.b64encode(data).decode())]]
            else:
                return [[(False, form)] for form in self.offsets(data)]
        if "UTF-16 without base64" in self.on:
            return [[(False, plain)]]
        return [[(False, data.decode())]]

    def offsets(self, data):
        for offset, start in enumerate((0, 2, 3)):
            code = base64.b64encode(b" " * offset + data).decode()
            cut = (0, 3, 2)[(offset + len(data)) % 3]
            if "base64offset: last character" in self.on:
                cut = min(cut, len(code) - len(code.rstrip("=")))
            yield code[start : max(len(code) - cut, start)]

    def dashes(self, text):
        ours = "windash: which dashes" not in self.on
        word = lambda c: c.isalnum() or c == "_"
        forms = [""]
        for at, c in enumerate(text):
            starts = not (at and word(text[at - 1])) and at + 1 < len(text) and word(text[at + 1])
            varied = c in DASHES and starts if ours else c == "-"
            forms = [form + d for form in forms for d in (DASHES if varied else c)]
        return forms

    # Searches and conditions ----------------------------------------------------------------------

    def search(self, search, event):
        if isinstance(search, dict):
            return all(self.item(key, value, event) for key, value in search.items())
        if isinstance(search, list) and any(isinstance(part, dict) for part in search):
            return any(
                self.search(p, event) if isinstance(p, dict) else self.item("", p, event) for p in search
            )
        return self.item("", search, event)

    def rule(self, rule, event):
        detection = rule["detection"]
        conditions = detection["condition"]
        known = {}

        def named(name):
            if name not in known:
                known[name] = self.search(detection[name], event)
            return known[name]

        searches = [name for name in detection if name != "condition"]
        for condition in conditions if isinstance(conditions, list) else [conditions]:
            if Condition(condition, searches, named).value():
                return True
        return False


class Condition:
    """`or` binds least, then `and`, then `not`."""

    def __init__(self, text, searches, named):
        self.words = re.findall(r"[()]|[^\s()]+", text)
        self.searches, self.named = searches, named

    def value(self):
        outcome = self.either()
        assert not self.words, self.words
        return outcome

    def next_is(self, word):
        if self.words and self.words[0].lower() == word:
            return self.words.pop(0)
        return None

    def either(self):
        outcome = self.both()
        while self.next_is("or"):
            right = self.both()
            outcome = outcome or right
        return outcome

    def both(self):
        outcome = self.one()
        while self.next_is("and"):
            right = self.one()
            outcome = outcome and right
        return outcome

    def one(self):
        if self.next_is("not"):
            return not self.one()
        if self.next_is("("):
            outcome = self.either()
            assert self.next_is(")")
            return outcome
        word = self.words.pop(0)
        if self.next_is("of"):
            shape = self.words.pop(0).replace("them", "*")
            chosen = [n for n in self.searches if re.fullmatch(shape.replace("*", ".*"), n)]
            return (all if word == "all" else any)(map(self.named, chosen))
        return self.named(word)


def read(text):
    return yaml.safe_load(text)


def reason(rule, event, by_bakas, by_peer):
    """Why the answers differ, or what about them is not explained."""
    if Reading([]).rule(rule, event) != by_bakas:
        return f"{UNEXPLAINED}: the interpreter does not read as Bakas"
    if Reading(READINGS).rule(rule, event) != by_peer:
        return f"{UNEXPLAINED}: the interpreter does not read as rsigma"
    for reading in READINGS:
        if Reading([reading]).rule(rule, event) == by_peer:
            return reading
    # Several together: the one at which the answer turns for good.
    turned = [Reading(READINGS[: n + 1]).rule(rule, event) == by_peer for n in range(len(READINGS))]
    last = max(n for n, same in enumerate([False, *turned]) if not same)
    return READINGS[last]
