"""Logs to measure with, each repeated from a small seed to a size: everything on one kind of work.

    bench-logs.py KIND MEGABYTES OUT [SEED...]

KIND: web (an access log as it is), scan (two thirds of the lines are a scanner's, made here),
json (documents of several records, or lines, become one record a line). Prints what it wrote.
"""

import itertools
import json
import re
import sys

# What scanners ask for; about half of it is what public rules look for.
ASKED = [
    "/wp-login.php", "/.env", "/.git/config", "/phpmyadmin/index.php", "/admin/", "/backup.zip",
    "/cgi-bin/.%2e/.%2e/.%2e/etc/passwd", "/index.php?id=1%20union%20select%201,2,3",
    "/index.php?id=1'%20and%20sleep(5)--", "/search?q=%3Cscript%3Ealert(1)%3C/script%3E",
    "/?x=${jndi:ldap://192.0.2.9/a}", "/api/?p=%24%7Bjndi:ldap://192.0.2.9/b%7D",
    "/shell.php?cmd=whoami", "/up/x.aspx?c=net%20user", "/owa/auth/logon.aspx",
    "/autodiscover/autodiscover.json?@x.example/mapi/nspi", "/solr/admin/info/system",
    "/actuator/health", "/actuator/env", "/server-status", "/vendor/phpunit/src/eval-stdin.php",
    "/remote/fgt_lang?lang=/../../../..//////////dev/cmdb/sslvpn_websession",
    "/dana-na/../dana/html5acc/guacamole/../../../etc/passwd", "/tmui/login.jsp/..;/tmui/x.jsp",
    "/console/css/%252e%252e%252fconsole.portal", "/manager/html", "/jenkins/login",
    "/public/plugins/alertlist/../../../../../etc/passwd", "/setup/setupadministrator.action",
    "/boaform/admin/formLogin?username=a", "/HNAP1/", "/vpns/portal/scripts/newbm.pl",
    "/?a=<iframe%20src=x>", "/?q={{7*7}}", "/download?file=../../../../windows/win.ini",
    "/robots.txt", "/favicon.ico", "/sitemap.xml", "/test.php", "/info.php", "/old/", "/login",
]
AGENTS = [
    "Mozilla/5.0 zgrab/0.x", "sqlmap/1.7.2#stable", "Mozilla/5.00 (Nikto/2.5.0)", "gobuster/3.6",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36", "python-requests/2.31.0",
    "curl/8.4.0", "-", "Go-http-client/1.1", "Mozilla/5.0 (compatible; example-scanner/1.0)",
]
LINE = re.compile(r'^(\S+ \S+ \S+ \[[^\]]*\]) "[^"]*" \d+ \S+')


def scanned(lines):
    """Each line, and two of a scanner's at the same time."""
    asked, agents = itertools.cycle(ASKED), itertools.cycle(AGENTS)
    codes = itertools.cycle(["404 209", "403 277", "200 1043", "404 209", "301 0"])
    for number, line in enumerate(lines):
        yield line
        head = LINE.match(line)
        if not head:
            continue
        rest = head[1].split(" ", 1)[1]
        for turn in range(2):
            address = f"203.0.113.{(number + turn) % 250 + 1}"
            yield (f'{address} {rest} "GET {next(asked)} HTTP/1.1" {next(codes)} "-" '
                   f'"{next(agents)}"\n')


def records(text):
    """The records of a document, or of lines."""
    try:
        documents = [json.loads(text)]
    except ValueError:
        documents = [json.loads(line) for line in text.splitlines() if line.strip()]
    for document in documents:
        inner = [document[name] for name in ("Records", "activities", "value") if name in document]
        yield from inner[0] if inner and isinstance(inner[0], list) else [document]


def main():
    kind, megabytes, out, *seeds = sys.argv[1:]
    texts = [open(seed, encoding="utf-8", errors="surrogateescape").read() for seed in seeds]
    if kind == "json":
        every = [record for text in texts for record in records(text)]
        block = "".join(json.dumps(record, separators=(",", ":"), ensure_ascii=False) + "\n" for record in every)
    elif kind == "scan":
        block = "".join(scanned(line for text in texts for line in text.splitlines(keepends=True)))
    else:
        block = "".join(texts)
    if not block:
        sys.exit("nothing to repeat")
    data, written = block.encode("utf-8", "surrogateescape"), 0
    with open(out, "wb") as log:
        while written < int(megabytes) * 1_000_000:
            log.write(data)
            written += len(data)
    print(f"{out}: {written} bytes, {data.count(10) * (written // len(data))} lines")


main()
