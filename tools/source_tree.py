"""What the checks share: the files of the tree, and C text without comments and literals."""

import os
import re

SKIPPED = {".git", "build", "__pycache__"}


def files(root, suffixes):
    """Paths below root, with '/', sorted, whose name ends in one of the suffixes."""
    found = []
    for folder, folders, names in os.walk(root):
        folders[:] = [f for f in folders if f not in SKIPPED and not f.startswith("build-")]
        for name in names:
            if name.endswith(suffixes):
                path = os.path.relpath(os.path.join(folder, name), root)
                found.append(path.replace(os.sep, "/"))
    return sorted(found)


def read(root, path):
    with open(os.path.join(root, path), encoding="utf-8", errors="replace", newline="") as file:
        return file.read()


_TOKEN = re.compile(
    r'//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.DOTALL)


def _blank(match):
    text = match.group(0)
    if text[0] in "\"'":
        return text[0] + " " * (len(text) - 2) + text[0]
    return re.sub(r"[^\n]", " ", text)


def without_comments(text):
    """The same lines and columns; comments and the insides of literals are blank. The names in
    #include lines are literals too: look for those in the text itself."""
    return _TOKEN.sub(_blank, text)
