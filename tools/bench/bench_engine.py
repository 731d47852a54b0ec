#!/usr/bin/env python3
"""The engine on a set of meshes, judged, beside what other programs made of the same meshes.

    tools/bench/bench_engine.py --bench PROGRAM --judge PROGRAM [--peers FILE] MESH.obj...

--bench is bench_atlas; it times the engine by step and writes the unwrapped meshes, which the
judge (called as `JUDGE --res N --orig in.obj out.obj`, printing one JSON line) looks at.
--peers is a CSV with the columns mesh, peer, charts, seam_rel, us_per_tri: ratios are against the
rows of xatlas. Prints a Markdown table and a summary. Exits with 1 when a mesh is not valid.
"""
import argparse
import csv
import json
import math
import os
import statistics
import subprocess
import sys
import tempfile

MUST_BE_ZERO = ("flipped_rel", "flipped_abs", "overlap_pairs", "uv_outside", "nonfinite", "no_uv")
CLASSES = ((0, 5000), (5000, 20000), (20000, 60000), (60000, 150000), (150000, 1 << 62))


def read_peers(path):
    """Rows of xatlas by mesh."""
    rows = {}
    if path:
        with open(path, newline="", encoding="utf-8") as file:
            for row in csv.DictReader(file):
                if row["peer"] == "xatlas" and row["charts"]:
                    rows[row["mesh"]] = row
    return rows


def run_mesh(arguments, path, folder):
    """What the bench and the judge say of one mesh."""
    command = [arguments.bench, *arguments.option, f"resolution={arguments.resolution}",
               f"out={folder}", path]
    run = subprocess.run(command, stdout=subprocess.PIPE, check=False)
    if run.returncode != 0:
        return None
    made = json.loads(run.stdout)
    out = os.path.join(folder, os.path.basename(path))
    judged = subprocess.run([arguments.judge, "--res", str(arguments.resolution), "--orig", path,
                             out], stdout=subprocess.PIPE, check=True)
    os.unlink(out)
    made["judge"] = json.loads(judged.stdout)
    return made


def faults(judge):
    """What makes a layout invalid."""
    found = [key for key in MUST_BE_ZERO if judge.get(key)]
    if not judge.get("geom_ok"):
        found.append("geometry")
    return found


def ratio(mesh, peers, ours, column):
    """Ours against xatlas's, or None."""
    theirs = peers.get(mesh, {}).get(column)
    return ours / float(theirs) if theirs and float(theirs) > 0 and ours > 0 else None


def mean_ratio(values):
    """Geometric mean of those that are there."""
    logs = [math.log(v) for v in values if v is not None]
    return math.exp(sum(logs) / len(logs)) if logs else float("nan")


def show(value, digits):
    """A cell that may be empty."""
    return "" if value is None else f"{value:.{digits}f}"


def print_times(rows):
    """What each mesh costs."""
    print("| mesh | triangles | us/tri | topology | segment | flatten | merge | pack | verify | "
          "B/tri |")
    print("|" + " --- |" * 10)
    for row in rows:
        steps = " | ".join(f"{row.get(s, 0):.2f}" for s in
                           ("topology", "segment", "flatten", "merge", "pack", "verify"))
        print(f"| {row['mesh'].removesuffix('.obj')} | {row['triangles']} | "
              f"{row['us_per_tri']:.2f} | {steps} | {row['bytes_per_tri']:.0f} |")


def print_quality(rows, peers):
    """What the judge says of each mesh."""
    print("| mesh | charts | of 1 | / xatlas | seam | / xatlas | symdir | L2 | p99 | "
          "efficiency | gap | faults |")
    print("|" + " --- |" * 12)
    for row in rows:
        judge = row["judge"]
        mesh = row["mesh"].removesuffix(".obj")
        print(f"| {mesh} | {judge['charts']} | {row['singles']} | "
              f"{show(ratio(mesh, peers, judge['charts'], 'charts'), 2)} | "
              f"{judge['seam_rel']:.1f} | "
              f"{show(ratio(mesh, peers, judge['seam_rel'], 'seam_rel'), 2)} | "
              f"{judge['symdir']:.4f} | {judge['stretch_l2']:.4f} | "
              f"{judge['stretch_linf_p99']:.3f} | {judge['eff_square']:.3f} | "
              f"{judge['min_gap_texels']:.2f} | {' '.join(faults(judge)) or 'none'} |")


def print_summary(rows, peers):
    """The figures of the whole set."""
    judges = [row["judge"] for row in rows]
    names = [row["mesh"].removesuffix(".obj") for row in rows]
    charts = mean_ratio([ratio(n, peers, j["charts"], "charts") for n, j in zip(names, judges)])
    seams = mean_ratio([ratio(n, peers, j["seam_rel"], "seam_rel")
                        for n, j in zip(names, judges)])
    print()
    for low, high in CLASSES:
        times = [r["us_per_tri"] for r in rows if low <= r["triangles"] < high]
        if times:
            print(f"{low}-{high if high < 1 << 62 else 'more'} triangles: median "
                  f"{statistics.median(times):.2f}, mean {statistics.mean(times):.2f}, worst "
                  f"{max(times):.2f} us/tri ({len(times)} meshes)")
    print(f"charts / xatlas {charts:.3f}, seam / xatlas {seams:.3f} (geometric means)")
    print(f"symdir mean {statistics.mean(j['symdir'] for j in judges):.5f}, "
          f"worst {max(j['symdir'] for j in judges):.5f}; "
          f"L2 median {statistics.median(j['stretch_l2'] for j in judges):.5f}; "
          f"p99 worst {max(j['stretch_linf_p99'] for j in judges):.3f}")
    print(f"efficiency median {statistics.median(j['eff_square'] for j in judges):.3f}; "
          f"least gap {min(j['min_gap_texels'] for j in judges):.2f} texels; "
          f"charts of one triangle {sum(r['singles'] for r in rows)} of "
          f"{sum(r['charts'] for r in rows)}; "
          f"bytes/tri worst {max(r['bytes_per_tri'] for r in rows if r['triangles'] > 20000):.0f}"
          if any(r["triangles"] > 20000 for r in rows) else "")


def print_brief(rows, peers, label):
    """The whole set in one line of a table: for curves over an option."""
    judges = [row["judge"] for row in rows]
    names = [row["mesh"].removesuffix(".obj") for row in rows]
    charts = mean_ratio([ratio(n, peers, j["charts"], "charts") for n, j in zip(names, judges)])
    seams = mean_ratio([ratio(n, peers, j["seam_rel"], "seam_rel")
                        for n, j in zip(names, judges)])
    print(f"| {label} | {sum(j['charts'] for j in judges)} | {charts:.3f} | {seams:.3f} | "
          f"{statistics.mean(j['symdir'] for j in judges):.5f} | "
          f"{max(j['symdir'] for j in judges):.4f} | "
          f"{max(j['stretch_linf_p99'] for j in judges):.3f} | "
          f"{statistics.median(j['eff_square'] for j in judges):.3f} | "
          f"{statistics.median(r['us_per_tri'] for r in rows):.2f} | "
          f"{max(r['us_per_tri'] for r in rows):.2f} |")


def main():
    """Runs all meshes."""
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bench", required=True)
    parser.add_argument("--judge", required=True)
    parser.add_argument("--peers")
    parser.add_argument("--resolution", type=int, default=1024)
    parser.add_argument("--option", action="append", default=[], help="NAME=VALUE for the bench")
    parser.add_argument("--brief", metavar="LABEL",
                        help="print one line: label, charts, charts and seams against xatlas, "
                             "symdir mean and worst, p99 worst, median efficiency, us/tri median "
                             "and worst")
    parser.add_argument("meshes", nargs="+")
    arguments = parser.parse_args()
    rows = []
    failed = False
    with tempfile.TemporaryDirectory() as folder:
        for path in arguments.meshes:
            row = run_mesh(arguments, path, folder)
            if row is None:
                print(f"{path}: the engine failed", file=sys.stderr)
                failed = True
            else:
                failed = failed or bool(faults(row["judge"]))
                rows.append(row)
    rows.sort(key=lambda row: row["triangles"])
    peers = read_peers(arguments.peers)
    if arguments.brief:
        print_brief(rows, peers, arguments.brief)
    else:
        print_times(rows)
        print()
        print_quality(rows, peers)
        print_summary(rows, peers)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
