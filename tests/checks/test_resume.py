#!/usr/bin/env python3
"""Runs that are killed at random moments (SIGKILL) and resumed end in the same bytes.

A run without --resume says what the bytes must be. Then runs with --resume are killed, each
somewhere between its start and the time a whole run takes, until so many have been; one that
came to its end before is compared and begun anew. What is under the output's name is whole at
any moment, or not there; at the end nothing else is left beside it.

Usage: test_resume.py UVPIPE [--times N] [--input FILE] [--seed N] [--folder] [OPTION...]
       further options go to uvpipe; --folder: two inputs into a folder
"""
import argparse
import filecmp
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time


def begin(words):
    return subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                            stderr=subprocess.PIPE)


def run(words):
    began = time.monotonic()
    done = subprocess.run(words, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                          stderr=subprocess.PIPE, check=False)
    if done.returncode not in (0, 2):
        sys.exit(f"{' '.join(words)}: exit code {done.returncode}\n{done.stderr.decode()}")
    return time.monotonic() - began


def same(made, wanted):
    """True when all that is there of the output is whole and right."""
    if os.path.isdir(wanted):
        names = [name for name in os.listdir(made) if ".uvpipe-" not in name] \
            if os.path.isdir(made) else []
        return all(filecmp.cmp(os.path.join(made, name), os.path.join(wanted, name), False)
                   for name in names)
    return not os.path.exists(made) or filecmp.cmp(made, wanted, False)


def remove(path):
    if os.path.isdir(path):
        shutil.rmtree(path)
    elif os.path.exists(path):
        os.remove(path)


def left_over(folder, keep):
    found = [os.path.join(where, name) for where, _, names in os.walk(folder) for name in names]
    return [path for path in found if ".uvpipe-" in os.path.basename(path)] + \
        [name for name in os.listdir(folder) if name not in keep]


def killed(words, seconds):
    """Whether it had to be killed; it ended well by itself otherwise."""
    with begin(words) as child:
        try:
            child.wait(seconds)
        except subprocess.TimeoutExpired:
            child.send_signal(signal.SIGKILL)
        err = child.stderr.read().decode("utf-8", "replace")
        code = child.wait()
    if code not in (0, 2, -signal.SIGKILL):
        sys.exit(f"a resumed run ended with {code}: {err}")
    return code == -signal.SIGKILL


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("uvpipe")
    parser.add_argument("--times", type=int, default=10)
    parser.add_argument("--input")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--folder", action="store_true")
    options, more = parser.parse_known_args()
    chance = random.Random(options.seed)
    with tempfile.TemporaryDirectory(prefix="uvp_resume_") as folder:
        source = options.input
        if source is None:
            source = os.path.join(folder, "in.tar")
            run([options.uvpipe, "gen", "gyroid", "torus", "plate", "--triangles=300:6k",
                 "--count=24", "-o", source])
        inputs = [source]
        if options.folder:
            inputs.append(os.path.join(folder, "second.tar"))
            shutil.copy(source, inputs[1])
        end = "/" if options.folder else ".tar"
        wanted, made = os.path.join(folder, "wanted") + end, os.path.join(folder, "made") + end
        whole = run([options.uvpipe, "-q"] + more + inputs + ["-o", wanted])
        words = [options.uvpipe, "-q", "--resume"] + more + inputs + ["-o", made]
        kills = ends = 0
        while kills < options.times:
            if killed(words, chance.uniform(0, whole)):
                kills += 1
            else:
                ends += 1
                remove(made)
            if not same(made, wanted):
                sys.exit(f"after {kills} kills the output is not what it must be")
        remove(made)
        last = run(words)
        if not os.path.exists(made) or not same(made, wanted):
            sys.exit("the last run's output is not what it must be")
        if options.folder and sorted(os.listdir(made)) != sorted(os.listdir(wanted)):
            sys.exit("a file is missing in the folder")
        keep = [os.path.basename(path.rstrip("/")) for path in inputs + [wanted, made]]
        if left_over(folder, keep):
            sys.exit(f"left beside the output: {left_over(folder, keep)}")
        print(f"{kills} killed, {ends} came to their end in between; a whole run took "
              f"{whole:.2f} s, the last one {last:.2f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
