#!/usr/bin/env python3
"""Shapes out of the ordinary in every registered format, through the program: each must finish,
with the outcome written here, and what was unwrapped is valid to the judge.

The same shape gets the same UVs to the bit in every format that holds UVs, text or binary.

Usage: test_shapes.py UVPIPE FORMATS_DEF MADE
Exit:  0 all well, 1 complaints.
"""

import math
import os
import struct
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
import every_format_kit as kit  # noqa: E402
import make_gltf  # noqa: E402
import strip_gltf  # noqa: E402
import strip_obj  # noqa: E402
import strip_off  # noqa: E402
import strip_ply  # noqa: E402

NAN, INF = float("nan"), float("inf")
SQUARE = [(0, 0, 0), (1, 0, 0), (1, 1, 0), (0, 1, 0)]
OK, NONE = {"ok"}, {"passed"}


def torus(scale=1.0, shift=(0, 0, 0)):
    points, faces = make_gltf.torus()
    return [tuple(scale * c + s for c, s in zip(p, shift)) for p in points], faces


def moebius(count=24):
    points = []
    for k in range(count):
        a = 2 * math.pi * k / count
        for side in (-0.3, 0.3):
            r = 1 + side * math.cos(a / 2)
            points.append((r * math.cos(a), r * math.sin(a), side * math.sin(a / 2)))
    faces = []
    for k in range(count):
        a, b = 2 * k, 2 * k + 1
        c, d = (2 * k + 2, 2 * k + 3) if k + 1 < count else (1, 0)
        faces += [(a, c, b), (b, c, d)]
    return points, faces


def book(pages=1000):
    """An edge that all faces share."""
    points = [(0, 0, 0), (0, 0, 1)]
    points += [(math.cos(k), math.sin(k), 0.5) for k in range(pages)]
    return points, [(0, 1, 2 + k) for k in range(pages)]


def crumbs(count=3000):
    """Triangles that touch nothing."""
    points, faces = [], []
    for k in range(count):
        x, y = 2.0 * (k % 60), 2.0 * (k // 60)
        points += [(x, y, 0), (x + 1, y, 0), (x, y + 1, 0)]
        faces.append((3 * k, 3 * k + 1, 3 * k + 2))
    return points, faces


def with_bad(value):
    """One corner that is no place; the rest is unwrapped."""
    points, faces = torus()
    return [*points, (value, 0, 0)], [*faces, (0, 1, len(points))]


# name: points, faces, outcomes that are right
SHAPES = {
    "plain": (*torus(), OK),
    "moebius": (*moebius(), OK),
    "book": (*book(), OK),
    "crumbs": (*crumbs(), OK),
    "one NaN": (*with_bad(NAN), OK),
    "one infinity": (*with_bad(INF), OK),
    "all NaN": ([(NAN, NAN, NAN)] * 4, [(0, 1, 2), (0, 2, 3)], NONE),
    "all infinite": ([(INF, 0, 0), (0, INF, 0), (0, 0, INF)], [(0, 1, 2)], NONE),
    "one point": ([(1, 2, 3)] * 6, [(0, 1, 2), (3, 4, 5)], NONE),
    "on a line": ([(k, 2 * k, 0) for k in range(6)], [(0, 1, 2), (3, 4, 5)], NONE),
    "repeated corners": (SQUARE, [(0, 0, 1), (2, 2, 2), (0, 1, 2), (0, 2, 3)], OK),
    "only repeated corners": (SQUARE, [(0, 0, 1), (2, 2, 2)], NONE),
    "duplicates": (SQUARE, [(0, 1, 2)] * 20 + [(2, 1, 0)] * 20, OK),
    "unused vertices": ([*SQUARE, *[(9, 9, 9)] * 50], [(0, 1, 2), (0, 2, 3)], OK),
    "as large as can be": (*torus(1e30), OK),
    "as small as can be": (*torus(1e-30), OK),
    "far away": (*torus(1.0, (500000.25, 4649776.5, 100)), OK),
    "thin": ([(0, 0, 0), (1e3, 0, 0), (1e3, 1e-2, 0), (0, 1e-2, 0)], [(0, 1, 2), (0, 2, 3)], OK),
    "thinner than numbers tell": ([(0, 0, 0), (1e6, 0, 0), (1e6, 1e-3, 0), (0, 1e-3, 0)],
                                  [(0, 1, 2), (0, 2, 3)], NONE),
}


def write_obj(points, faces):
    lines = ["v %.9g %.9g %.9g" % tuple(p) for p in points]
    lines += ["f " + " ".join("%d" % (v + 1) for v in face) for face in faces]
    return ".obj", "\n".join(lines + [""]).encode()


def write_ply(points, faces):
    head = ("ply\nformat binary_little_endian 1.0\nelement vertex %d\nproperty float x\n"
            "property float y\nproperty float z\nelement face %d\nproperty list uchar int "
            "vertex_indices\nend_header\n" % (len(points), len(faces)))
    return ".ply", (head.encode() + b"".join(struct.pack("<3f", *p) for p in points) +
                    b"".join(struct.pack("<B%di" % len(f), len(f), *f) for f in faces))


def write_stl(points, faces):
    data = b"shape".ljust(80) + struct.pack("<I", len(faces))
    return ".stl", data + b"".join(
        struct.pack("<12fH", 0, 0, 0, *[c for v in face for c in points[v]], 0)
        for face in faces)


def write_off(points, faces):
    lines = ["OFF", "%d %d 0" % (len(points), len(faces))]
    lines += ["%.9g %.9g %.9g" % tuple(p) for p in points]
    lines += ["3 %d %d %d" % face for face in faces]
    return ".off", "\n".join(lines + [""]).encode()


def write_gltf(points, faces):
    file = make_gltf.File()
    file.mesh({"attributes": {"POSITION": file.accessor(points)},
               "indices": file.indices(faces)})
    return ".glb", file.glb()


WRITERS = {"obj": write_obj, "ply": write_ply, "stl": write_stl, "off": write_off,
           "gltf": write_gltf}


def gltf_triangles(data):
    corners = [corner for primitive in strip_gltf.triangles(data) for corner in primitive]
    return [corners[k:k + 3] for k in range(0, len(corners), 3)]


READERS = {".obj": strip_obj.triangles, ".ply": strip_ply.triangles,
           ".off": strip_off.triangles, ".glb": gltf_triangles}


def compare_formats(run, members, out):
    """UVs of every corner, by shape: the formats must agree."""
    found, first = [], {}
    compared = 0
    for path in members:
        record = run.records[path]
        title, suffix = os.path.splitext(path)
        if record["status"] != "ok" or record["added"] or "far" in title:
            continue  # far from the origin text is read in more digits than floats have
        uvs = [[uv for _, uv in triangle] for triangle in READERS[suffix](out[path])]
        if title in first:
            compared += 1
            if uvs != first[title][1]:
                found.append(f"{path}: other UVs than {first[title][0]}")
        else:
            first[title] = (path, uvs)
    if compared < 2 * len(first):
        found.append(f"only {compared} were compared")
    return found


def judge(uvpipe, members, wanted, options):
    run = kit.Run(uvpipe, kit.pack_tar(members), "-q", "--member-timeout=60s", *options)
    verdicts = kit.Run(uvpipe, run.out, command=("check",)).records
    out = kit.unpack(run.out)
    found = compare_formats(run, members, out) if "--off=stoff" in options else []
    for path, before in members.items():
        record = run.records[path]
        if record["status"] not in wanted[path]:
            found.append(f"{path}: {record['status']} "
                         f"({record.get('reason') or record.get('error')})")
        elif record["status"] != "ok" and out[path] != before:
            found.append(f"{path}: passed, and not what it was")
        elif record["status"] != "ok" and not record["reason"]:
            found.append(f"{path}: no reason")
        elif record["status"] == "ok":
            result = verdicts[path + (record["added"] or "")]
            if result["status"] != "valid":
                found.append(f"{path}: {result['status']} {result.get('verdict')}")
    return [f"{' '.join(options)} {text}" for text in found]


def main():
    uvpipe, definitions, _ = sys.argv[1:]
    members, wanted, found = {}, {}, []
    for name in kit.formats(definitions):
        if name not in WRITERS:
            found.append(f"{name} is registered, but test_shapes.py cannot write it: "
                         f"add a write_{name}()")
            continue
        for title, (points, faces, outcomes) in SHAPES.items():
            points = [struct.unpack("<3f", struct.pack("<3f", *point)) for point in points]
            suffix, data = WRITERS[name](points, faces)
            path = f"{title.replace(' ', '-')}{suffix}"
            members[path], wanted[path] = data, outcomes
    for options in ((), ("--ply-uv=wedge", "--off=stoff", "--stl-to=ply", "--preset=fast"),
                    ("--stl-to=glb",)):
        found += judge(uvpipe, members, wanted, options)
    print("\n".join(found + [f"{len(members)} files, {len(found)} complaints"]))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
