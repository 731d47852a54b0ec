#!/usr/bin/env python3
"""Every PLY sample through the program, judged by a reader that shares no code with it.

Usage: test_ply.py UVPIPE DATA
Exit:  0 all well, 1 complaints.

Without UVs before: taking the new ones out gives back the file, byte for byte. All: the same
triangles, every corner with a UV on the page; both conventions give every corner the same one.
"""

import io
import os
import subprocess
import sys
import tarfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
import strip_ply  # noqa: E402

NONE = ("good-uv-wedge-wrong.ply", "good-uv-integers.ply")  # what they have are no UVs


def run(uvpipe, members, *options):
    """The members that came out."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as tar:
        for name, data in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
    result = subprocess.run([uvpipe, *options], input=packed.getvalue(), capture_output=True,
                            check=False)
    if result.returncode not in (0, 2):
        raise SystemExit(f"uvpipe {options}: exit {result.returncode}\n{result.stderr.decode()}")
    with tarfile.open(fileobj=io.BytesIO(result.stdout)) as tar:
        return {m.name: tar.extractfile(m).read() for m in tar.getmembers()}


def check_uvs(name, before, after):
    was, now = strip_ply.triangles(before), strip_ply.triangles(after)
    if repr([[p for p, _ in t] for t in was]) != repr([[p for p, _ in t] for t in now]):
        return [f"{name}: other triangles"]
    uvs = [uv for triangle in now for _, uv in triangle]
    if None in uvs:
        return [f"{name}: corners without UVs"]
    if not all(0 <= c <= 1 and (c * 2 ** 24).is_integer() for uv in uvs for c in uv):
        return [f"{name}: UVs off the page or off the lattice"]
    return []


def check_strip(name, before, after):
    count = len(strip_ply.Ply(before).element("vertex").rows)
    return [] if strip_ply.strip(after, count) == before else [f"{name}: other bytes changed"]


def main():
    uvpipe, folder = sys.argv[1:]
    samples = {}
    for name in sorted(os.listdir(folder)):
        if name.endswith(".ply"):
            with open(os.path.join(folder, name), "rb") as file:
                samples[name] = file.read()
    complaints = []
    split = run(uvpipe, samples, "--quiet")
    wedge = run(uvpipe, samples, "--quiet", "--ply-uv=wedge")
    anew = run(uvpipe, samples, "--quiet", "--existing=replace")
    unwrapped = 0
    for name, before in samples.items():
        if not name.startswith("good-"):
            if not split[name] == wedge[name] == anew[name] == before:
                complaints.append(f"{name}: changed, and is no mesh")
            continue
        had_uvs = name.startswith(("good-uv", "good-unused")) and name not in NONE
        if had_uvs and split[name] != before:
            complaints.append(f"{name}: had UVs, and is changed")
        complaints += check_uvs(name, before, anew[name])
        if had_uvs:
            continue
        unwrapped += 1
        complaints += check_uvs(name, before, split[name]) + check_uvs(name, before, wedge[name])
        complaints += check_strip(name, before, split[name])
        if "wrong" not in name:
            complaints += check_strip(name, before, wedge[name])
        if repr(strip_ply.triangles(split[name])) != repr(strip_ply.triangles(wedge[name])):
            complaints.append(f"{name}: the conventions differ")
    if unwrapped < 30:
        complaints.append(f"only {unwrapped} samples were unwrapped")
    for complaint in complaints:
        print(complaint)
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
