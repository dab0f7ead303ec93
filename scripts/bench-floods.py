"""Writes a log that is all attack, to see what it costs: floods.py KIND LINES FOLDER.

Kinds: tries (password tries on a web form, each address about twice), tries6 (every line another
IPv6 address), hammer (thirty tries within a minute from each address, so that every one of them is
accused), mail and cloud (every line another address and another account), web (attacks on 200,000
paths with 200,000 user agents). Addresses are drawn at random, the same in every run: they stand for
nobody.
"""

import datetime
import ipaddress
import json
import pathlib
import random
import sys

kind, lines, folder = sys.argv[1], int(sys.argv[2]), pathlib.Path(sys.argv[3], "agency")
draw = random.Random(7)
start, days = datetime.datetime(2026, 1, 5), 20
PRIVATE = (10, 100, 127, 169, 172, 192, 198, 203)
NAMES = 200_000


def v4():
    while True:
        bits = draw.getrandbits(32)
        if 1 <= bits >> 24 < 223 and bits >> 24 not in PRIVATE:
            return f"{bits >> 24}.{bits >> 16 & 255}.{bits >> 8 & 255}.{bits & 255}"


def v6():
    first = draw.choice((0x2001, 0x2400, 0x2600, 0x2606, 0x2800, 0x2A00, 0x2A02, 0x2C0F))
    return str(ipaddress.IPv6Address(first << 112 | draw.getrandbits(112)))


def web(address, time, request, status, agent="Mozilla/5.0"):
    return f'{address} - - [{time:%d/%b/%Y:%H:%M:%S} +0800] "{request}" {status} 1234 "-" "{agent}"\n'


def login(address, time):
    return web(address, time, "POST /wp-login.php HTTP/1.1", 401)


def mail(time):
    account, session = draw.getrandbits(32), draw.getrandbits(48)
    return (
        f"{time:%b %d %H:%M:%S} mx1 dovecot: imap-login: Disconnected (auth failed, 1 attempts in 2 "
        f"secs): user=<u{account:08x}@agency.example>, method=PLAIN, rip={v4()}, lip=192.0.2.5, TLS, "
        f"session=<{session:012x}>\n"
    )


def cloud(time):
    account, number = draw.getrandbits(32), draw.getrandbits(128)
    record = {
        "createdDateTime": f"{time:%Y-%m-%dT%H:%M:%SZ}",
        "userPrincipalName": f"u{account:08x}@agency.example",
        "ipAddress": v4(),
        "appDisplayName": "Office 365 Exchange Online",
        "clientAppUsed": "IMAP4",
        "status": {"errorCode": 50126, "failureReason": "Invalid username or password"},
        "id": f"{number:032x}",
    }
    return json.dumps(record) + "\n"


def attack(time):
    path, agent = draw.randrange(NAMES), draw.randrange(NAMES)
    request = f"GET /p{path:06x}/..%2f..%2fetc/passwd?id={path}%27%20union%20select%201 HTTP/1.1"
    return web(v4(), time, request, 200, f"agent-{agent:06x}/1.0")


few = [v4() for _ in range(lines * 52 // 100)] if kind == "tries" else []
burst = [""]


def hammer(nth, time):
    if nth % 30 == 0:
        burst[0] = v4()
    return login(burst[0], time)


make = {
    "tries": lambda _, time: login(draw.choice(few), time),
    "tries6": lambda _, time: login(v6(), time),
    "hammer": hammer,
    "mail": lambda _, time: mail(time),
    "cloud": lambda _, time: cloud(time),
    "web": lambda _, time: attack(time),
}[kind]
folder.mkdir(parents=True, exist_ok=True)
name = {"mail": "mail.log", "cloud": "signins.json"}.get(kind, "access.log")
with open(folder / name, "w", encoding="ascii") as out:
    for nth in range(lines):
        out.write(make(nth, start + datetime.timedelta(seconds=nth * 86_400 * days // lines)))
