#!/usr/bin/env python3
"""Real meshes through uvpipe in every kind of archive, judged by a program of your choice.

    tools/check_corpus.py --uvpipe PROGRAM --corpus meshes.tar.zst --judge PROGRAM

The corpus is an archive of OBJ files. It is repacked as tar, tar.zst and zip; each goes through
uvpipe from a file and through a pipe. Every run must give the same members in the same order,
and all runs the same mesh bytes. Every mesh is then judged once against its original: the judge
is called as `JUDGE --orig in.obj out.obj` and prints one JSON line. Exits with 1 when anything
is wrong.
"""
import argparse
import json
import os
import subprocess
import sys
import tarfile
import tempfile
import time
import zipfile

MUST_BE_ZERO = ("flipped_rel", "flipped_abs", "overlap_pairs", "uv_outside", "nonfinite", "no_uv")


def read_members(path, kind):
    """Names and bytes of an archive's files, in order."""
    if kind == "zip":
        with zipfile.ZipFile(path) as archive:
            return [(i.filename, archive.read(i)) for i in archive.infolist() if not i.is_dir()]
    if kind == "tar.zst":
        plain = subprocess.run(["zstd", "-dcqf", path], stdout=subprocess.PIPE, check=True).stdout
        path = path + ".tar"
        with open(path, "wb") as out:
            out.write(plain)
    with tarfile.open(path) as archive:
        return [(m.name, archive.extractfile(m).read()) for m in archive if m.isfile()]


def make_archives(members, folder):
    """The members as tar, tar.zst and zip, with one text file among them."""
    paths = {kind: os.path.join(folder, "in." + kind) for kind in ("tar", "tar.zst", "zip")}
    for name, data in members:
        with open(os.path.join(folder, "m-" + os.path.basename(name)), "wb") as out:
            out.write(data)
    with tarfile.open(paths["tar"], "w") as archive:
        for name, _ in members:
            archive.add(os.path.join(folder, "m-" + os.path.basename(name)), name)
    subprocess.run(["zstd", "-qf", paths["tar"], "-o", paths["tar.zst"]], check=True)
    with zipfile.ZipFile(paths["zip"], "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members:
            archive.writestr(name, data)
    return paths


def run_one(arguments, kind, path, piped, folder):
    """One run; returns its members."""
    out = os.path.join(folder, f"out-{'pipe' if piped else 'file'}.{kind}")
    command = [arguments.uvpipe, "-q", *arguments.option]
    began = time.monotonic()
    with open(out, "wb") as sink:
        if piped:
            feeder = subprocess.Popen(["cat", path], stdout=subprocess.PIPE)
            done = subprocess.run(command, stdin=feeder.stdout, stdout=sink, check=False)
            feeder.wait()
        else:
            done = subprocess.run([*command, path], stdout=sink, check=False)
    if done.returncode != 0:
        sys.exit(f"{kind} ({'pipe' if piped else 'file'}): exit code {done.returncode}")
    return read_members(out, kind), time.monotonic() - began


def judge_mesh(arguments, name, original, unwrapped, folder):
    """True when the judge finds nothing wrong; prints its row."""
    paths = [os.path.join(folder, part) for part in ("orig.obj", "unwrapped.obj")]
    for path, data in zip(paths, (original, unwrapped)):
        with open(path, "wb") as out:
            out.write(data)
    done = subprocess.run([arguments.judge, "--orig", paths[0], paths[1]],
                          stdout=subprocess.PIPE, check=False)
    verdict = json.loads(done.stdout)
    faults = [key for key in MUST_BE_ZERO if verdict.get(key, 0) != 0]
    if not verdict.get("geom_ok", False):
        faults.append("geom_ok")
    row = [os.path.basename(name)]
    for key in ("triangles", "charts", "symdir", "stretch_l2", "seam_rel", "eff_square",
                "min_gap_texels"):
        value = verdict.get(key)
        row.append(f"{value:.4f}" if isinstance(value, float) else str(value))
    print("| " + " | ".join(row) + " | " + (", ".join(faults) or "valid") + " |", flush=True)
    return not faults


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--uvpipe", required=True)
    parser.add_argument("--corpus", required=True)
    parser.add_argument("--judge", required=True)
    parser.add_argument("--option", action="append", default=[], help="for uvpipe; repeatable")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        kind = "tar.zst" if arguments.corpus.endswith(".zst") else "tar"
        local = os.path.join(folder, "corpus." + kind)
        os.symlink(os.path.abspath(arguments.corpus), local)
        members = read_members(local, kind)
        paths = make_archives(members, folder)
        first = None
        for kind, path in paths.items():
            for piped in (False, True):
                got, seconds = run_one(arguments, kind, path, piped, folder)
                where = f"{kind} from a {'pipe' if piped else 'file'}"
                if [name for name, _ in got] != [name for name, _ in members]:
                    sys.exit(f"{where}: other members or another order")
                first = first or got
                if got != first:
                    sys.exit(f"{where}: other bytes than in the first run")
                print(f"{where}: {len(got)} members, same order, same bytes, {seconds:.2f} s",
                      flush=True)
        print("\n| mesh | triangles | charts | sym. Dirichlet | L2 | seam | efficiency | gap "
              "| verdict |\n| --- | --- | --- | --- | --- | --- | --- | --- | --- |")
        good = [judge_mesh(arguments, name, original, unwrapped, folder)
                for (name, original), (_, unwrapped) in zip(members, first)]
    print(f"{sum(good)} of {len(good)} valid")
    return 0 if all(good) else 1


if __name__ == "__main__":
    sys.exit(main())
