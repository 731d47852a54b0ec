#!/usr/bin/env python3
"""What each option of the atlas costs and brings: docs/options.md is its output.

Usage: bench_options.py --uvpipe PATH [--rounds N] MESH...

Every mesh is unwrapped with each set of options by one thread. Time is CPU time of the whole
program, reading and writing included, least of the rounds; charts and seams are geometric means
against the defaults; stretch and efficiency are medians.
"""
import argparse
import json
import math
import os
import statistics
import subprocess
import sys
import tempfile

SETS = [
    "",
    "--preset fast",
    "--preset best",
    "--max-stretch 1.05",
    "--max-stretch 1.1",
    "--max-stretch 1.5",
    "--max-stretch 2",
    "--max-stretch 5",
    "--padding 0",
    "--padding 1",
    "--padding 4",
    "--padding 8",
    "--resolution 256",
    "--resolution 4096",
    "--pack-effort 2",
    "--pack-effort 4",
    "--pack-effort 8",
    "--max-chart-triangles 100",
    "--max-chart-triangles 1000",
    "--seams angle=90",
    "--seams angle=60",
    "--seams angle=30",
    "--fix-winding",
    "--whole-charts",
]


def unwrap(uvpipe, words, meshes, folder):
    """CPU seconds, and the report's object for each mesh, by name."""
    report = os.path.join(folder, "report.jsonl")
    out = os.path.join(folder, "out") + "/"
    command = [uvpipe, "-q", "--workers", "0", "--existing", "replace", "--member-timeout",
               "10m", "--report", report, "-o", out, *words, *meshes]
    code = subprocess.run(command, check=False).returncode
    if code not in (0, 2):
        sys.exit(f"{' '.join(command)}: exit code {code}")
    with open(report, encoding="utf-8") as file:
        objects = [json.loads(line) for line in file]
    things = {thing["name"]: thing for thing in objects
              if thing["type"] == "member" and thing["status"] == "ok"}
    if len(things) != len(meshes):
        print(f"{' '.join(words)}: {len(meshes) - len(things)} failed", file=sys.stderr)
    return objects[-1]["cpu_seconds"], things


def measure(uvpipe, words, meshes, rounds):
    """The least time of all rounds, and the figures, which are the same in each."""
    with tempfile.TemporaryDirectory() as folder:
        runs = [unwrap(uvpipe, words, meshes, folder) for _ in range(rounds)]
    return min(seconds for seconds, _ in runs), runs[0][1]


def ratio(found, base, key):
    """Geometric mean over the meshes that both have."""
    logs = [math.log(found[name][key] / base[name][key]) for name in found
            if name in base and found[name][key] > 0 and base[name][key] > 0]
    return math.exp(statistics.fmean(logs)) if logs else math.nan


def row(option, seconds, found, base):
    triangles = sum(thing["triangles"] for thing in found.values())
    median = {key: statistics.median(thing[key] for thing in found.values())
              for key in ("stretch_mean", "packing_efficiency")}
    return (f"| {'`' + option + '`' if option else 'none'} | {seconds * 1e6 / triangles:.2f} | "
            f"{ratio(found, base, 'charts'):.2f} | {ratio(found, base, 'seam_length'):.2f} | "
            f"{median['stretch_mean']:.4f} | {median['packing_efficiency']:.3f} |")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--uvpipe", required=True)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("meshes", nargs="+")
    args = parser.parse_args()
    base = None
    print("| option | us a triangle | charts | seams | L2 stretch | efficiency |")
    print("| --- | --- | --- | --- | --- | --- |")
    for option in SETS:
        seconds, found = measure(args.uvpipe, option.split(), args.meshes, args.rounds)
        base = found if base is None else base
        print(row(option, seconds, found, base), flush=True)


if __name__ == "__main__":
    main()
