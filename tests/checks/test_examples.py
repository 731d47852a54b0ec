#!/usr/bin/env python3
"""Runs every example: of README.md, docs/*.md, the manuals and the help screens.

What an example is:

    Markdown    a block indented by four columns, or fenced as `sh`. A block fenced as anything
                else is not run: `text` for what programs print, `json`, `c` and so on.
                `output` is what the example above it prints: compared, where a line of `...`
                stands for any lines. A language and a name, as in `make Makefile`, is a file of
                that name, which is written before the examples behind it are run.
    manuals     `.Dl` and `.Bd -literal` in EXAMPLES; elsewhere `.Dl uvpipe ...`
                of libuvpipe(3): `.Dl` and `.Bd -literal`, compiled as the bodies of functions
    --help      the lines below `Examples:`

Those of one page run one after the other in one shell, in a folder of their own that holds the
inputs of SAMPLES. Each command must end with 0 in each part of its pipe, unless it says
`# exit code N`. What cannot be run has `<!-- not run: WHY -->` on the line above it (in manuals
`.\\" not run: WHY`). A command that names a program of OPTIONAL is left out where that is not
installed, and with it what comes after it on its page and may need what it makes.

A page without examples fails, unless NO_EXAMPLES has it; a page of that list that has some, too.

Usage: test_examples.py UVPIPE ROOT [PAGE...] | --selftest
"""

import concurrent.futures
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile

SECONDS = 240
SHOWN = 12

# Programs that examples use and that need not be there; the rest of the page does without ALONE.
ALONE = ("blender",)
OPTIONAL = ALONE + ("bsdtar", "cc", "curl", "jq", "make", "parallel", "unzip", "zip", "zstd")

# Pages that tell how it is built, not how it is used.
NO_EXAMPLES = {
    "docs/architecture.md": "a plan",
    "docs/atlas.md": "the engine from inside",
    "docs/errors.md": "a table",
    "docs/pipeline.md": "the threads from inside",
    "docs/style.md": "rules",
    "docs/progress.md": "what a screen shows",
}

# Pages that make all their inputs themselves: they begin in an empty folder.
FROM_NOTHING = ("docs/tutorial.md",)

# What examples read. scans/, scans.tar, in.* and meshes.tar have no UVs; all others have.
SAMPLES = """
uvpipe gen -q plate --triangles 500 | uvpipe -q -o chair.obj
uvpipe gen -q icosphere --triangles 80 -o scan.stl
uvpipe gen -q cylinder cone uvsphere --count 4 --triangles 300 -o scans/
uvpipe gen -q cylinder cone uvsphere --count 9 --triangles 300 -o scans.tar
uvpipe gen -q cylinder cone uvsphere --count 9 --triangles 300 -o in.zip
cp -r scans sample
cp scans.tar in.tar
cp scans.tar meshes.tar
zstd -q scans.tar -o scans.tar.zst
cp scans.tar.zst in.tar.zst
mkdir -p home/.cache
uvpipe -q --cache home/.cache/uvpipe in.tar > cached.tar
uvpipe -q meshes.tar --compress zstd -o meshes.tar.zst
uvpipe -q in.zip -o assets.zip
uvpipe -q in.zip -o assets/ --format folder
cp assets.zip scans.zip
cp assets.zip old.zip
cp assets.zip new.zip
cp chair.obj before.obj
cp chair.obj after.obj
uvpipe -q --report report.jsonl in.tar -o unwrapped.tar
echo '{"version": 1, "params": {"max-stretch": 1.5}}' > p.json
"""


class Example:
    """One command of a page."""

    def __init__(self, text, line):
        self.text = text
        self.line = line
        self.output = None      # lines to be printed, or None
        self.files = []         # (name, text) to be written before it


class Page:
    """The examples of a page in order, and what is wrong with the page itself."""

    def __init__(self, name):
        self.name = name
        self.examples = []
        self.files = []
        self.not_run = 0
        self.faults = []

    def add_block(self, lines, at):
        last = len(self.examples)
        for text, offset in commands_of(lines):
            self.examples.append(Example(text, at + offset))
        if self.files and len(self.examples) > last:
            self.examples[last].files, self.files = self.files, []

    def add_fenced(self, language, lines, at):
        words = language.split()
        if words == ["sh"]:
            self.add_block(lines, at)
        elif words == ["output"]:
            if self.examples:
                self.examples[-1].output = lines
            else:
                self.faults.append(f"line {at}: output of nothing")
        elif len(words) == 2:
            self.files.append((words[1], "\n".join(lines) + "\n"))

    def skip(self, at, reason, found):
        if not found:
            self.faults.append(f"line {at}: \"not run\" with no example below it")
        elif not reason.strip():
            self.faults.append(f"line {at}: \"not run\" without a reason")
        self.not_run += 1


def is_whole(text):
    """Whether a shell takes it for complete commands."""
    if re.search(r"(?<!\\)\\$", text):
        return False
    done = subprocess.run(["bash", "-n", "-c", text], capture_output=True, text=True, check=False)
    return done.returncode == 0 and not done.stderr


def commands_of(lines):
    """The block as (command, line in the block): a command ends where a shell would run it."""
    found, part, start = [], [], 0
    for number, line in enumerate(lines):
        if not part:
            start = number
        part.append(line)
        text = "\n".join(part)
        if all(not p.strip() or p.lstrip().startswith("#") for p in part):
            part = []
        elif is_whole(text):
            found.append((text, start))
            part = []
    if part:
        found.append(("\n".join(part), start))
    return found


def indent_of(line):
    return len(line) - len(line.lstrip(" "))


def markdown(page, text):
    """A block is indented when an empty line is before it and no list holds it."""
    lines = text.split("\n")
    at, in_list, reason, reason_at, after_gap = 0, False, None, 0, True
    while at < len(lines):
        line = lines[at]
        begin, block, language = at, None, "sh"
        fence = re.match(r"```(.*)$", line)
        mark = re.match(r"<!-- not run:(.*)-->$", line)
        if mark:
            reason, reason_at, in_list = mark.group(1), at + 1, False
        elif fence:
            end = at + 1
            while end < len(lines) and not lines[end].startswith("```"):
                end += 1
            block, language, begin, at = lines[at + 1:end], fence.group(1), at + 1, end
        elif line.strip() and indent_of(line) >= 4 and after_gap and not in_list:
            end = at
            while end < len(lines) and (not lines[end].strip() or indent_of(lines[end]) >= 4):
                end += 1
            block, at = [kept[4:] for kept in lines[at:end]], end - 1
        elif line.strip() and not line.startswith(" "):
            in_list = re.match(r"([-*+]|\d+[.)])\s", line) is not None
        if block is not None:
            if reason is not None:
                page.skip(reason_at, reason, language == "sh")
                reason = None
            else:
                page.add_fenced(language, block, begin + 1)
        elif reason is not None and line.strip() and not mark:
            page.skip(reason_at, reason, False)
            reason = None
        after_gap = block is not None or not line.strip() or mark is not None
        at += 1


def unquote_mdoc(text):
    if text.startswith('"') and text.endswith('"'):
        text = text[1:-1]
    for code, char in (("\\e", "\\"), ("\\&", ""), ("\\-", "-"), ("\\(ti", "~"), ("\\(aq", "'")):
        text = text.replace(code, char)
    return text


# What the pieces of C in libuvpipe(3) may take for granted.
C_FRAME = """#include <stddef.h>
#include <stdint.h>
#include <uvpipe.h>
int fail(const char *text);
int piece(const float *positions, const uint32_t *indices, size_t vertices, size_t triangles,
          float *uvs);
int piece(const float *positions, const uint32_t *indices, size_t vertices, size_t triangles,
          float *uvs)
{
    (void)positions, (void)indices, (void)vertices, (void)triangles, (void)uvs, (void)fail;
%s
    return 0;
}
"""


def c_piece(page, lines, at):
    name = f"piece-{at}.c"
    example = Example("cc -std=c11 -Wall -Wno-unused-variable -Werror -fsyntax-only "
                      f"-I library {name}", at)
    example.files.append((name, C_FRAME % "\n".join(lines)))
    page.examples.append(example)


def manual(page, text):
    in_examples, block, begin, literal, reason = False, [], 0, False, None
    for number, line in enumerate(text.split("\n") + [""], 1):
        if literal and line != ".Ed" or line.startswith(".Dl "):
            if not block:
                begin = number
            block.append(unquote_mdoc(line[4:] if not literal else line))
            continue
        if line.startswith(".Bd -literal"):
            literal = True
            continue
        if block:
            if page.name.endswith(".3"):
                c_piece(page, block, begin)
            elif in_examples or block[0].startswith("uvpipe "):
                if reason is not None:
                    page.skip(begin, reason, True)
                else:
                    page.add_block(block, begin)
            block, reason = [], None
        literal = False
        if line.startswith(".Sh "):
            in_examples = line == ".Sh EXAMPLES"
        mark = re.match(r'\.\\" not run:(.*)$', line)
        if mark:
            reason = mark.group(1)


def help_screen(page, text):
    at = text.find("\nExamples:\n")
    if at < 0:
        return
    lines = text[at:].split("\n\n")[0].split("\n")[2:]
    page.add_block([line.strip() if not line.startswith("   ") else line for line in lines], 1)


def pages_of(root, uvpipe):
    pages = []
    names = ["README.md"] + sorted(
        os.path.relpath(os.path.join(folder, name), root)
        for folder, _, files in os.walk(os.path.join(root, "docs")) for name in files)
    for name in names:
        if name.endswith((".md", ".1", ".3")):
            pages.append(Page(name))
            with open(os.path.join(root, name), encoding="utf-8") as file:
                (markdown if name.endswith(".md") else manual)(pages[-1], file.read())
    table = json.loads(subprocess.run([uvpipe, "--list-options"], capture_output=True, text=True,
                                      check=True).stdout)
    for command in table["commands"]:
        if command != "unwrap":
            pages.append(Page(f"uvpipe {command} --help"))
            help_screen(pages[-1], subprocess.run([uvpipe, command, "--help"], text=True,
                                                  capture_output=True, check=True).stdout)
    return pages


def missing_program(text):
    words = set(re.findall(r"[\w.+-]+", text))
    return next((p for p in OPTIONAL if p in words and not shutil.which(p)), None)


def can_run(examples):
    kept = []
    for example in examples:
        program = missing_program(example.text)
        if program and program not in ALONE:
            break
        if not program:
            kept.append(example)
    return kept


def script_of(examples, at):
    """The page as one script, so that what one command exports or makes is there for the next."""
    lines = ["exec < /dev/null"]
    for number, example in enumerate(examples):
        for name, text in example.files:
            path = os.path.join(at, f"file-{number}-{name.replace('/', '-')}")
            with open(path, "w", encoding="utf-8") as file:
                file.write(text)
            lines.append(f"cp {shlex.quote(path)} {shlex.quote(name)}")
        out = shlex.quote(os.path.join(at, f"{number}"))
        body = example.text + '\n__codes="${PIPESTATUS[*]}"'
        lines.append(f"eval {shlex.quote(body)} > {out}.out 2>&1")
        lines.append(f'echo "$__codes" > {out}.codes')
    return "\n".join(lines) + "\n"


def fits(wanted, lines):
    """Whether `lines` are the lines of `wanted`, with any lines for `...`."""
    pattern = "".join(r"(.*\n)*?" if line.strip() == "..." else re.escape(line.rstrip()) + r"\n"
                      for line in wanted)
    return re.fullmatch(pattern, "".join(line.rstrip() + "\n" for line in lines)) is not None


def judge(example, at, number):
    """What is wrong with how it ended, or None."""
    try:
        with open(os.path.join(at, f"{number}.codes"), encoding="utf-8") as file:
            codes = [int(word) for word in file.read().split()]
        with open(os.path.join(at, f"{number}.out"), encoding="utf-8", errors="replace") as file:
            out = file.read().rstrip("\n").split("\n")
    except OSError:
        return "was not run to its end"
    said = re.search(r"#.*\bexit code (\d+)", example.text)
    wanted = int(said.group(1)) if said else 0
    shown = "\n".join("        " + line for line in out[-SHOWN:])
    if wanted not in codes or any(code not in (0, wanted, 141) for code in codes):
        return f"ended with {' '.join(map(str, codes))}, not with {wanted}\n{shown}"
    if example.output is not None and not fits(example.output, out):
        return f"printed something else\n{shown}"
    return None


def run_page(page, samples, environment):
    """Returns (examples run, left out, complaints)."""
    with tempfile.TemporaryDirectory() as top:
        work, at = os.path.join(top, "work"), os.path.join(top, "record")
        os.mkdir(at)
        if page.name in FROM_NOTHING:
            os.mkdir(work)
        else:
            shutil.copytree(samples, work, symlinks=True)
        examples = can_run(page.examples)
        script = os.path.join(at, "script")
        with open(script, "w", encoding="utf-8") as file:
            file.write(script_of(examples, at))
        home = os.path.join(work, "home")
        os.makedirs(home, exist_ok=True)
        try:
            subprocess.run(["bash", "--norc", script], cwd=work, check=False, timeout=SECONDS,
                           stdout=subprocess.DEVNULL,
                           env=dict(environment, HOME=home))
        except subprocess.TimeoutExpired:
            page.faults.append(f"took more than {SECONDS} s")
        complaints = [f"{page.name}: {fault}" for fault in page.faults]
        for number, example in enumerate(examples):
            fault = judge(example, at, number)
            if fault:
                complaints.append(f"{page.name}:{example.line}: {example.text}\n    {fault}")
        return len(examples), len(page.examples) - len(examples), complaints


def find_nothing(page):
    """A page that has examples must have been seen to have some, and the list must hold."""
    found = page.examples or page.not_run
    if page.name in NO_EXAMPLES:
        return [f"{page.name}: has examples, but is listed as having none"] if found else []
    return [] if found else [f"{page.name}: no example found"]


def make_samples(top, root, uvpipe, environment):
    work = os.path.join(top, "samples")
    os.makedirs(os.path.join(work, "build", "release"))
    os.symlink(os.path.dirname(uvpipe), os.path.join(work, "build", "release", "tools"))
    shutil.copytree(os.path.join(root, "stages", "library"), os.path.join(work, "library"))
    done = subprocess.run(["bash", "-e", "-c", SAMPLES], cwd=work, env=environment, text=True,
                          capture_output=True, check=False)
    if done.returncode:
        sys.exit("the samples cannot be made: " + done.stderr)
    return work


# A page, how many of its examples are to be run, and what is to be complained of.
SELFTEST = [
    ("a.md", "    true\n    false  # exit code 1\n", 2, []),
    ("a.md", "text\n\n    false\n", 1, ["ended with 1"]),
    ("a.md", "    false | true\n", 1, ["ended with 1 0"]),
    ("a.md", "    (exit 2) | true  # exit code 2\n", 1, []),
    ("a.md", "    true  # exit code 2\n", 1, ["not with 2"]),
    ("a.md", "    exit 0\n    true\n", 2, ["not run to its end"] * 2),
    ("a.md", "    a=7\n    cd /\n\n    test $a$PWD = 7/\n", 3, []),
    ("a.md", "    cat <<'END' |\n    \\\n    END\n        grep -q .\n", 1, []),
    ("a.md", "* list\n\n    its text\n", 0, ["no example"]),
    ("a.md", "* list\n\n<!-- not run: slow -->\n\n    false\n", 0, []),
    ("a.md", "```text\n5 %\n```\n\n```sh\ntrue\n```\n", 1, []),
    ("a.md", "```ini a.conf\nx\n```\n\n    grep -qx x a.conf\n", 1, []),
    ("a.md", "    printf 'a\\nb\\nc\\n'\n\n```output\na\n...\nc\n```\n", 1, []),
    ("a.md", "    echo a\n\n```output\nb\n```\n", 1, ["something else"]),
    ("a.md", "<!-- not run: slow -->\n\n    false\n", 0, []),
    ("a.md", "<!-- not run: slow -->\nno block\n", 0, ["no example below"]),
    ("a.md", "<!-- not run: -->\n\n    false\n", 0, ["without a reason"]),
    ("a.1", ".Dl false\n.Sh EXAMPLES\n.Dl true \\e\n.Dl \"  1\"\n", 1, []),
    ("a.1", ".Sh EXAMPLES\n.Bd -literal -offset indent\nfalse\n.Ed\n", 1, ["ended with 1"]),
    ("a.1", ".Sh EXAMPLES\n.\\\" not run: slow\n.Dl false\n", 0, []),
    ("help", "Usage\n\nExamples:\n  true\n  false\n\nExit\n", 2, ["ended with 1"]),
]


def selftest():
    wrong = 0
    with tempfile.TemporaryDirectory() as samples:
        for name, text, ran, wanted in SELFTEST:
            page = Page(name)
            readers = {"a.md": markdown, "a.1": manual, "help": help_screen}
            readers[name](page, text)
            count, _, found = run_page(page, samples, dict(os.environ))
            found += find_nothing(page)
            if count != ran or len(found) != len(wanted) or any(
                    part not in line for part, line in zip(wanted, found)):
                print(f"{text!r}: {count} run, {found}")
                wrong += 1
    print(f"{len(SELFTEST)} cases, {wrong} wrong")
    return int(wrong > 0)


def main():
    if sys.argv[1] == "--selftest":
        return selftest()
    uvpipe, root = os.path.abspath(sys.argv[1]), sys.argv[2]
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("UVPIPE_", "XDG_"))}
    environment.update(PATH=os.path.dirname(uvpipe) + os.pathsep + environment["PATH"],
                       LC_ALL="C.UTF-8", TERM="dumb")
    pages = [p for p in pages_of(root, uvpipe) if p.name in sys.argv[3:] or not sys.argv[3:]]
    complaints = [line for page in pages for line in find_nothing(page)]
    listed = {p.name for p in pages}
    if not sys.argv[3:]:
        complaints += [f"{name} is listed and not there" for name in
                       set(NO_EXAMPLES).union(FROM_NOTHING) - listed]
    ran = left = 0
    with tempfile.TemporaryDirectory() as top:
        samples = make_samples(top, root, uvpipe, environment)
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            for page, (count, out, more) in zip(pages, pool.map(
                    lambda page: run_page(page, samples, environment), pages)):
                print(f"{page.name}: {count} run, {out} left out, {page.not_run} blocks not run")
                ran, left, complaints = ran + count, left + out, complaints + more
    print("\n".join(complaints))
    print(f"{len(pages)} pages, {ran} examples run, {left} for want of a program, "
          f"{sum(p.not_run for p in pages)} blocks not run, {len(complaints)} complaints")
    return int(bool(complaints) or not ran)


if __name__ == "__main__":
    sys.exit(main())
