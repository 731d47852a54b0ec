#!/usr/bin/env python3
"""Samples of every registered format through the program; taking the UVs off again gives back
the input.

Usage: test_strip.py UVPIPE FORMATS_DEF MADE
Exit:  0 all well, 1 complaints.
"""

import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
import companion  # noqa: E402
import every_format_kit as kit  # noqa: E402

# Whatever they mean to a format, the bytes must come back.
WAYS = ((), ("--ply-uv=wedge", "--stl-to=ply", "--off=stoff"),
        ("--stl-to=glb", "--uv-type=u16", "--gltf-atlas=file"),
        ("--gltf-atlas=primitive", "--existing=add", "--off=replace", "--stl=replace"),
        ("--pages=auto", "--texels-per-unit=600"))


def judge_member(name, path, record, members, out):
    """What is wrong with a member that the program says it has unwrapped."""
    before, added = members[path], record["added"]
    found = []
    if record["replaced"]:
        if path in out:
            found.append("it is still there, and was to be replaced")
        after = before
    else:
        after = out.get(path)
        if after is None:
            return ["it is gone"]
    if added:
        new = out.get(path + added)
        if new is None:
            found.append(f"no new member {path + added}")
        elif added in (".obj", ".ply", ".glb") and not companion.triangles(new):
            found.append(f"{path + added} holds no triangles")
    elif after == before:
        found.append("it has not changed")
    siblings = {kit.base_name(p): d for p, d in members.items()
                if p.startswith(path[:len(path) - len(kit.base_name(path))])}
    more = {kit.base_name(path + added): out[path + added]} if added in (".uvpipe.bin",) else {}
    return found + kit.undo(name, before, after, siblings, more)


def check(uvpipe, name, members, options):
    run = kit.Run(uvpipe, kit.pack_tar(members), "--quiet", *options)
    out = kit.unpack(run.out)
    found, unwrapped = [], 0
    for path, before in members.items():
        record = run.records[path]
        if record["status"] == "ok":
            unwrapped += 1
            found += [f"{path}: {text}" for text in
                      judge_member(name, path, record, members, out)]
        elif out.get(path) != before:
            found.append(f"{path}: {record['status']}, and not what it was")
    expected = {path for path in members
                if not run.records[path].get("replaced")} | {
                    path + run.records[path]["added"] for path in members
                    if run.records[path].get("added")}
    if set(out) != expected:
        found.append(f"members came or went: {sorted(set(out) ^ expected)}")
    if unwrapped < 5:
        found.append(f"only {unwrapped} samples were unwrapped")
    return [f"{name} {' '.join(options)}: {text}" for text in found]


def main():
    uvpipe, definitions, made = sys.argv[1:]
    found = []
    for name in kit.formats(definitions):
        if name not in kit.UNDO:
            found += kit.undo(name, b"", b"")
            continue
        members = kit.samples(name, made)
        for options in WAYS:
            found += check(uvpipe, name, members, options)
    print("\n".join(found + [f"{len(found)} complaints"]))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
