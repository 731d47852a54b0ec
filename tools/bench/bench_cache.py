#!/usr/bin/env python3
r"""What a cache saves: a first run that fills it, a second that finds everything.

    tools/bench/bench_cache.py --uvpipe build/release/tools/uvpipe [--rounds 3] [ARCHIVE]

ARCHIVE is a .tar.zst of meshes; without one, 40 are made by uvpipe gen. It is unwrapped as it
is, and as plain tar, each without a cache, with an empty one, and twice with a full one; wall
and CPU seconds, medians of the rounds. All outputs of a form must be the same bytes.
"""
import argparse
import hashlib
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time


def run(words, path):
    """Wall and CPU seconds, and a digest of the output."""
    before = os.times()
    began = time.monotonic()
    with open(path, "rb") as source, tempfile.TemporaryFile() as sink:
        code = subprocess.run(words, stdin=source, stdout=sink, check=False).returncode
        wall = time.monotonic() - began
        after = os.times()
        sink.seek(0)
        digest = hashlib.sha256(sink.read()).hexdigest()
    if code != 0:
        sys.exit(f"{' '.join(words)} ended with {code}")
    return wall, (after.children_user - before.children_user +
                  after.children_system - before.children_system), digest


def measure(uvpipe, path, rounds, folder):
    """Rows of wall and CPU by kind, and what lies in the cache."""
    cache = os.path.join(folder, "cache")
    rows = {"no cache": [], "first run": [], "second run": []}
    digests = set()
    for _ in range(rounds):
        shutil.rmtree(cache, ignore_errors=True)
        for kind, options in (("no cache", []), ("first run", ["--cache", cache]),
                              ("second run", ["--cache", cache]),
                              ("second run", ["--cache", cache])):
            wall, cpu, digest = run([uvpipe, "-q"] + options, path)
            rows[kind].append((wall, cpu))
            digests.add(digest)
    if len(digests) != 1:
        sys.exit("the outputs are not the same")
    held = sum(os.path.getsize(os.path.join(where, name))
               for where, _, names in os.walk(cache) for name in names)
    return rows, held


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--uvpipe", required=True)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("archive", nargs="?")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="uvp_cache_") as folder:
        packed, plain = os.path.join(folder, "in.tar.zst"), os.path.join(folder, "in.tar")
        if options.archive is not None:
            shutil.copy(options.archive, packed)
        else:
            subprocess.run([options.uvpipe, "gen", "gyroid", "torus", "plate", "--count=40",
                            "--triangles=2k:60k", "--compress=zstd", "-o", packed], check=True)
        subprocess.run(["zstd", "-dqf", packed, "-o", plain], check=True)
        print("| archive | run | wall s | CPU s | wall, times faster | CPU, times less |")
        print("| --- | --- | --- | --- | --- | --- |")
        for name, path in ((".tar.zst", packed), (".tar", plain)):
            rows, held = measure(options.uvpipe, path, options.rounds, folder)
            figures = {kind: [statistics.median(row[i] for row in runs) for i in (0, 1)]
                       for kind, runs in rows.items()}
            first = figures["no cache"]
            for kind, (wall, cpu) in figures.items():
                print(f"| {name} | {kind} | {wall:.2f} | {cpu:.2f} | {first[0] / wall:.1f} | "
                      f"{first[1] / max(cpu, 0.001):.1f} |")
        print(f"\n{held / 1e6:.1f} MB in the cache, {os.path.getsize(plain) / 1e6:.1f} MB of "
              "meshes.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
