#!/usr/bin/env python3
"""docs/errors.md and the tables of docs/report.md say what `uvpipe explain` says.

Usage: test_explain.py UVPIPE ROOT [--write]
With --write docs/errors.md is made anew.
"""

import json
import os
import re
import subprocess
import sys

HEAD = """# Codes, and what to do

What the words in messages, reports and exit codes mean. `uvpipe explain CODE` prints an entry,
`uvpipe explain` a line for each, `--json` all of them for programs. This page is made from the same
table, by `tests/checks/test_explain.py --write`.
"""

TITLES = {
    "error code": "Error codes",
    "status of a member": "Statuses of members",
    "fault of UVs": "Faults of UVs",
    "warning": "Warnings",
    "exit code": "Exit codes",
}


def entries(uvpipe):
    run = subprocess.run([uvpipe, "explain", "--json"], stdout=subprocess.PIPE, check=True)
    return [json.loads(line) for line in run.stdout.decode("utf-8").splitlines()]


def linked(place):
    return f"[{place[5:]}]({place[5:]})" if place.startswith("docs/") else f"`{place}`"


COMMAND = re.compile(r": ((?:uvpipe|sed|df|ls|ulimit|jq|file|git|head|dmesg) .*)$")


def marked(line):
    """A command at the end of a line is set as code."""
    return COMMAND.sub(r": `\1`", line)


def page(rows):
    text = HEAD
    kind = None
    for row in rows:
        if row["kind"] != kind:
            kind = row["kind"]
            text += f"\n## {TITLES[kind]}\n"
        text += f"\n### {row['code']}\n\n{row['meaning'][0].upper()}{row['meaning'][1:]}.\n"
        text += "\nHow it comes about:\n\n" + "".join(f"- {line}\n" for line in row["causes"])
        text += "\nWhat to do:\n\n" + "".join(f"- {marked(line)}\n" for line in row["remedies"])
        text += "\nRead on: " + ", ".join(linked(place) for place in row["see"]) + "\n"
    return text


def read(root, path):
    with open(os.path.join(root, path), encoding="utf-8") as file:
        return file.read()


def complaints(root, rows):
    if read(root, "docs/errors.md") != page(rows):
        yield "docs/errors.md is not what the program says: run this with --write"
    report = read(root, "docs/report.md")
    section = report.split("## Error codes", 1)[1].split("\n## ", 1)[0]
    told = dict(re.findall(r"^\| `([a-z-]+)` \| (.*) \|$", section, re.M))
    known = {row["code"]: row["meaning"] for row in rows if row["kind"] == "error code"}
    for code in sorted(told.keys() | known.keys()):
        if told.get(code) != known.get(code):
            yield f"docs/report.md: {code}: {told.get(code)!r}, the program: {known.get(code)!r}"
    status = next(line for line in report.splitlines() if line.startswith("| `status` |"))
    for row in rows:
        if row["kind"] == "status of a member" and f"`{row['code']}`" not in status:
            yield f"docs/report.md: status {row['code']} is not told"
        for place in row["see"]:
            if place.startswith("docs/") and not os.path.isfile(os.path.join(root, place)):
                yield f"{row['code']}: {place} is not there"


def main():
    uvpipe, root = sys.argv[1:3]
    rows = entries(uvpipe)
    if sys.argv[3:] == ["--write"]:
        with open(os.path.join(root, "docs/errors.md"), "w", encoding="utf-8") as file:
            file.write(page(rows))
        return 0
    found = list(complaints(root, rows))
    print("\n".join(found + [f"{len(rows)} entries, {len(found)} complaints"]))
    return 1 if found or len(rows) < 30 else 0


if __name__ == "__main__":
    sys.exit(main())
