#!/usr/bin/env python3
"""STL and OFF through the program, and what follows them in the archive, by other readers.

Usage: test_companions.py path/of/uvpipe
"""

import glob
import io
import math
import os
import struct
import subprocess
import sys
import tarfile
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "support"))

import companion  # noqa: E402
import strip_off  # noqa: E402
import strip_stl  # noqa: E402

UVPIPE = ""
STEP = 2.0**-24


def sphere(around=16, up=10):
    """Points and triangles, the poles one point each."""
    points = [(0.0, 0.0, 1.0)]
    for j in range(1, up):
        for i in range(around):
            a, b = math.pi * j / up, 2 * math.pi * i / around
            points.append((math.sin(a) * math.cos(b), math.sin(a) * math.sin(b), math.cos(a)))
    points.append((0.0, 0.0, -1.0))
    faces = []
    for i in range(around):
        k = (i + 1) % around
        faces.append((0, 1 + i, 1 + k))
        for j in range(up - 2):
            a, b = 1 + j * around, 1 + (j + 1) * around
            faces += [(a + i, b + i, b + k), (a + i, b + k, a + k)]
        last = 1 + (up - 2) * around
        faces.append((last + i, len(points) - 1, last + k))
    return points, faces


def stl_binary(points, faces):
    data = b"made by a test".ljust(80) + struct.pack("<I", len(faces))
    for face in faces:
        data += struct.pack("<12fH", 0, 0, 0, *[x for v in face for x in points[v]], 0)
    return data


def stl_ascii(points, faces, shift=0.0):
    lines = ["solid test"]
    for face in faces:
        lines += ["facet normal 0 0 0", " outer loop"]
        lines += ["  vertex %.7f %.7f %.7f" % tuple(x + shift for x in points[v]) for v in face]
        lines += [" endloop", "endfacet"]
    return ("\n".join(lines + ["endsolid test", ""])).encode()


def off(points, faces, head="OFF\n%d %d 0\n", more=""):
    text = head % (len(points), len(faces))
    text += "".join("%.7f %.7f %.7f%s\n" % (*point, more) for point in points)
    text += "".join("3 %d %d %d\n" % face for face in faces)
    return text.encode()


def run(members, *options):
    """The members of the archive that comes out, by name and in order."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        for name, data in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    done = subprocess.run([UVPIPE, *options], input=packed.getvalue(), capture_output=True,
                          check=False)
    with tarfile.open(fileobj=io.BytesIO(done.stdout), mode="r") as archive:
        result = {info.name: archive.extractfile(info).read() for info in archive}
    return result, done.returncode


class Companions(unittest.TestCase):
    def same_places(self, new, old, step=0.0):
        self.assertEqual(len(new), len(old))
        for ours, theirs in zip(new, old):
            for (place, uv), (wanted, _) in zip(ours, theirs):
                for a, b in zip(place, wanted):
                    self.assertLessEqual(abs(a - b), step)
                self.assertTrue(0 <= uv[0] <= 1 and 0 <= uv[1] <= 1)

    def same_uvs(self, *files):
        for others in files[1:]:
            self.assertEqual([[uv for _, uv in t] for t in files[0]],
                             [[uv for _, uv in t] for t in others])

    def test_every_format_holds_the_same(self):
        points, faces = sphere()
        members = {"a.stl": stl_binary(points, faces), "B.STL": stl_ascii(points, faces),
                   "c.off": off(points, faces), "d.off": off(points, faces, "OFF%d %d 0\n")}
        read = {}
        for kind in ("obj", "ply", "glb"):
            out, code = run(members, "--stl-to=" + kind)
            self.assertEqual(code, 0)
            self.assertEqual(list(out), [name + end for name in members
                                         for end in ("", "." + kind)])
            for name, data in members.items():
                self.assertEqual(out[name], data)
                reader = strip_off if name.endswith("off") else strip_stl
                read[name, kind] = companion.triangles(out[name + "." + kind])
                self.same_places(read[name, kind], reader.triangles(data))
        for name in members:
            self.same_uvs(*(read[name, kind] for kind in ("obj", "ply", "glb")))

    def test_replaced_and_passed(self):
        members = {"a.stl": stl_binary(*sphere()), "c.off": off(*sphere())}
        out, code = run(members, "--stl=replace", "--off=replace", "--stl-to=ply")
        self.assertEqual((list(out), code), (["a.stl.ply", "c.off.ply"], 0))
        out, _ = run(members, "--stl=pass", "--off=pass")
        self.assertEqual(out, members)

    def test_sixteen_bits(self):
        members = {"a.stl": stl_binary(*sphere())}
        out, code = run(members, "--stl-to=glb", "--uv-type=u16")
        self.assertEqual(code, 0)
        self.assertIn(b'"normalized":true', out["a.stl.glb"])
        self.same_places(companion.triangles(out["a.stl.glb"]),
                         strip_stl.triangles(members["a.stl"]))

    def test_far_from_the_origin(self):
        points, faces = sphere()
        data = stl_ascii(points, faces, 3000000.25)
        wanted = stl_ascii(points, faces)
        for kind in ("ply", "glb"):
            out, _ = run({"a.stl": data}, "--stl-to=" + kind)
            found = companion.triangles(out["a.stl." + kind])
            moved = [[(tuple(x - 3000000.25 for x in p), uv) for p, uv in t] for t in found]
            self.same_places(moved, strip_stl.triangles(wanted), 2e-7)
        out, _ = run({"a.stl": data})
        self.assertIn(b"v 3000000.2500000 3000000.2500000 3000001.2500000\n",
                      out["a.stl.obj"])

    def test_columns_of_off(self):
        points, faces = sphere()
        for head, more in (("OFF\n%d %d 0\n", ""), ("OFF%d %d 0\n", ""),
                           ("COFF\n# c\n%d %d 0\n", " 9 8 7 255"),
                           ("CNOFF %d %d\n", " 0 0 1 0.5 0.5 0.5 # c")):
            data = off(points, faces, head, more)
            for text in (data, data.replace(b"\n", b"\r\n")):
                out, code = run({"c.off": text}, "--off=stoff")
                self.assertEqual((list(out), code), (["c.off"], 0))
                self.assertNotEqual(out["c.off"], text)
                self.same_places(strip_off.triangles(out["c.off"]), strip_off.triangles(text))
                self.assertEqual(strip_off.strip(out["c.off"]), text)

    def test_columns_that_are_there(self):
        data = off(*sphere(), "STOFF\n%d %d 0\n", " 0.5 0.5")
        out, _ = run({"c.off": data})
        self.assertEqual(out, {"c.off": data})
        out, code = run({"c.off": data}, "--existing=replace")
        self.assertEqual((list(out), code), (["c.off"], 0))
        self.assertEqual(strip_off.strip(out["c.off"]), strip_off.strip(data))
        self.same_places(strip_off.triangles(out["c.off"]), strip_off.triangles(data))

    def test_samples_come_through(self):
        for path in glob.glob(os.path.join(HERE, "..", "data", "[so][tf][lf]", "*.*")):
            if path.endswith(".md"):
                continue
            name = os.path.basename(path)
            with open(path, "rb") as file:
                data = file.read()
            out, _ = run({name: data})
            self.assertEqual(out[name], data)
            if name.startswith("good-") and "stoff" not in name and "stcnoff" not in name:
                self.assertTrue(companion.triangles(out[name + ".obj"]))
            else:
                self.assertEqual(list(out), [name])


if __name__ == "__main__":
    UVPIPE = sys.argv.pop(1)
    unittest.main()
