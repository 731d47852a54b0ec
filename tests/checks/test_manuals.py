#!/usr/bin/env python3
"""Manuals and option table hold each other: every command has a page, every page describes every
option of its command, and none that it does not take.

What the stream takes, too, is described in uvpipe(1), which the page then leads to. mandoc, where
it is there, finds no fault with any page.

Usage: test_manuals.py UVPIPE DOCS
"""

import json
import os
import re
import shutil
import subprocess
import sys

# Judged by mandoc for pages of systems that ours need not be.
OURS = re.compile(r"(unknown architecture|missing date|cross reference|operating system|"
                  r"outdated mandoc.db|unable to|referenced manual not found)", re.I)


def page_of(docs, command):
    name = "uvpipe.1" if command == "unwrap" else f"uvpipe-{command}.1"
    return os.path.join(docs, name)


def names_in(text):
    """Options that the text speaks of: `.Fl -name`, also several in one line."""
    names = set()
    for line in text.split("\n"):
        if line.startswith(".") and "Fl" in line:
            names.update(re.findall(r"(?:^|[\s,])-([a-z][a-z0-9-]+)", line))
    return names


def described_in(text):
    """Options that have an item of their own: the same, in `.It` lines."""
    return names_in("\n".join(line for line in text.split("\n") if line.startswith(".It Fl")))


def without_sections(text, titles):
    kept = []
    skipping = False
    for line in text.split("\n"):
        if line.startswith(".Sh "):
            skipping = line[4:].strip('"') in titles
        if not skipping:
            kept.append(line)
    return "\n".join(kept)


def judge(command, text, table):
    taken, stream = ({o["name"] for o in table["options"] if c in o["commands"]}
                     for c in (command, "unwrap"))
    own = taken if command == "unwrap" else taken - stream
    complaints = [f"--{name} is not described" for name in sorted(own - names_in(text))]
    complaints += [f"--{name} is described, but not taken"
                   for name in sorted(described_in(text) - taken)]
    if command != "unwrap" and ".Xr uvpipe 1" not in text:
        complaints.append("does not lead to uvpipe(1)")
    return complaints


def lint(path):
    if not shutil.which("mandoc"):
        return []
    done = subprocess.run(["mandoc", "-T", "lint", "-W", "warning", path], capture_output=True,
                          text=True, check=False)
    return [line for line in (done.stdout + done.stderr).split("\n")
            if line and not OURS.search(line)]


def main():
    uvpipe, docs = sys.argv[1:3]
    table = json.loads(subprocess.run([uvpipe, "--list-options"], capture_output=True, text=True,
                                      check=True).stdout)
    failures = []
    with open(page_of(docs, "unwrap"), encoding="utf-8") as file:
        front = file.read()
    for command in table["commands"]:
        path = page_of(docs, command)
        if not os.path.isfile(path):
            failures.append(f"{os.path.basename(path)} is missing")
            continue
        with open(path, encoding="utf-8") as file:
            text = file.read()
        if command != "unwrap" and f".Xr uvpipe-{command} 1" not in front:
            failures.append(f"uvpipe.1: SEE ALSO does not name uvpipe-{command}(1)")
        # what is told there of commands that have pages of their own is theirs
        text = without_sections(text, {"CHECKING", "LISTING"} if command == "unwrap" else set())
        failures += [f"{os.path.basename(path)}: {complaint}"
                     for complaint in judge(command, text, table)]
    pages = sorted(n for n in os.listdir(docs) if re.search(r"\.[1-9]$", n))
    for page in pages:
        failures += [f"{page}: {line}" for line in lint(os.path.join(docs, page))]
    print("\n".join(failures + [f"{len(pages)} pages, {len(table['commands'])} commands, "
                                f"{len(failures)} complaints"]))
    return int(bool(failures) or len(pages) < 3)


if __name__ == "__main__":
    sys.exit(main())
