#!/usr/bin/env python3
"""Every link between pages leads somewhere, and every page is found from README.md.

Looks at README.md and all .md files below docs/: relative links to files and to headings,
pictures too, and `.Xr` of the manuals to manuals of ours. Links to the network are not followed.

Usage: test_links.py ROOT | --selftest
"""

import os
import re
import sys
import tempfile

LINK = re.compile(r"\]\(([^)\s]+)\)")
CODE = re.compile(r"^```.*?^```|`[^`\n]*`", re.S | re.M)


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def pages_of(root):
    found = ["README.md"]
    for folder, _, names in os.walk(os.path.join(root, "docs")):
        found += [os.path.relpath(os.path.join(folder, name), root) for name in names
                  if re.search(r"\.(md|[1-9])$", name)]
    return sorted(found)


def anchors_of(text):
    """As sites make them of headings: small letters, no marks, - for blanks, numbers for equals."""
    found = {}
    for line in re.sub(r"^```.*?^```", "", text, flags=re.S | re.M).split("\n"):
        heading = re.match(r"#+\s+(.*?)\s*$", line)
        if heading:
            plain = LINK.sub("", heading.group(1).replace("[", ""))
            slug = re.sub(r"[^\w\- ]", "", plain.lower()).replace(" ", "-")
            found[slug] = found.get(slug, -1) + 1
    return {slug if not n else f"{slug}-{n}" for slug, last in found.items()
            for n in range(last + 1)}


def links_of(text):
    plain = CODE.sub(lambda found: "" if "](" in found.group(0) else found.group(0), text)
    return [target for target in LINK.findall(plain) if not re.match(r"[a-z]+:", target)]


def complaint_of(root, page, target):
    """What is wrong with a link, and the page it leads to."""
    path, _, anchor = target.partition("#")
    goal = os.path.normpath(os.path.join(os.path.dirname(page), path)) if path else page
    full = os.path.join(root, goal)
    if goal.startswith("..") or not os.path.exists(full):
        return f"{page}: {target}: is not there", None
    if anchor and anchor not in anchors_of(read(full)):
        return f"{page}: {target}: has no such heading", goal
    return None, goal


def references_of(text):
    """(name, section) of the manuals that a manual names and that are ours to have."""
    return [(name, section) for name, section in re.findall(r"^\.Xr (\S+) (\d)", text, re.M)
            if name.startswith(("uvpipe", "libuvpipe"))]


def judge(root):
    pages, complaints, leads = pages_of(root), [], {}
    count = 0
    for page in pages:
        text = read(os.path.join(root, page))
        goals = leads.setdefault(page, set())
        if not page.endswith(".md"):
            for name, section in references_of(text):
                goal = f"docs/{name}.{section}"
                goals.add(goal)
                count += 1
                if goal not in pages:
                    complaints.append(f"{page}: {goal}: is not there")
            continue
        for target in links_of(text):
            count += 1
            complaint, goal = complaint_of(root, page, target)
            complaints += [complaint] if complaint else []
            goals.add(goal)
    reached, ahead = set(), ["README.md"]
    while ahead:
        page = ahead.pop()
        if page not in reached:
            reached.add(page)
            ahead += [goal for goal in leads.get(page, ()) if goal in leads]
    complaints += [f"{page}: nothing leads to it from README.md"
                   for page in pages if page not in reached]
    return complaints, len(pages), count


def selftest():
    """(files, complaints)"""
    cases = [
        ({"README.md": "[a](docs/a.md#two-words) [n](https://x.example/y)", "docs/a.md":
          "# Two words\n![p](img/p.png)", "docs/img/p.png": ""}, 0),
        ({"README.md": "[a](docs/a.md)"}, 1),
        ({"README.md": "[a](docs/a.md#no)", "docs/a.md": "# Yes"}, 1),
        ({"README.md": "", "docs/a.md": "# Alone"}, 1),
        ({"README.md": "[a](docs/a.1)", "docs/a.1": ".Xr uvpipe-b 1 ,\n.Xr tar 1"}, 1),
        ({"README.md": "`[a](docs/a.md)`\n```\n[b](c.md)\n```\n"}, 0),
        ({"README.md": "[a](../a.md)"}, 1),
    ]
    wrong = 0
    for files, wanted in cases:
        with tempfile.TemporaryDirectory() as root:
            os.mkdir(os.path.join(root, "docs"))
            for name, text in files.items():
                os.makedirs(os.path.dirname(os.path.join(root, name)), exist_ok=True)
                with open(os.path.join(root, name), "w", encoding="utf-8") as file:
                    file.write(text)
            found = judge(root)[0]
            if len(found) != wanted:
                print(f"{files}: {found}")
                wrong += 1
    print(f"{len(cases)} cases, {wrong} wrong")
    return int(wrong > 0)


def main():
    if sys.argv[1] == "--selftest":
        return selftest()
    complaints, pages, links = judge(sys.argv[1])
    print("\n".join(complaints + [f"{pages} pages, {links} links, {len(complaints)} complaints"]))
    return int(bool(complaints) or links < 20)


if __name__ == "__main__":
    sys.exit(main())
