#!/usr/bin/env python3
r"""What order costs, and how long the first byte takes.

    tools/bench/bench_order.py --uvpipe build/release/tools/uvpipe \
        --mkmesh build/release/tools/mkmesh [--rounds 7]

Order: an archive of meshes of very different size, unwrapped with --preset fast, in turn as it
is and with --unordered; wall and CPU seconds, medians, and the median over pairs of their ratio.
First byte: an archive is written to the program's pipe up to the end of its first member (a
mesh), and no further; the time from the last of these bytes to the first byte of output, median
and worst.
"""
import argparse
import os
import select
import statistics
import subprocess
import sys
import tarfile
import tempfile
import time


def run(words, path):
    """Wall and CPU seconds of a run from a file to nowhere."""
    before = os.times()
    began = time.monotonic()
    with open(path, "rb") as source, open(os.devnull, "wb") as sink:
        code = subprocess.run(words, stdin=source, stdout=sink, check=False).returncode
    wall = time.monotonic() - began
    after = os.times()
    if code != 0:
        sys.exit(f"{words[0]} ended with {code}")
    cpu = (after.children_user - before.children_user +
           after.children_system - before.children_system)
    return wall, cpu


def bench_order(uvpipe, path, rounds):
    """Pairs of runs, in turn."""
    ordered, unordered = [], []
    for _ in range(rounds):
        ordered.append(run([uvpipe, "-q", "--preset", "fast"], path))
        unordered.append(run([uvpipe, "-q", "--preset", "fast", "--unordered"], path))
    print("| | in order | --unordered | ratio |")
    print("| --- | --- | --- | --- |")
    for k, name in enumerate(("wall s", "CPU s")):
        ratio = statistics.median(a[k] / b[k] for a, b in zip(ordered, unordered))
        print(f"| {name} | {statistics.median(a[k] for a in ordered):.3f} | "
              f"{statistics.median(b[k] for b in unordered):.3f} | {ratio:.3f} |")


def first_byte(words, head):
    """Seconds from the last byte in to the first byte out."""
    program = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    program.stdin.write(head)
    program.stdin.flush()
    began = time.monotonic()
    ready, _, _ = select.select([program.stdout], [], [], 10)
    took = time.monotonic() - began
    program.kill()
    program.wait()
    if not ready:
        sys.exit("nothing came out in 10 s")
    return took


def head_of(path):
    """The archive up to the end of its first member, padding included."""
    with tarfile.open(path) as archive:
        member = archive.next()
        end = member.offset_data + (member.size + 511) // 512 * 512
    with open(path, "rb") as source:
        return source.read(end), member.size


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--uvpipe", required=True)
    parser.add_argument("--mkmesh", required=True)
    parser.add_argument("--rounds", type=int, default=7)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as work:
        path = os.path.join(work, "in.tar")
        subprocess.run([options.mkmesh, "archive", "--members", "300", "--triangles", "4000",
                        "-o", path], check=True)
        bench_order(options.uvpipe, path, options.rounds)
        head, size = head_of(path)
        times = [first_byte([options.uvpipe, "-q"], head) for _ in range(5 * options.rounds)]
        print(f"\nfirst byte after the first whole member, a mesh of {size} bytes: "
              f"{statistics.median(times) * 1e3:.1f} ms, at most {max(times) * 1e3:.1f} ms")


if __name__ == "__main__":
    main()
