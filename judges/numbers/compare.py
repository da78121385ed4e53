#!/usr/bin/env python3
"""Crawls every number of the position: page, API and command line say the same, and the rows behind it are as many.

    compare.py ONE-TIME-SIGN-IN-LINK PROGRAM

Knows nothing of how a number is made. Reads HTML as a browser shows it, JSON as it is sent, and what the command line
prints. A number on a page leads to its rows; they are counted over all their pages, and where a row stands for several
units, its units are added up. Exit code 0: everything agrees; 1: something does not, and each case is a line.
"""

import html.parser
import http.cookiejar
import json
import os
import re
import secrets
import subprocess
import sys
import urllib.parse
import urllib.request

# What the demo's administrator is given as a password; the demo ends with this judge.
PASSWORD = secrets.token_urlsafe(24)
NUMBERS = {"consumed": "consumed", "short": "short", "exempt": "exempt", "by-entitlement": "covered_by_entitlements",
           "by-exception": "covered_by_grants", "included": "included"}
# The API has the rows that entitlements and exceptions cover in one list, told apart by what covers each.
COVERED = {"by-entitlement": "entitlement", "by-exception": "exception"}


class Page(html.parser.HTMLParser):
    """Links with their text, and tables with caption, headers and rows, as text."""

    def __init__(self, text):
        super().__init__()
        self.links, self.tables, self.text = [], [], []
        self._link, self._cell, self._caption = None, None, None
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        if tag == "a" and attributes.get("href", "").startswith("/"):
            self._link = [attributes["href"], ""]
        elif tag == "table":
            self.tables.append({"caption": "", "head": [], "rows": [], "in_head": False})
        elif tag == "caption":
            self._caption = True
        elif tag in ("thead", "tfoot"):
            # Totals under a table are no rows of it.
            self.tables[-1]["in_head"] = True
        elif tag == "tr" and self.tables and not self.tables[-1]["in_head"]:
            self.tables[-1]["rows"].append([])
        elif tag in ("th", "td") and self.tables:
            self._cell = ""

    def handle_endtag(self, tag):
        if tag == "a" and self._link:
            self.links.append(tuple(self._link))
            self._link = None
        elif tag == "caption":
            self._caption = None
        elif tag in ("thead", "tfoot"):
            self.tables[-1]["in_head"] = False
        elif tag in ("th", "td") and self._cell is not None:
            table = self.tables[-1]
            (table["head"] if table["in_head"] else table["rows"][-1]).append(self._cell.strip())
            self._cell = None

    def handle_data(self, data):
        self.text.append(data)
        if self._link:
            self._link[1] += data
        if self._caption and self.tables:
            self.tables[-1]["caption"] += data
        if self._cell is not None:
            self._cell += data


def number(text):
    """The first whole number of a text: 92,269 of `92,269 short`."""
    found = re.search(r"\d[\d,]*", text)
    return int(found.group().replace(",", "")) if found else None


class Site:
    """The program over HTTP, signed in by its link."""

    def __init__(self, link):
        parts = urllib.parse.urlparse(link)
        self.base = f"{parts.scheme}://{parts.netloc}"
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()))
        login = re.search(r'name="login"[^>]*value="([^"]*)"', self._read(parts.path)).group(1)
        form = urllib.parse.urlencode({"login": login, "password": PASSWORD}).encode()
        self._read(parts.path, form, {"Sec-Fetch-Site": "same-origin"})
        given = json.dumps({"label": "judge", "scopes": ["read"]}).encode()
        headers = {"Content-Type": "application/json", "Sec-Fetch-Site": "same-origin",
                   "Idempotency-Key": secrets.token_hex(8)}
        self.token = json.loads(self._read("/v1/tokens", given, headers))["secret"]

    def _read(self, path, body=None, headers=None):
        request = urllib.request.Request(self.base + path, body, {"Origin": self.base, **(headers or {})})
        with self.opener.open(request, timeout=60) as answer:
            return answer.read().decode()

    def page(self, path):
        return Page(self._read(path))

    def pages(self, path):
        """A list with all its parts."""
        part = self.page(path)
        yield part
        joint = "&" if "?" in path else "?"
        total = number(part.tables[0]["caption"].split(" of ")[-1]) if part.tables else 0
        seen = len(part.tables[0]["rows"]) if part.tables else 0
        for place in range(2, 1000):
            if seen >= total:
                return
            part = self.page(f"{path}{joint}page={place}")
            seen += len(part.tables[0]["rows"])
            yield part

    def json(self, path):
        return json.loads(self._read(path))

    def command(self, program, *words):
        """What the command line prints as JSON, over the network like everybody else."""
        surroundings = {**os.environ, "INDULT_SERVER": self.base, "INDULT_TOKEN": self.token}
        for name in ("INDULT_DATA", "INDULT_TOKEN_FILE"):
            surroundings.pop(name, None)
        done = subprocess.run([program, *words, "--json"], env=surroundings, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise RuntimeError(f"{' '.join(words)}: {done.stderr}")
        return json.loads(done.stdout)


class Verdict:
    """What agreed and what did not."""

    def __init__(self, tell=print):
        self.passed, self.failed, self.tell = 0, 0, tell

    def same(self, what, **said):
        if len(set(said.values())) == 1:
            self.passed += 1
        else:
            self.failed += 1
            self.tell(f"FAILED  {what}: " + ", ".join(f"{who} says {value}" for who, value in said.items()))


def rows_behind(site, address):
    """How many rows a page of rows says it has, how many it shows, and how many units they come to."""
    said, rows, units = None, 0, 0
    for part in site.pages(address):
        if not part.tables:
            return 0, 0, 0
        table = part.tables[0]
        said = number(table["caption"].split(" of ")[-1])
        rows += len(table["rows"])
        column = table["head"].index("Units") if "Units" in table["head"] else None
        units += sum(1 if column is None else number(row[column]) for row in table["rows"])
    return said, rows, units


def api_rows(site, product, kind):
    """The same from the API."""
    rows, units, cursor, by = 0, 0, "", COVERED.get(kind)
    while True:
        asked = "covered" if by else kind
        answer = site.json(f"/v1/positions/{product}/rows?kind={asked}&limit=200{cursor}")
        found = [row for row in answer["data"] if by is None or row["by"]["kind"] == by]
        rows += len(found)
        units += sum(row["units"] for row in found)
        if not answer["next_cursor"]:
            return rows if by else answer["total"], rows, units
        cursor = f"&cursor={answer['next_cursor']}"


def judge_product(site, program, product, verdict):
    line = site.json(f"/v1/positions/{product}")
    shown = site.command(program, "position", "show", product)
    for name in NUMBERS.values():
        verdict.same(f"{product} {name}", api=line[name], command_line=shown[name])
    page = site.page(f"/products/{product}")
    linked = {}
    for address, text in page.links:
        found = re.fullmatch(rf"/products/{product}/rows/([a-z-]+)", address)
        if found and re.fullmatch(r"[\d,]+( \w+)?", text.strip()):
            linked.setdefault(found.group(1), set()).add(number(text))
    for kind, name in NUMBERS.items():
        for shown_number in linked.get(kind, set()):
            verdict.same(f"{product} {kind} on its page", page=shown_number, api=line[name])
        if line[name] == 0:
            continue
        said, rows, units = rows_behind(site, f"/products/{product}/rows/{kind}")
        verdict.same(f"{product}: rows of {kind}", caption=said, counted=rows)
        total, api_count, api_units = api_rows(site, product, kind)
        verdict.same(f"{product}: rows of {kind}", page=rows, api=api_count, api_total=total)
        verdict.same(f"{product}: units of {kind}", number=line[name], page=units, api=api_units)


def judge_lists(site, program, verdict):
    """Every line of the position on its page, in the API and at the command line; and what the views count."""
    listed = {line["product"]["id"]: line for line in site.command(program, "position", "list")}
    found = {}
    for part in site.pages("/position?view=all"):
        for address, text in part.links:
            known = re.fullmatch(r"/products/(PRD-\d+)/rows/(consumed|short|by-exception)", address)
            if known:
                found[known.groups()] = number(text)
    for (product, kind), value in found.items():
        verdict.same(f"{product} {kind} in the list", page=value, command_line=listed[product][NUMBERS[kind]])
    for product, line in listed.items():
        if line["consumed"] > 0:
            verdict.same(f"{product} is in the list", page=(product, "consumed") in found, expected=True)
    for path in ("/position", "/exceptions", "/requests", "/agreements", "/alerts"):
        for address, text in dict(site.page(path).links).items():
            counted = re.search(r"\s([\d,]+)$", text.strip())
            if counted and address.startswith(f"{path}?") and re.search(r"[?&](view|status)=", address) \
                    and "page=" not in address:
                rows = sum(len(part.tables[0]["rows"]) if part.tables else 0 for part in site.pages(address))
                verdict.same(f"{address} counts its rows", view=number(counted.group(1)), rows=rows)
    return list(listed)


def main():
    link, program = sys.argv[1:]
    site, verdict = Site(link), Verdict()
    # Something that does not agree has to be found, or nothing below means anything.
    planted = Verdict(tell=lambda line: None)
    planted.same("planted", page=number("92,269 short"), api=92268)
    if planted.failed != 1:
        print("a planted difference was not found\n0 passed, 1 failed")
        return 1
    products = judge_lists(site, program, verdict)
    for product in products:
        judge_product(site, program, product, verdict)
    print(f"{len(products)} products")
    print(f"{verdict.passed} passed, {verdict.failed} failed")
    return 0 if verdict.failed == 0 and verdict.passed > 0 else 1


sys.exit(main())
