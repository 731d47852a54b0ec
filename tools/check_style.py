#!/usr/bin/env python3
"""Checks what a machine can of docs/style.md.

Usage: check_style.py [--root DIR] [--format] [--selftest]
       --format: differences from clang-format are complaints too, not only remarks
Exit:  0 all well, 1 complaints (file:line on stdout), 2 usage.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import source_tree  # noqa: E402

C_COLUMNS = 96
SCRIPT_COLUMNS = 100
FILE_LINES = 800
FUNCTION_LINES = 80
FILES_A_RUN = 100  # of clang-format

# (file, function): why it may be longer than FUNCTION_LINES.
LONG_FUNCTIONS = {}
# file: why it may be longer than FILE_LINES.
LONG_FILES = {}
# (file, name): why it may be mutable and outlive a call.
MUTABLE_STATE = {
    ("formats/mesh/foreign_import.c", "busy"):
        "libassimp keeps its last failure for all threads: one may be in it",
    ("pipeline/thread.c", "own_name"): "a thread knows its own name; set once, by itself",
}

C_FILES = (".c", ".h", ".def")
SCRIPTS = (".py", ".sh", ".cmake", "CMakeLists.txt", "tools/demo", "tools/test",
           "tools/check_package", "tools/check_reproducible", ".ci/run")
TEXTS = C_FILES + SCRIPTS + (".md", ".1", ".3", ".json", ".txt")
NOT_OURS = ("tests/data/", "tests/cli/data/")

# Split, so that this file does not hold them.
WORDS = re.compile(r"\b(" + "|".join(["TO" + "DO", "FIX" + "ME", "XX" + "X"]) + r")\b")

# Calls, where they may be all the same, and why they may not be elsewhere.
BANNED = [
    (["sprintf", "vsprintf", "strcpy", "strcat", "gets"], (), "does not know how much room it has"),
    (["strtok"], (), "keeps state between calls"),
    (["atoi", "atol", "atoll", "atof"], (), "cannot tell a failure"),
    (["rand", "srand", "random", "srandom", "drand48"], (), "differs by system"),
    (["alloca"], (), "cannot fail"),
    (["setjmp", "longjmp", "sigsetjmp", "siglongjmp"], ("tests/",), "steps over what is owned"),
    (["strtod", "strtof", "strtold"], ("tests/", "tools/mkmesh/", "tools/uvcheck/"),
     "depends on the locale"),
]


class Report:
    """Complaints, as path:line: text."""

    def __init__(self):
        self.complaints = []

    def add(self, path, line, text):
        self.complaints.append(f"{path}:{line}: {text}")


def check_lines(path, text, report):
    columns = C_COLUMNS if path.endswith(C_FILES) else SCRIPT_COLUMNS
    if not path.endswith(C_FILES + SCRIPTS):
        columns = None
    if text and not text.endswith("\n"):
        report.add(path, text.count("\n") + 1, "the last line has no end")
    for number, line in enumerate(text.split("\n"), 1):
        if "\t" in line:
            report.add(path, number, "tab")
        if line != line.rstrip(" \r"):
            report.add(path, number, "blank or carriage return at the end")
        if columns and len(line) > columns:
            report.add(path, number, f"{len(line)} columns, {columns} are allowed")
        match = WORDS.search(line)
        if match:
            report.add(path, number, f"{match.group(1)}: do it, or leave it out")


def check_calls(path, code, report):
    for names, places, why in BANNED:
        if path.startswith(places) and places:
            continue
        pattern = re.compile(r"\b(" + "|".join(names) + r")\s*\(")
        for number, line in enumerate(code, 1):
            match = pattern.search(line)
            if match:
                report.add(path, number, f"{match.group(1)} {why}")


def check_lengths(path, code, report):
    if len(code) - 1 > FILE_LINES and path not in LONG_FILES:
        report.add(path, FILE_LINES, f"{len(code) - 1} lines, {FILE_LINES} are allowed")
    name = "?"
    start = None
    for number, line in enumerate(code, 1):
        match = re.match(r"[A-Za-z_].*?\b(\w+)\s*\(", line)
        if match and start is None:
            name = match.group(1)
        if line.rstrip() == "{":
            start = number
        elif line.startswith("}") and start is not None:
            lines = number - start - 1
            if lines > FUNCTION_LINES and (path, name) not in LONG_FUNCTIONS:
                report.add(path, start, f"{name}: {lines} lines, {FUNCTION_LINES} are allowed")
            start = None


def top_level(code):
    """(line, statement) of everything outside of braces; what is inside them is left out."""
    depth = 0
    statement = ""
    start = 0
    continued = False
    for number, line in enumerate(code, 1):
        directive = continued or line.lstrip().startswith("#")
        continued = directive and line.rstrip().endswith("\\")
        if directive:
            continue
        for char in line + " ":
            if char == "{":
                depth += 1
                statement += "{}" if depth == 1 else ""
            elif char == "}":
                depth -= 1
                # A function ends without a semicolon.
                if depth == 0 and re.search(r"\)\s*\{\}$", statement):
                    statement = ""
            elif depth == 0 and char == ";":
                yield start, " ".join(statement.split())
                statement = ""
            elif depth == 0:
                if not statement.strip() and not char.isspace():
                    start = number
                statement += char


def function_types(statements):
    """Names that a typedef gives to function types: what they declare is no variable."""
    found = (re.match(r"typedef\b[^(]*\b(\w+)\s*\(", text) for text in statements)
    return {match.group(1) for match in found if match}


def mutable_name(statement):
    """The variable that the declaration makes, unless it is const or no variable."""
    statement = re.sub(r"__attribute__\s*\(\(.*?\)\)", " ", statement)
    if re.match(r"(typedef|_Static_assert|static_assert|UVP_\w+\()", statement):
        return None
    if re.fullmatch(r"(static |extern )*(const )?(struct|union|enum)\s*\w*\s*(\{\})?", statement):
        return None
    declarator = re.split(r"=|\{\}\s*$", statement, maxsplit=1)[0]
    declarator = declarator.replace("{}", " ")
    pointer = re.search(r"\(\s*\*(\s*const\b)?\s*(\w+)", declarator)
    first = declarator.find("(")
    if first >= 0:
        if pointer and pointer.start() == first:
            return None if pointer.group(1) else pointer.group(2)
        return None
    declarator = re.sub(r"\[.*", "", declarator)
    name = re.search(r"(\w+)\s*$", declarator)
    last = declarator.rsplit("*", 1)[-1]
    if not name or re.search(r"\bconst\b", last):
        return None
    return name.group(1)


def check_state(path, code, report):
    if path.startswith(("tools/", "tests/")):
        return
    statements = list(top_level(code))
    types = function_types(text for _, text in statements)
    found = [(line, mutable_name(text)) for line, text in statements
             if text.split(" ", 1)[0] not in types]
    for number, line in enumerate(code, 1):
        match = re.match(r"\s+((?:static|_Thread_local)\b[^;]*)", line)
        if match and "(" not in match.group(1).split("=")[0]:
            found.append((number, mutable_name(match.group(1))))
    for line, name in found:
        if name and (path, name) not in MUTABLE_STATE:
            report.add(path, line, f"{name} is mutable and outlives the call")


def check_header(path, text, guards, report):
    name = os.path.basename(path)
    if not re.match(r"/\*\n \* " + re.escape(name) + r" -- \S", text):
        report.add(path, 1, f"does not begin with a comment '{name} -- what it is'")
    match = re.search(r"^#ifndef (\w+)\n#define (\w+)\n", text, re.MULTILINE)
    if not match or match.group(1) != match.group(2) or not text.rstrip().endswith("#endif"):
        report.add(path, 1, "has no include guard")
        return
    if match.group(1) in guards:
        report.add(path, 1, f"shares its guard with {guards[match.group(1)]}")
    guards[match.group(1)] = path


def check_names(paths, report):
    seen = {}
    for path in paths:
        name = os.path.basename(path)
        if name in seen:
            report.add(path, 1, f"has the name of {seen[name]}")
        seen[name] = path


def check(root):
    report = Report()
    guards = {}
    paths = [p for p in source_tree.files(root, TEXTS) if not p.startswith(NOT_OURS)]
    for path in paths:
        text = source_tree.read(root, path)
        check_lines(path, text, report)
        if not path.endswith(C_FILES):
            continue
        code = source_tree.without_comments(text).split("\n")
        check_calls(path, code, report)
        check_lengths(path, code, report)
        if path.endswith((".c", ".h")):
            check_state(path, code, report)
        if path.endswith(".h"):
            check_header(path, text, guards, report)
    check_names([p for p in paths if p.endswith((".c", ".h"))], report)
    return report.complaints


def check_format(root):
    """Files that clang-format would change; None when it is not there."""
    program = shutil.which("clang-format")
    if not program:
        return None
    paths = source_tree.files(root, (".c", ".h"))
    differing = set()
    for first in range(0, len(paths), FILES_A_RUN):
        run = subprocess.run([program, "--dry-run", "--style=file"] +
                             paths[first:first + FILES_A_RUN], cwd=root, text=True,
                             stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=False)
        differing.update(re.findall(r"^(\S+?):\d+:\d+: .*clang-format", run.stderr, re.MULTILINE))
    return [f"{path}:1: clang-format would change it" for path in sorted(differing)]


HEADER = "/*\n * {0} -- a test\n */\n#ifndef {1}\n#define {1}\n{2}\n#endif\n"

# File, text, and a part of the complaint, or None for none.
SELFTEST = [
    ("a.c", "int f(void)\n{\n    return 1;\n}\n", None),
    ("a.c", "int f(void);\t\n", "tab"),
    ("a.c", "int f(void); \n", "blank"),
    ("a.c", "int f(void);\r\n", "carriage"),
    ("a.c", "int f(void);", "no end"),
    ("a.c", "/* " + "x" * 100 + " */\n", "columns"),
    ("a.md", "x" * 200 + "\n", None),
    ("a.c", "/* TO" "DO */\n", "do it"),
    ("a.c", "void f(char *s)\n{\n    strcpy (s, s);\n}\n", "strcpy"),
    ("a.c", "void f(char *s)\n{\n    uvp_strcpy(s); /* strcpy(s) */\n}\n", None),
    ("a.c", 'const char *f(void)\n{\n    return "strcpy(";\n}\n', None),
    ("a.c", "double f(char *s)\n{\n    return strtod(s, 0);\n}\n", "strtod"),
    ("tests/a.c", "double f(char *s)\n{\n    return strtod(s, 0);\n}\n", None),
    ("a.c", "void f(void)\n{\n" + "    g();\n" * 81 + "}\n", "f: 81 lines"),
    ("a.c", "void f(void)\n{\n" + "    g();\n" * 80 + "}\n", None),
    ("a.c", "int f(void);\n" * 801, "801 lines"),
    ("a.c", "static int count;\n", "count is mutable"),
    ("a.c", "int count = 3;\n", "count is mutable"),
    ("a.c", "static _Thread_local char name[16];\n", "name is mutable"),
    ("a.c", "static const char *names[] = {\n    0};\n", "names is mutable"),
    ("a.c", "static const char *const names[] = {\n    0};\n", None),
    ("a.c", "static int (*hook)(void);\n", "hook is mutable"),
    ("a.c", "static void f(int (*g)(void));\n", None),
    ("a.c", "typedef enum e open_fn(struct s *s);\nopen_fn open_tar;\n", None),
    ("a.c", "struct s {\n    int x;\n} s;\n", "s is mutable"),
    ("a.c", "struct s {\n    int x;\n};\nenum e { A, B };\ntypedef int t;\nstruct u;\n", None),
    ("a.c", "static const struct s a = {1};\nextern const struct s b;\n", None),
    ("a.c", "#define A \\\n    int x;\nint f(int (*g)(void), int h);\n", None),
    ("a.c", "int f(void)\n{\n    static int n;\n    return n++;\n}\n", "n is mutable"),
    ("a.c", "int f(void)\n{\n    static const int n = 3;\n    return n;\n}\n", None),
    ("tools/a.c", "static int count;\n", None),
    ("a.h", HEADER.format("a.h", "A_H", "int f(void);"), None),
    ("a.h", HEADER.format("b.h", "A_H", "int f(void);"), "begin with a comment"),
    ("a.h", "/*\n * a.h -- a test\n */\nint f(void);\n", "include guard"),
    ("a.h", HEADER.format("a.h", "TAKEN_H", ""), "shares its guard"),
    ("other/a.h", HEADER.format("a.h", "OTHER_H", "") + "", None),
    ("other/taken.h", HEADER.format("taken.h", "OTHER_H", ""), "has the name of"),
]


def selftest():
    failures = 0
    with tempfile.TemporaryDirectory() as root:
        put(root, "zz/taken.h", HEADER.format("taken.h", "TAKEN_H", ""))
        for path, text, expected in SELFTEST:
            put(root, path, text)
            complaints = check(root)
            os.remove(os.path.join(root, path))
            texts = "\n".join(complaints)
            if bool(texts) != bool(expected) or (expected or "") not in texts:
                failures += 1
                print(f"selftest: {text!r} in {path}: expected {expected!r}, got {complaints}")
    print(f"selftest: {len(SELFTEST)} cases, {failures} failed")
    return failures == 0


def put(root, path, text):
    os.makedirs(os.path.join(root, os.path.dirname(path)), exist_ok=True)
    with open(os.path.join(root, path), "w", encoding="utf-8", newline="") as file:
        file.write(text)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--root", default=os.path.join(os.path.dirname(__file__), ".."))
    parser.add_argument("--format", action="store_true")
    parser.add_argument("--selftest", action="store_true")
    options = parser.parse_args()
    if options.selftest:
        return 0 if selftest() else 1
    complaints = check(options.root)
    differing = check_format(options.root)
    if options.format:
        complaints += ["clang-format is not there"] if differing is None else differing
    elif differing:
        print("remarks:")
        print("\n".join("  " + line for line in differing))
    print("\n".join(complaints + [f"{len(complaints)} complaints"]))
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
