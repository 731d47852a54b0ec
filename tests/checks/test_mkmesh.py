#!/usr/bin/env python3
"""mkmesh: the same options give the same bytes, and other programs can read them.

Usage: test_mkmesh.py path/of/mkmesh
"""

import io
import subprocess
import sys
import tarfile
import unittest
import zipfile

MKMESH = ""


def make(*options):
    run = subprocess.run([MKMESH, *map(str, options)], capture_output=True, check=False)
    if run.returncode != 0:
        raise AssertionError(f"{options}: {run.returncode} {run.stderr}")
    return run.stdout


def shapes():
    text = make("--help").decode()
    return [line.split()[0] for line in text.split("Shapes:\n")[1].splitlines()]


def parse(text):
    """Vertices, and faces as vertex indices from 0."""
    vertices, faces = [], []
    for line in text.decode().splitlines():
        words = line.split()
        if words and words[0] == "v":
            vertices.append(tuple(map(float, words[1:4])))
        elif words and words[0] == "f":
            faces.append([int(word.split("/")[0]) - 1 for word in words[1:]])
    return vertices, faces


def edges(faces):
    return [(a, b) for face in faces for a, b in zip(face, face[1:] + face[:1])]


class Shapes(unittest.TestCase):
    def test_size_and_indices(self):
        self.assertGreater(len(shapes()), 10)
        for shape in shapes():
            for size in (1, 100, 5000):
                vertices, faces = parse(make(shape, "--size", size))
                self.assertTrue(all(0 <= v < len(vertices) for f in faces for v in f), shape)
                triangles = sum(len(face) - 2 for face in faces)
                self.assertGreater(triangles, 0)
                if size == 5000:
                    self.assertTrue(2500 < triangles < 10000, f"{shape}: {triangles}")

    def test_closed(self):
        for shape in ("cube", "sphere", "icosphere", "torus", "cone", "blob", "gyroid", "cad",
                      "quads"):
            found = edges(parse(make(shape, "--size", 3000))[1])
            self.assertEqual(len(found), len(set(found)), shape)
            self.assertEqual(set(found), {(b, a) for a, b in found}, shape)

    def test_seed(self):
        for shape in ("soup", "blob", "dirty"):
            one = make(shape, "--seed", 1)
            self.assertEqual(one, make(shape, "--seed", 1))
            self.assertNotEqual(one.split(b"\n", 1)[1], make(shape, "--seed", 2).split(b"\n", 1)[1])

    def test_dirty_and_polygons(self):
        text = make("dirty", "--size", 500)
        self.assertIn(b"nan", text)
        self.assertIn(b"inf", text)
        self.assertTrue(any(len(set(face)) < 3 for face in parse(text)[1]))
        corners = {len(face) for face in parse(make("ngon", "--size", 5000))[1]}
        self.assertIn(32, corners)
        self.assertEqual({len(face) for face in parse(make("quads"))[1]}, {4})

    def test_style(self):
        text = make("cube", "--crlf", "--attributes")
        self.assertEqual(text.count(b"\n"), text.count(b"\r\n"))
        self.assertIn(b"usemtl", text)
        self.assertEqual(parse(text), parse(make("cube")))

    def test_usage(self):
        for options in ([], ["nothing"], ["cube", "cube"], ["cube", "--size", "0"],
                        ["cube", "--size", "3q"], ["cube", "--size", ""], ["cube", "--what"]):
            run = subprocess.run([MKMESH, *options], capture_output=True, check=False)
            self.assertEqual((run.returncode, run.stdout), (64, b""), options)
            self.assertTrue(run.stderr)
        run = subprocess.run([MKMESH, "archive", "--format", "arj"], capture_output=True,
                             check=False)
        self.assertEqual(run.returncode, 1)


class Archives(unittest.TestCase):
    MIXED = ("archive", "--mix", "--members", 60, "--triangles", 100)

    def test_tar(self):
        for form in ("tar", "pax", "gnutar", "ustar"):
            text = make(*self.MIXED, "--format", form)
            self.assertEqual(text, make(*self.MIXED, "--format", form))
            with tarfile.open(fileobj=io.BytesIO(text)) as tar:
                members = tar.getmembers()
                self.assertEqual(len(members), 60)
                self.assertEqual(len({m.name for m in members}), 60)
                self.assertTrue(all(any(kind(m) for m in members) for kind in (
                    tarfile.TarInfo.isdir, tarfile.TarInfo.issym, tarfile.TarInfo.islnk)))
                longest = max(len(member.name) for member in members)
                self.assertGreater(longest, 100 if form == "ustar" else 180)
                meshes = [m for m in members if m.name.startswith("models/") and m.isreg()]
                self.assertGreater(len(meshes), 20)
                for member in meshes:
                    self.assertGreater(len(parse(tar.extractfile(member).read())[1]), 0)

    def test_other_formats(self):
        with zipfile.ZipFile(io.BytesIO(make(*self.MIXED, "--format", "zip"))) as archive:
            self.assertIsNone(archive.testzip())
            self.assertEqual(len(archive.namelist()), 60)
        for form, magic in (("cpio", b"070701"), ("7z", b"7z\xbc\xaf")):
            self.assertTrue(make(*self.MIXED, "--format", form).startswith(magic))

    def test_compressed(self):
        plain = make(*self.MIXED)
        for codec in ("gzip", "xz", "bzip2"):
            text = make(*self.MIXED, "--compress", codec)
            self.assertEqual(text, make(*self.MIXED, "--compress", codec))
            with tarfile.open(fileobj=io.BytesIO(text)) as tar:
                self.assertEqual(len(tar.getmembers()), 60)
            self.assertLess(len(text), len(plain))

    def test_broken(self):
        text = make("archive", "--members", 4, "--broken", 2, "--triangles", 50)
        with tarfile.open(fileobj=io.BytesIO(text)) as tar:
            good = []
            for member in tar:
                vertices, faces = parse(tar.extractfile(member).read())
                good.append(all(v < len(vertices) for face in faces for v in face))
        self.assertEqual(good, [False, False, True, True])

    def test_tiny_and_big(self):
        text = make("archive", "--tiny", "--members", 1000, "--big-bytes", "3M")
        with tarfile.open(fileobj=io.BytesIO(text)) as tar:
            sizes = [member.size for member in tar]
        self.assertEqual(sizes, [100] * 1000 + [3000000])


if __name__ == "__main__":
    MKMESH = sys.argv.pop(1)
    unittest.main()
