#!/usr/bin/env python3
r"""Archives at full speed: uvpipe beside bsdtar, pigz and zstd, paired, on all cores.

    tools/bench/bench_archive.py --uvpipe build/release/tools/uvpipe \
        --mkmesh build/release/tools/mkmesh [--rounds 5] [--only NAME]

Members are meshes that are told to be left alone, so that what is measured is archives and
compression. Each row runs its commands in turn, `--rounds` times, from a file in the page cache
to a pipe that is read and dropped, and prints medians: wall seconds, MB/s of the uncompressed
contents, CPU seconds, and the ratio of walls to uvpipe's, the median over pairs.
"""
import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time


def make_inputs(work, mkmesh, count, triangles):
    """One set of members as tar and zip, the tar compressed in several ways."""

    def run(*words):
        subprocess.run(words, cwd=work, check=True)

    run(mkmesh, "archive", "--members", str(count), "--triangles", str(triangles), "-o",
        "set.tar")
    run("bash", "-c", "bsdtar -cf set.zip --format zip @set.tar")
    run("zstd", "-q", "-3", "set.tar", "-o", "set.tar.zst")
    run("pigz", "-k", "set.tar")
    return os.path.getsize(os.path.join(work, "set.tar"))


def rows_of(uvpipe):
    """Name, input, and the commands that do the same work; the first is ours."""
    return [
        ("zip to zip, untouched", "set.zip",
         [f"{uvpipe} set.zip", "bsdtar -cf - --format zip @set.zip"]),
        ("tar to zip (deflate)", "set.tar",
         [f"{uvpipe} --format zip set.tar", "bsdtar -cf - --format zip @set.tar"]),
        ("zip to tar (inflate)", "set.zip",
         [f"{uvpipe} --format tar set.zip", "bsdtar -cf - --format ustar @set.zip"]),
        ("tar.zst to tar.zst", "set.tar.zst",
         [f"{uvpipe} set.tar.zst", "bsdtar -cf - --zstd @set.tar.zst",
          "zstd -dqc set.tar.zst | zstd -3 -T2 -qc"]),
        ("tar.gz to tar.gz", "set.tar.gz",
         [f"{uvpipe} set.tar.gz", "bsdtar -cf - --gzip @set.tar.gz",
          "pigz -dc set.tar.gz | pigz -c"]),
        ("own tar.zst to tar", "own.tar.zst",
         [f"{uvpipe} --compress none own.tar.zst", "zstd -dqc own.tar.zst"]),
        ("own tar.gz to tar", "own.tar.gz",
         [f"{uvpipe} --compress none own.tar.gz", "pigz -dc own.tar.gz"]),
        ("tar to tar", "set.tar", [f"{uvpipe} set.tar", "bsdtar -cf - @set.tar", "cat set.tar"]),
    ]


def measure(command, work):
    """Wall and CPU seconds of a shell command whose output is read and dropped."""
    before = os.times()
    began = time.monotonic()
    done = subprocess.run(
        ["bash", "-o", "pipefail", "-c", f"{command} | cat > /dev/null"], cwd=work, check=False)
    wall = time.monotonic() - began
    after = os.times()
    if done.returncode != 0:
        sys.exit(f"{command} ended with {done.returncode}")
    cpu = (after.children_user - before.children_user +
           after.children_system - before.children_system)
    return wall, cpu


def bench(name, commands, work, total, rounds):
    """Prints one line a command."""
    walls = {command: [] for command in commands}
    cpus = {command: [] for command in commands}
    for _ in range(rounds):
        for command in commands:
            wall, cpu = measure(command, work)
            walls[command].append(wall)
            cpus[command].append(cpu)
    for command in commands:
        wall = statistics.median(walls[command])
        ratio = statistics.median(
            theirs / ours for theirs, ours in zip(walls[command], walls[commands[0]]))
        peer = "uvpipe" if command is commands[0] else command.split()[0]
        peer += " | " + command.split("| ")[1].split()[0] if "|" in command else ""
        print(f"| {name} | {peer} | {wall:.3f} | {total / wall / 1e6:.0f} | "
              f"{statistics.median(cpus[command]):.2f} | {ratio:.2f} |", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--uvpipe", required=True)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--mkmesh", required=True)
    parser.add_argument("--members", type=int, default=100)
    parser.add_argument("--triangles", default="60k")
    parser.add_argument("--only", default="", help="rows whose name contains this")
    options = parser.parse_args()
    uvpipe = os.path.abspath(options.uvpipe) + " --exclude '*.obj'"
    with tempfile.TemporaryDirectory() as work:
        total = make_inputs(work, os.path.abspath(options.mkmesh), options.members,
                            options.triangles)
        for codec, suffix in (("zstd", "zst"), ("gzip", "gz")):
            subprocess.run(["bash", "-c",
                            f"{uvpipe} --compress {codec} set.tar -o own.tar.{suffix}"],
                           cwd=work, check=True)
        print(f"{options.members} members, {total / 1e6:.0f} MB, {os.cpu_count()} CPUs")
        print("| work | by | wall s | MB/s | CPU s | wall / uvpipe |")
        print("| --- | --- | --- | --- | --- | --- |")
        for name, _, commands in rows_of(uvpipe):
            if options.only in name:
                bench(name, commands, work, total, options.rounds)


if __name__ == "__main__":
    main()
