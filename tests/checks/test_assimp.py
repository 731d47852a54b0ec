#!/usr/bin/env python3
"""What uvpipe writes, read by libassimp: the same triangles, and the UVs that our readers find.

The library does not read every file that we do; what it reads of a file before, it must read of
it after. With formats of other programs, when this build reads them: what stands in the scene
stands in the GLB.

Usage: test_assimp.py path/of/uvpipe path/of/read_with_assimp|none path/of/tests/data
Exit:  77 when there is no libassimp to read with.
"""

import glob
import io
import math
import os
import struct
import subprocess
import sys
import tarfile
import tempfile
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "support"))

import companion  # noqa: E402
import strip_gltf  # noqa: E402
import strip_obj  # noqa: E402
import strip_off  # noqa: E402
import strip_ply  # noqa: E402

UVPIPE = READER = DATA = ""
SLACK = 1e-6  # the library reads decimals in its own way


def gltf_triangles(data):
    """Our reader tells corners one by one."""
    return [corners[at:at + 3] for corners in strip_gltf.triangles(data)
            for at in range(0, len(corners), 3)]


READERS = {"obj": strip_obj.triangles, "ply": strip_ply.triangles, "off": strip_off.triangles,
           "gltf": gltf_triangles}
# Of its good samples the library reads at least so many as they are.
LEAST = {"obj": 15, "ply": 10, "off": 5, "stl": 6, "gltf": 6}
# It reads the UVs behind normals one column off, of files that others have written as well.
MISREAD = ("good-noff.off", "good-stcnoff.off")


def float32(word):
    return struct.unpack("<f", struct.pack("<f", float(word)))[0]


def fan(corners):
    return [(corners[0], corners[k], corners[k + 1]) for k in range(1, len(corners) - 1)]


def read(data, suffix):
    """Triangles as the library sees them, or None: it cannot read it, or ends badly."""
    with tempfile.NamedTemporaryFile(suffix=suffix) as file:
        file.write(data)
        file.flush()
        done = subprocess.run([READER, file.name], capture_output=True, check=False, timeout=60)
    if done.returncode != 0:
        return None
    triangles = []
    for line in done.stdout.decode().splitlines():
        words = line.split()
        corners = []
        for at in range(0, len(words), 5):
            uv = None if words[at + 3] == "-" else tuple(map(float32, words[at + 3:at + 5]))
            corners.append((tuple(map(float32, words[at:at + 3])), uv))
        triangles += fan(corners)
    return triangles


def ours(polygons):
    """What our readers tell, polygons as fans."""
    return [part for polygon in polygons for part in fan(list(polygon))]


def near(a, b, slack):
    return all(abs(x - y) <= slack * max(1, abs(x)) for x, y in zip(a, b))


def rough(corner):
    return [round(x, 3) + 0 for x in corner[0]] + [round(x, 4) for x in corner[1] or ()]


def differ(one, other, slack=SLACK, uvs=True):
    """What is not the same, as text, or None. The order of triangles may be another one."""
    if len(one) != len(other):
        return f"{len(one)} and {len(other)} triangles"
    order = [sorted(triangles, key=lambda t: [rough(c) for c in t])
             for triangles in (one, other)]
    for pairs in (zip(one, other), zip(*order)):
        worst = None
        for a, b in pairs:
            for (place, uv), (place_b, uv_b) in zip(a, b):
                if not near(place, place_b, slack):
                    worst = f"{place} and {place_b}"
                elif uvs and (uv is None or uv_b is None or not near(uv, uv_b, slack)):
                    worst = f"at {place}: {uv} and {uv_b}"
        if worst is None:
            return None
    return worst


def unwrap(name, data, *options):
    """The members that come out."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        info = tarfile.TarInfo(name)
        info.size = len(data)
        archive.addfile(info, io.BytesIO(data))
    done = subprocess.run([UVPIPE, *options], input=packed.getvalue(), capture_output=True,
                          check=False)
    if done.returncode not in (0, 2):
        raise AssertionError(done.stderr.decode())
    with tarfile.open(fileobj=io.BytesIO(done.stdout)) as archive:
        return {item.name: archive.extractfile(item).read() for item in archive}


def samples(name):
    for path in sorted(glob.glob(os.path.join(DATA, name, "good-*"))):
        with open(path, "rb") as file:
            yield os.path.basename(path), os.path.splitext(path)[1], file.read()


def reads_foreign():
    done = subprocess.run([UVPIPE, "--help"], capture_output=True, check=True)
    meshes = [line for line in done.stdout.decode().splitlines() if line.startswith("Meshes:")]
    return "fbx" in meshes[0].split()


class Judge(unittest.TestCase):
    def same_as_ours(self, name, data, suffix, triangles):
        theirs = read(data, suffix)
        self.assertIsNotNone(theirs, f"{name}: cannot be read")
        self.assertIsNone(differ(ours(triangles), theirs), name)


class InPlace(Judge):
    """Samples of a format, patched: what the library reads of one before, it reads after."""

    def check(self, kind, *options):
        judged = 0
        for name, suffix, data in samples(kind):
            try:
                before = ours(READERS[kind](data))
            except (AttributeError, ValueError, KeyError, IndexError, TypeError):
                continue  # of several files, or packed: what other tests are for
            theirs = read(data, suffix)
            if name in MISREAD or not before or theirs is None or differ(before, theirs, uvs=False):
                continue
            after = unwrap(name, data, *options)[name]
            if after == data:
                continue
            self.same_as_ours(name, after, suffix, READERS[kind](after))
            judged += 1
        self.assertGreaterEqual(judged, LEAST[kind], kind)

    def test_obj(self):
        self.check("obj", "--existing=replace")

    def test_ply(self):
        self.check("ply", "--existing=replace")

    def test_off(self):
        self.check("off", "--off=stoff", "--existing=replace")

    def test_gltf(self):
        self.check("gltf", "--existing=replace")


class Beside(Judge):
    """New files of STL and OFF, in all formats."""

    def check(self, kind, *options):
        judged = {".obj": 0, ".ply": 0, ".glb": 0}
        for name, suffix, data in samples(kind):
            for to in judged:
                if kind == "off" and to != ".obj":
                    continue
                found = unwrap(name, data, *options, f"--stl-to={to[1:]}").get(name + to)
                if found is None or b"nan" in found or b"inf" in found:
                    continue
                triangles = companion.triangles(found)
                theirs = read(found, to)
                self.assertIsNotNone(theirs, name + to)
                self.assertIsNone(differ(ours(triangles), theirs), name + to)
                judged[to] += 1
        for to, count in judged.items():
            if kind == "stl" or to == ".obj":
                self.assertGreaterEqual(count, LEAST[kind], kind + to)

    def test_stl(self):
        self.check("stl")

    def test_off(self):
        self.check("off")


def sphere(around=24, up=12):
    """Points that every format can hold to the bit, triangles around the poles, else quads."""
    points = [(0.0, 0.0, 1.0)]
    for j in range(1, up):
        for i in range(around):
            a, b = math.pi * j / up, 2 * math.pi * i / around
            place = (math.sin(a) * math.cos(b), math.sin(a) * math.sin(b), math.cos(a))
            points.append(tuple(round(1024 * x) / 1024 for x in place))
    points.append((0.0, 0.0, -1.0))
    faces = []
    for i in range(around):
        k = (i + 1) % around
        faces.append((0, 1 + i, 1 + k))
        for j in range(up - 2):
            a, b = 1 + j * around, 1 + (j + 1) * around
            faces.append((a + i, b + i, b + k, a + k))
        last = 1 + (up - 2) * around
        faces.append((last + i, len(points) - 1, last + k))
    return points, faces


def make_ply(points, faces, kind):
    head = (f"ply\nformat {kind} 1.0\nelement vertex {len(points)}\nproperty float x\n"
            f"property float y\nproperty float z\nelement face {len(faces)}\n"
            "property list uchar int vertex_indices\nend_header\n").encode()
    if kind == "ascii":
        rows = [" ".join(map(repr, p)) for p in points]
        rows += [" ".join(map(str, (len(f), *f))) for f in faces]
        return head + ("\n".join(rows) + "\n").encode()
    order = "<" if kind == "binary_little_endian" else ">"
    return (head + b"".join(struct.pack(order + "3f", *p) for p in points) +
            b"".join(struct.pack(f"{order}B{len(f)}i", len(f), *f) for f in faces))


class Made(Judge):
    """A sphere of some hundred polygons, cut into several charts, in every format."""

    def check(self, name, data, out_name, *options, triangles):
        out = unwrap(name, data, *options)[out_name]
        found = ours(triangles(out))
        points, faces = sphere()
        wanted = ours([[(points[v], None) for v in face] for face in faces])
        self.assertIsNone(differ(wanted, found, 0, uvs=False), out_name)
        self.assertGreater(len({uv for t in found for _, uv in t}), len(points))
        self.same_as_ours(out_name, out, os.path.splitext(out_name)[1], triangles(out))

    def test_obj(self):
        points, faces = sphere()
        data = "".join("v %r %r %r\n" % p for p in points)
        data += "".join("f " + " ".join(str(v + 1) for v in f) + "\n" for f in faces)
        self.check("a.obj", data.encode(), "a.obj", triangles=strip_obj.triangles)

    def test_ply(self):
        for kind in "ascii", "binary_little_endian", "binary_big_endian":
            self.check("a.ply", make_ply(*sphere(), kind), "a.ply",
                       triangles=strip_ply.triangles)

    def test_off(self):
        points, faces = sphere()
        data = "OFF\n%d %d 0\n" % (len(points), len(faces))
        data += "".join("%r %r %r\n" % p for p in points)
        data += "".join(" ".join(map(str, (len(f), *f))) + "\n" for f in faces)
        self.check("a.off", data.encode(), "a.off", "--off=stoff",
                   triangles=strip_off.triangles)
        for to in "obj", "ply", "glb":
            self.check("a.off", data.encode(), "a.off." + to, "--stl-to=" + to,
                       triangles=companion.triangles)

    def test_stl(self):
        points, faces = sphere()
        facets = ours([[points[v] for v in face] for face in faces])
        data = bytes(80) + struct.pack("<I", len(facets))
        data += b"".join(struct.pack("<12fH", 0, 0, 0, *t[0], *t[1], *t[2], 0) for t in facets)
        for to in "obj", "ply", "glb":
            self.check("a.stl", data, "a.stl." + to, "--stl-to=" + to,
                       triangles=companion.triangles)


def bare(triangles):
    """Without UVs, whichever way around: a mirror turns triangles over."""
    return [tuple(sorted(((place, None) for place, _ in triangle), key=rough))
            for triangle in triangles]


class Foreign(Judge):
    """Scenes in, scenes out."""

    def setUp(self):
        if not reads_foreign():
            self.skipTest("built without UVP_ASSIMP")

    def test_scenes_stand_where_they_stood(self):
        for name, suffix, data in samples("foreign"):
            made = unwrap(name, data, "--existing=replace")
            self.assertEqual(made[name], data)
            scene, found = read(data, suffix), read(made[name + ".glb"], ".glb")
            self.assertIsNone(differ(bare(scene), bare(found), 1e-4, uvs=False), name)
            self.assertTrue(all(uv is not None and 0 <= min(uv) and max(uv) <= 1
                                for triangle in found for _, uv in triangle), name)
            uvs = {uv for triangle in gltf_triangles(made[name + ".glb"]) for _, uv in triangle}
            self.assertTrue(all(any(near(uv, other, SLACK) for other in uvs)
                                for triangle in found for _, uv in triangle), name)

    def test_what_becomes_of_the_file(self):
        name, _, data = next(samples("foreign"))
        self.assertEqual(list(unwrap(name, data)), [name, name + ".glb"])
        self.assertEqual(list(unwrap(name, data, "--stl=replace")), [name + ".glb"])
        self.assertEqual(unwrap(name, data, "--stl=pass"), {name: data})


if __name__ == "__main__":
    UVPIPE, READER, DATA = sys.argv[1:4]
    if READER == "none":
        print("no libassimp: nothing to read with")
        sys.exit(77)
    unittest.main(argv=sys.argv[:1])
