#!/usr/bin/env python3
"""Makes samples of every format that is registered, with its features mixed at random.

Usage: every_format_make.py FORMATS_DEF FOLDER
Exit:  0, or 1 when a format is registered that nothing is made of: write a make_<name>() here.

The same files every time. FOLDER/<name>/good-*: named as those in tests/data are.
"""

import os
import random
import re
import struct
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import make_gltf  # noqa: E402

EACH = 24  # files of a format


def shape(rng):
    """Points and polygons: a torus, some of whose quads are cut or joined."""
    points, triangles = make_gltf.torus(rng.randrange(3, 6), rng.randrange(3, 6))
    points = [tuple(round(c, rng.randrange(2, 9)) for c in p) for p in points]
    faces = []
    for a, b in zip(triangles[::2], triangles[1::2]):
        faces += [a, b] if rng.random() < 0.5 else [(a[0], a[1], a[2], b[2])]
    if rng.random() < 0.3:
        faces.append(tuple(range(min(len(points), 9))))
    if rng.random() < 0.3:
        points.append((9, 9, 9))  # nobody's
    return points, faces


def number(rng, value):
    forms = ["%.9g", "%.6f", "%.3e", "%+.4f", "%.12f"]
    return rng.choice(forms) % value if rng.random() < 0.3 else "%.7g" % value


def eol_of(rng):
    return rng.choice(["\n", "\n", "\r\n", "\r"])


def make_obj(rng):
    points, faces = shape(rng)
    style = rng.choice(["%d", "%d//%d", "%d/%d", "%d/%d/%d", "%d/"])
    gap = rng.choice([" ", " ", "  ", "\t"])
    lines = ["# made", "mtllib none.mtl", "o thing"]
    lines += ["v" + gap + gap.join(number(rng, c) for c in p) +
              (" 0.5 0.5 0.5" if rng.random() < 0.1 else "") for p in points]
    lines += ["vt %s %s" % (rng.random(), rng.random()) for _ in points]
    lines += ["vn 0 0 1" for _ in points]
    for k, face in enumerate(faces):
        if rng.random() < 0.1:
            lines += [rng.choice(["g a f b", "usemtl m%d" % k, "s 1", "", "# f 1 2 3", "l 1 2",
                                  "l 1/1 2/2", "p 1"])]
        words = []
        for v in face:
            index = v - len(points) if rng.random() < 0.2 else v + 1
            words.append(style % ((index,) * style.count("%d")))
        joint = gap + "\\" + "\n" if rng.random() < 0.05 else gap
        lines.append("f" + gap + joint.join(words) + ("" if rng.random() < 0.9 else " # end"))
    eol = eol_of(rng)
    text = eol.join(line.replace("\n", eol) for line in lines)
    return "obj", (text + (eol if rng.random() < 0.8 else "")).encode()


def ply_value(rng, order, kind, value):
    if order is None:
        return (number(rng, value) if kind in "fd" else "%d" % value).encode() + b" "
    return struct.pack(order + kind, value)


def make_ply(rng):
    points, faces = shape(rng)
    order = rng.choice([None, "<", ">"])
    names = {"b": "char", "B": "uint8", "h": "short", "i": "int32", "I": "uint", "f": "float",
             "d": "float64"}
    coordinate, index, count = rng.choice("ffd"), rng.choice("iIh"), rng.choice("BBiI")
    more = [(rng.choice("fBi"), "more%d" % k) for k in range(rng.randrange(3))]
    eol = eol_of(rng) if order is None else "\n"
    has_uvs = rng.random() < 0.2
    header = ["element vertex %d" % len(points)]
    header += ["property %s %s" % (names[coordinate], axis) for axis in "xyz"]
    header += ["property float %s" % name for name in ("s", "t") if has_uvs]
    header += ["property %s %s" % (names[kind], name) for kind, name in more]
    vertices = []
    for p in points:
        row = [ply_value(rng, order, coordinate, c) for c in p]
        row += [ply_value(rng, order, "f", 0.25)] * (2 if has_uvs else 0)
        row += [ply_value(rng, order, kind, rng.randrange(100)) for kind, _ in more]
        vertices.append(b"".join(row))
    flags = rng.random() < 0.3
    second = ["element face %d" % len(faces)]
    second += ["property uchar flags"] * flags
    second += ["property list %s %s %s" % (names[count], names[index], rng.choice(
        ["vertex_indices", "vertex_index"]))]
    polygons = []
    for face in faces:
        row = [ply_value(rng, order, "B", 7)] * flags
        row += [ply_value(rng, order, count, len(face))]
        row += [ply_value(rng, order, index, v) for v in face]
        polygons.append(b"".join(row))
    parts = [(header, vertices), (second, polygons)]
    if rng.random() < 0.3:
        parts.append((["element edge 1", "property list uchar short ends"],
                      [b"".join(ply_value(rng, order, k, v)
                                for k, v in (("B", 2), ("h", 0), ("h", 1)))]))
    rng.shuffle(parts)
    text = ["ply", "format %s 1.0" % {None: "ascii", "<": "binary_little_endian",
                                      ">": "binary_big_endian"}[order], "comment made"]
    text += [line for lines, _ in parts for line in lines] + ["end_header"]
    rows = [row for _, some in parts for row in some]
    body = eol.encode().join(rows + [b""]) if order is None else b"".join(rows)
    return "ply", eol.join(text + [""]).encode() + body


def make_stl(rng):
    points, faces = shape(rng)
    faces = [f for face in faces for f in
             [(face[0], face[k], face[k + 1]) for k in range(1, len(face) - 1)]]
    if rng.random() < 0.5:
        data = rng.choice([b"solid odd", b"", b"COLOR=abcd"]).ljust(80, b" ")
        data += struct.pack("<I", len(faces))
        for face in faces:
            data += struct.pack("<12fH", 0, 0, 1, *[c for v in face for c in points[v]],
                                rng.choice([0, 0, 0x8123]))
        return "stl", data
    eol = eol_of(rng)
    lines = ["solid made"]
    for face in faces:
        lines += ["facet normal " + rng.choice(["0 0 1", "nan nan nan"]), "  outer loop"]
        lines += ["    vertex " + " ".join(number(rng, c) for c in points[v]) for v in face]
        lines += ["  endloop", "endfacet"]
        if rng.random() < 0.05:
            lines += ["endsolid made", "solid more"]
    return "stl", eol.join(lines + ["endsolid", ""]).encode()


def make_off(rng):
    points, faces = shape(rng)
    colour, normal = rng.random() < 0.3, rng.random() < 0.3
    head = ("ST" if rng.random() < 0.2 else "") + "C" * colour + "N" * normal + "OFF"
    counts = "%d %d" % (len(points), len(faces)) + rng.choice([" 0", ""])
    lines = rng.choice([[head, counts], [head + " " + counts], [head, "# c", "", counts]])
    for p in points:
        words = [number(rng, c) for c in p] + ["0", "0", "1"] * normal
        words += ["0.5", "0.5", "0.5", "1"] * colour
        words += ["0.5", "0.25"] * head.startswith("ST")
        lines.append(" ".join(words))
        lines += ["# c"] * (rng.random() < 0.05)
    for face in faces:
        lines.append(" ".join("%d" % v for v in (len(face), *face)) +
                     rng.choice(["", "", " 255 0 0", "  0.1 0.2 0.3"]))
    return "off", eol_of(rng).join(lines + [""]).encode()


def gltf_files():
    """All that make_gltf.py knows, by name; what needs a library only when that is there."""
    files = {}
    for name, data in make_gltf.samples(with_large=False).items():
        kind = "" if name.endswith(".bin") else "unsupported-" if "draco-only" in name else "good-"
        files[kind + name] = data
    return files


MAKERS = {"obj": make_obj, "ply": make_ply, "stl": make_stl, "off": make_off}
COLLECTIONS = {"gltf": gltf_files}


def formats(path):
    with open(path, encoding="ascii") as file:
        text = re.sub(r"^#if.*?^#endif", "", file.read(), flags=re.M | re.S)  # optional ones
    return re.findall(r"^UVP_FORMAT\((\w+)\)", text, re.M)


def files_of(name):
    if name in COLLECTIONS:
        return COLLECTIONS[name]()
    rng = random.Random(name)
    made = [MAKERS[name](rng) for _ in range(EACH)]
    return {"good-made-%d.%s" % (k, suffix): data for k, (suffix, data) in enumerate(made)}


def main():
    definitions, out = sys.argv[1:]
    for name in formats(definitions):
        if name not in MAKERS and name not in COLLECTIONS:
            print(f"{name} is registered, but every_format_make.py makes no samples of it: "
                  f"write a make_{name}()")
            return 1
        folder = os.path.join(out, name)
        os.makedirs(folder, exist_ok=True)
        for file_name, data in files_of(name).items():
            with open(os.path.join(folder, file_name), "wb") as file:
                file.write(data)
    return 0


if __name__ == "__main__":
    sys.exit(main())
