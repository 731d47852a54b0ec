#!/usr/bin/env python3
"""The completion scripts, by the shells they are for.

bash completes as it would at a prompt: the words as its line editor parts them, then what is in
COMPREPLY. fish says itself what it would offer. zsh checks the syntax and loads the script. Shells
that are not there are named and left out; without any the test is skipped (77).

Usage: test_completion.py UVPIPE
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile

BASH = r"""
COMP_WORDBREAKS=$' \t\n"\'><=;|&(:'
source "$1"
shift
COMP_WORDS=("$@")
COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
COMP_LINE="$*"
COMP_POINT=${#COMP_LINE}
complete -p uvpipe >/dev/null || exit 3
_uvpipe
printf '%s\n' "${COMPREPLY[@]}"
"""

# The line, what must be among the offers, what must not. A word is what a shell sees as one; bash
# parts them further.
CASES = [
    (["--form"], ["--format="], ["--force"]),
    (["--fo"], ["--format=", "--force"], ["--allow="]),
    (["check", "--"], ["--allow=", "--json", "--pages="], ["--format=", "--output="]),
    (["list", "--"], ["--json"], ["--allow=", "--format="]),
    (["--format="], ["tar", "cpio", "zip", "folder"], ["7z"]),
    (["--format", ""], ["tar", "zip"], ["check"]),
    (["--format=t"], ["tar"], ["zip"]),
    (["--compress=z"], ["zstd"], ["gzip", "zstd:1"]),
    (["--compress=zstd:"], ["zstd:1", "zstd:19"], ["gzip:1", "zstd:99", "zstd"]),
    (["--compress=zstd:1"], ["zstd:1", "zstd:10"], ["zstd:2"]),
    (["--preset", "b"], ["balanced", "best"], ["fast"]),
    (["check", "--allow=flipped,"], ["flipped,mirrored"], ["mirrored"]),
    (["--progress=n"], ["never"], ["auto"]),
    (["check", "--progress=a"], ["auto"], ["never"]),
    (["-o", "me"], ["meshes/"], ["check"]),
    (["--report=mo"], ["model.obj"], ["meshes/"]),
    (["m"], ["meshes/", "model.obj"], ["check"]),
    (["ch"], ["check"], ["list"]),
    (["check", "l"], [], ["list"]),
    (["--include=", ""], [], ["check"]),
]


def broken(words):
    """The words as bash has them: '=' and ':' stand alone, but for one that begins the line."""
    parts = []
    for word in words:
        part = ""
        for char in word:
            if char in "=:":
                parts += [part, char] if part else [char]
                part = ""
            else:
                part += char
        if part or not word or word[-1] not in "=:":
            parts.append(part)
    # after a sign with nothing behind it the word at the cursor is that sign, or empty
    return parts


def bash_offers(script, words, folder):
    done = subprocess.run(["bash", "--norc", "-c", BASH, "bash", script, "uvpipe"] + broken(words),
                          cwd=folder, capture_output=True, text=True, check=True)
    assert not done.stderr.replace("compopt", ""), done.stderr
    prefix = words[-1]
    found = [line for line in done.stdout.split("\n") if line]
    # what is offered takes the place of the last word: what was before it stays
    if ":" in prefix:
        found = [prefix.split("=", 1)[-1].rsplit(":", 1)[0] + ":" + line for line in found]
    return [line + ("/" if os.path.isdir(os.path.join(folder, line)) else "") for line in found]


def fish_offers(script, words, folder):
    line = " ".join(["uvpipe"] + words)
    done = subprocess.run(
        ["fish", "--no-config", "-c", f"source {script}; complete -C '{line}'"],
        cwd=folder, capture_output=True, text=True, check=True,
        env=dict(os.environ, HOME=folder))
    offers = [offer.split("\t")[0] for offer in done.stdout.split("\n") if offer]
    start = words[-1].split("=")[0] + "="
    # the whole word is offered
    return [o[len(start):] if o.startswith(start) and o != start else o for o in offers]


def judge(shell, offers_of, script, folder, cases):
    failures = 0
    for words, wanted, unwanted in cases:
        offers = offers_of(script, words, folder)
        wrong = [w for w in wanted if w not in offers] + [w for w in unwanted if w in offers]
        if wrong:
            failures += 1
            print(f"{shell}: {words}: {wrong} among or not among {offers}")
    print(f"{shell}: {len(cases)} lines, {failures} wrong")
    return failures


def every_option(uvpipe, script, folder):
    """bash offers exactly the options that the table has for a command."""
    table = json.loads(subprocess.run([uvpipe, "--list-options"], capture_output=True, text=True,
                                      check=True).stdout)
    failures = 0
    for command in table["commands"]:
        words = ["--"] if command == "unwrap" else [command, "--"]
        offers = {o.rstrip("=") for o in bash_offers(script, words, folder)}
        names = {"--" + o["name"] for o in table["options"] if command in o["commands"]}
        if offers != names or not names:
            failures += 1
            print(f"bash: {command}: {sorted(offers ^ names)} on one side only")
    return failures


def main():
    uvpipe = sys.argv[1]
    tried = failures = 0
    with tempfile.TemporaryDirectory() as folder:
        os.mkdir(os.path.join(folder, "meshes"))
        open(os.path.join(folder, "model.obj"), "w", encoding="utf-8").close()
        for shell in ("bash", "zsh", "fish"):
            script = os.path.join(folder, ".script." + shell)
            with open(script, "w", encoding="utf-8") as file:
                subprocess.run([uvpipe, "--completion=" + shell], stdout=file, check=True)
            if not shutil.which(shell):
                print(f"{shell} is not installed: its script is not tried")
                continue
            tried += 1
            subprocess.run([shell, "-n", script], check=True)
            if shell == "bash":
                failures += judge(shell, bash_offers, script, folder, CASES)
                failures += every_option(uvpipe, script, folder)
            elif shell == "fish":
                # fish offers levels at once, and files beside options: only what must be there
                failures += judge(shell, fish_offers, script, folder,
                                  [(w, y, []) for w, y, n in CASES if w[0] != "-o"
                                   and not w[0].startswith(("--fo", "--report", "m"))
                                   and w[-1] != "--"])
            else:
                subprocess.run(
                    ["zsh", "-f", "-c", "autoload -Uz compinit && compinit -u -D && "
                     f"source {script} && [[ $_comps[uvpipe] == _uvpipe ]]"], check=True)
                print("zsh: its syntax is right and it loads")
    return 77 if tried == 0 else int(failures != 0)


if __name__ == "__main__":
    sys.exit(main())
