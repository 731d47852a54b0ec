#!/usr/bin/env python3
"""Runs one case file: a command, and what it must print and end with.

A case file is a title, then sections that begin with a line "=== name":
  run     a bash script (set -euo pipefail; kit.sh is read before it), in an empty folder
  exit    the exit code; 0 when there is no such section
  stdout  exact text; nothing when there is no such section
  stderr  one pattern a line (* ? [] as in file names); nothing when there is no such section.
          A line "..." stands for any number of lines.
A run that ends with 77 is skipped: something it needs is not there.
"""
import argparse
import fnmatch
import os
import signal
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
SECTIONS = ("run", "exit", "stdout", "stderr")
SECONDS = 100


def read_case(path):
    """The sections of a case file by name; the text before the first is the title."""
    sections, name = {"title": ""}, "title"
    with open(path, encoding="utf-8") as file:
        for line in file:
            if line.startswith("=== "):
                name = line[4:].strip()
                if name not in SECTIONS or name in sections:
                    sys.exit(f"{path}: section {name!r} is unknown or there twice")
                sections[name] = ""
            else:
                sections[name] += line
    if "run" not in sections or not sections["title"].strip():
        sys.exit(f"{path}: a case has a title and a section run")
    return sections


def environment(uvpipe, folder):
    """A plain environment: nothing of the user's locale, terminal or time zone."""
    keep = ("ASAN_OPTIONS", "TSAN_OPTIONS", "UBSAN_OPTIONS", "LLVM_PROFILE_FILE")
    env = {name: os.environ[name] for name in keep if name in os.environ}
    tools = os.path.dirname(os.path.abspath(uvpipe))
    env.update(PATH=f"{tools}:{os.environ['PATH']}", HOME=folder, TMPDIR=folder, LC_ALL="C",
               TZ="UTC", KIT=os.path.join(HERE, "kit.py"), PYTHONDONTWRITEBYTECODE="1")
    return env


def lines_match(patterns, lines):
    """True when the lines are as the patterns say; "..." is any number of lines."""
    if not patterns:
        return not lines
    if patterns[0] == "...":
        return any(lines_match(patterns[1:], lines[i:]) for i in range(len(lines) + 1))
    return bool(lines) and fnmatch.fnmatchcase(lines[0], patterns[0]) and \
        lines_match(patterns[1:], lines[1:])


def run(script, env, folder):
    """Exit code, stdout and stderr of the script; its whole group is ended after SECONDS."""
    whole = f"set -euo pipefail\nsource {HERE}/kit.sh\n{script}"
    child = subprocess.Popen(["bash", "-c", whole], cwd=folder, env=env, text=True,
                             errors="backslashreplace", stdin=subprocess.DEVNULL,
                             stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                             start_new_session=True)
    try:
        out, err = child.communicate(timeout=SECONDS)
    except subprocess.TimeoutExpired:
        os.killpg(child.pid, signal.SIGKILL)
        out, err = child.communicate()
        err += f"\n(did not end in {SECONDS} s)\n"
    return child.returncode, out, err


def judge(case, code, out, err):
    """What is not as the case says, as text; empty when all is well."""
    wrong = ""
    expected = int(case.get("exit", "0").strip())
    if code != expected:
        wrong += f"exit code {code}, expected {expected}\n"
    if out != case.get("stdout", ""):
        wrong += f"stdout, expected:\n{case.get('stdout', '')}"
    if not lines_match(case.get("stderr", "").splitlines(), err.splitlines()):
        wrong += f"stderr, expected:\n{case.get('stderr', '')}"
    return wrong


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--uvpipe", required=True)
    parser.add_argument("case")
    args = parser.parse_args()
    case = read_case(args.case)
    with tempfile.TemporaryDirectory(prefix="uvp_cli_") as folder:
        code, out, err = run(case["run"], environment(args.uvpipe, folder), folder)
    if code == 77:
        print(f"skipped: {err}")
        return 77
    wrong = judge(case, code, out, err)
    if wrong:
        print(f"{args.case}: {case['title'].strip()}\n{wrong}--- exit code\n{code}\n"
              f"--- stdout\n{out[:8000]}--- stderr\n{err[:8000]}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
