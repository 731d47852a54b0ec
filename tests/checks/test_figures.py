#!/usr/bin/env python3
"""Every figure of the analysis has a place in docs/metrics.md and in the manual of analyze.

Usage: test_figures.py path/of/the/repository
"""

import os
import re
import sys


def figures(root):
    path = os.path.join(root, "stages/unwrapper/analysis/figures.def")
    with open(path, encoding="utf-8") as file:
        return re.findall(r'^UVP_FIGURE\(\w+,\s*"([^"]+)"', file.read(), re.MULTILINE)


def in_metrics(text):
    """The names in backquotes; `.key` belongs to the group of the one before it."""
    found, group = set(), ""
    for name in re.findall(r"`([\w.*]+)`", text):
        if name.startswith("."):
            name = group + name
        group = name.split(".")[0]
        found.add(name)
    return found


def main():
    root = sys.argv[1]
    names = figures(root)
    with open(os.path.join(root, "docs/metrics.md"), encoding="utf-8") as file:
        told = in_metrics(file.read())
    with open(os.path.join(root, "docs/uvpipe-analyze.1"), encoding="utf-8") as file:
        listed = re.findall(r"^\.It Cm ([\w.]+)$", file.read(), re.MULTILINE)
    missing = [n for n in names if n not in told and n.split(".")[0] + ".*" not in told]
    print(f"{len(names)} figures; not in docs/metrics.md: {missing}")
    print(f"not in the manual: {[n for n in names if n not in listed]}")
    print(f"in the manual, but none: {[n for n in listed if n not in names]}")
    return 0 if len(names) > 50 and not missing and sorted(names) == sorted(listed) else 1


if __name__ == "__main__":
    sys.exit(main())
