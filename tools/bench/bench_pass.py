#!/usr/bin/env python3
"""Archives with nothing to unwrap, through uvpipe and through a peer: CPU and wall, paired.

    tools/bench/bench_pass.py --uvpipe build/release/tools/uvpipe [--rounds 5]

Each round runs `cat FILE | X | cat > /dev/null` for both in turn and takes the CPU seconds (user
and system) of X alone from the system's accounting. Prints medians and the ratio of each pair.
"""
import argparse
import os
import random
import statistics
import subprocess
import sys
import tarfile
import tempfile
import time

SETS = {
    # name: (members, bytes each)
    "big": (20, 25_000_000),
    "20kB": (20_000, 20_000),
    "tiny": (1_000_000, 100),
}


def write_tar(path, members, size):
    """A ustar archive of `members` files of `size` random-looking bytes."""
    rng = random.Random(7)
    body = rng.randbytes(size)
    padding = b"\0" * (-size % 512)
    with open(path, "wb", buffering=1 << 20) as out:
        for i in range(members):
            info = tarfile.TarInfo(f"folder/member-{i:07d}.bin")
            info.size = size
            info.mtime = 1_600_000_000
            out.write(info.tobuf(tarfile.USTAR_FORMAT))
            out.write(body)
            out.write(padding)
        out.write(b"\0" * 1024)


def run(command, path):
    """CPU and wall seconds of `command` between two cats."""
    sink = open(os.devnull, "wb")
    began = time.monotonic()
    first = subprocess.Popen(["cat", path], stdout=subprocess.PIPE)
    second = subprocess.Popen(command, stdin=first.stdout, stdout=subprocess.PIPE)
    third = subprocess.Popen(["cat"], stdin=second.stdout, stdout=sink)
    first.stdout.close()
    second.stdout.close()
    _, status, usage = os.wait4(second.pid, 0)
    second.returncode = os.waitstatus_to_exitcode(status)
    third.wait()
    first.wait()
    if second.returncode != 0:
        sys.exit(f"{command[0]} ended with {second.returncode}")
    return usage.ru_utime + usage.ru_stime, time.monotonic() - began


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--uvpipe", required=True)
    parser.add_argument("--peer", default="bsdtar -cf - @-")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--sets", default="big,20kB,tiny")
    arguments = parser.parse_args()
    ours = [arguments.uvpipe, "-q"]
    peer = arguments.peer.split()
    print("| set | uvpipe CPU s | peer CPU s | ratio | uvpipe wall s | peer wall s "
          "| members/s |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    with tempfile.TemporaryDirectory() as folder:
        for name in arguments.sets.split(","):
            members, size = SETS[name]
            path = os.path.join(folder, name)
            write_tar(path, members, size)
            run(ours, path)  # warm the page cache
            pairs = [(run(ours, path), run(peer, path)) for _ in range(arguments.rounds)]
            cpu = statistics.median(a[0] for a, _ in pairs)
            peer_cpu = statistics.median(b[0] for _, b in pairs)
            ratio = statistics.median(a[0] / b[0] for a, b in pairs)
            wall = statistics.median(a[1] for a, _ in pairs)
            peer_wall = statistics.median(b[1] for _, b in pairs)
            print(f"| {name} | {cpu:.2f} | {peer_cpu:.2f} | {ratio:.2f} | {wall:.2f} "
                  f"| {peer_wall:.2f} | {members / wall:,.0f} |", flush=True)
            os.unlink(path)


if __name__ == "__main__":
    main()
