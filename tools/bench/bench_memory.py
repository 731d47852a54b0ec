#!/usr/bin/env python3
"""Peak memory of uvpipe: a stalled consumer, an archive ten times as long, one huge member.

    tools/bench/bench_memory.py --uvpipe PROGRAM --mkmesh PROGRAM

Peaks are the system's own (VmHWM) of the uvpipe process. A stalled consumer reads nothing until
the process has not grown for a while. Exits with 1 when a bound is broken:
  stalled: --memory + the largest member + 16 MiB;  longer: 5 % more;  huge: 64 MiB.
"""
import argparse
import os
import subprocess
import sys
import tempfile
import time

MIB = 1 << 20


def peak_bytes(pid):
    """VmHWM of a process, 0 once it has gone."""
    try:
        with open(f"/proc/{pid}/status", encoding="ascii") as status:
            for line in status:
                if line.startswith("VmHWM:"):
                    return int(line.split()[1]) * 1024
    except OSError:
        pass
    return 0


def run_flowing(uvpipe, path, options):
    """Peak of a run whose output is read as it comes."""
    with subprocess.Popen(["cat", path], stdout=subprocess.PIPE) as feeder:
        with open(os.devnull, "wb") as sink:
            line = subprocess.Popen([uvpipe, "-q", *options], stdin=feeder.stdout,
                                    stdout=subprocess.PIPE)
            feeder.stdout.close()
            with subprocess.Popen(["cat"], stdin=line.stdout, stdout=sink):
                line.stdout.close()
                peak = 0
                while line.poll() is None:
                    peak = max(peak, peak_bytes(line.pid))
                    time.sleep(0.005)
    if line.returncode != 0:
        sys.exit(f"exit code {line.returncode}")
    return peak


def run_stalled(uvpipe, path, options):
    """Peak of a run whose output nobody reads, once it has stopped growing."""
    with subprocess.Popen(["cat", path], stdout=subprocess.PIPE) as feeder:
        line = subprocess.Popen([uvpipe, "-q", *options], stdin=feeder.stdout,
                                stdout=subprocess.PIPE)
        feeder.stdout.close()
        peak, since = 0, time.monotonic()
        while time.monotonic() - since < 4:
            now = peak_bytes(line.pid)
            if now > peak:
                peak, since = now, time.monotonic()
            time.sleep(0.02)
        line.kill()
        line.stdout.close()
        line.wait()
        feeder.kill()
    return peak


def repeat_tar(path, out, times):
    """The members of a tar, so many times over, as one tar."""
    with open(path, "rb") as source:
        data = source.read().rstrip(b"\0")
    data += b"\0" * (-len(data) % 512)
    with open(out, "wb") as sink:
        for _ in range(times):
            sink.write(data)
        sink.write(b"\0" * 1024)


def largest_member(path):
    """Bytes of the largest member of a tar."""
    listing = subprocess.run(["tar", "tvf", path], stdout=subprocess.PIPE, check=True).stdout
    return max(int(line.split()[2]) for line in listing.decode().splitlines())


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--uvpipe", required=True)
    parser.add_argument("--mkmesh", required=True)
    parser.add_argument("--scale", type=int, default=10, help="length of the longer archive")
    arguments = parser.parse_args()
    broken = []

    def report(what, peak, bound):
        print(f"| {what} | {peak / MIB:.1f} | {bound / MIB:.1f} |", flush=True)
        if peak > bound:
            broken.append(what)

    print("| run | peak MiB | bound MiB |\n| --- | --- | --- |")
    with tempfile.TemporaryDirectory() as folder:
        unit, base, longer, huge = (os.path.join(folder, n) for n in ("u", "b", "l", "h"))
        subprocess.run([arguments.mkmesh, "archive", "--members", "40", "--triangles", "1500",
                        "--mix", "-o", unit], check=True)
        repeat_tar(unit, base, 30)
        repeat_tar(unit, longer, 30 * arguments.scale)
        member = largest_member(unit)
        for memory in (16, 32, 64, 128):
            for queue in (8, 4096):
                peak = run_stalled(arguments.uvpipe, longer,
                                   ["--memory", f"{memory}M", "--queue", str(queue)])
                report(f"stalled, --memory {memory}M --queue {queue}", peak,
                       (memory + 16) * MIB + member)
        subprocess.run(["zstd", "-qf", longer, "-o", longer + ".zst"], check=True)
        peak = run_stalled(arguments.uvpipe, longer + ".zst", ["--memory", "32M"])
        report("stalled, tar.zst, --memory 32M", peak, 48 * MIB + member)
        peaks = [run_flowing(arguments.uvpipe, base, []) for _ in range(3)]
        print(f"| 1200 members | {max(peaks) / MIB:.1f} | |", flush=True)
        report(f"{arguments.scale} times as many",
               run_flowing(arguments.uvpipe, longer, []), max(peaks) * 1.05)
        subprocess.run([arguments.mkmesh, "archive", "--members", "1", "--big-bytes", "2G",
                        "-o", huge], check=True)
        report("one member of 2 GB", run_flowing(arguments.uvpipe, huge, []), 64 * MIB)
    if broken:
        sys.exit("over the bound: " + "; ".join(broken))


if __name__ == "__main__":
    main()
