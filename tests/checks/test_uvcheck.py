#!/usr/bin/env python3
"""uvcheck against layouts whose figures are known, and against brute force in fractions.

Usage: test_uvcheck.py path/of/uvcheck
"""

import itertools
import json
import math
import os
import random
import subprocess
import sys
import tempfile
import unittest
from fractions import Fraction

UVCHECK = ""
STEP = 2.0**-24


def obj(vertices, uvs, faces):
    """OBJ text; a face is a list of (vertex, uv) from 1, uv None for none."""
    lines = ["v %r %r %r" % tuple(v) for v in vertices]
    lines += ["vt %.17g %.17g" % tuple(t) for t in uvs]
    lines += ["f " + " ".join(str(v) if t is None else f"{v}/{t}" for v, t in face)
              for face in faces]
    return "\n".join(lines) + "\n"


def flat(polygons):
    """Polygons in the plane as a mesh that lies there, each on vertices of its own."""
    points = [p for polygon in polygons for p in polygon]
    faces = []
    first = 1
    for polygon in polygons:
        faces.append([(first + k, first + k) for k in range(len(polygon))])
        first += len(polygon)
    # Apart in space: the layout alone makes charts.
    heights = [n for n, polygon in enumerate(polygons) for _ in polygon]
    return obj([(x, y, z) for (x, y), z in zip(points, heights)], points, faces)


class Judge(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def put(self, name, text):
        path = os.path.join(self.folder, name)
        with open(path, "wb") as file:
            file.write(text if isinstance(text, bytes) else text.encode())
        return path

    def judge(self, text, *options):
        path = self.put("a.obj", text)
        run = subprocess.run([UVCHECK, *options, path], capture_output=True, text=True,
                             check=False)
        self.assertEqual(run.stderr, "")
        verdict = json.loads(run.stdout)
        self.assertEqual(run.returncode, 0 if verdict["valid"] else 1)
        return verdict

    def expect(self, text, *options, **figures):
        verdict = self.judge(text, *options)
        for name, value in figures.items():
            if isinstance(value, float):
                self.assertAlmostEqual(verdict[name], value, 4, name)
            else:
                self.assertEqual(verdict[name], value, f"{name} in {verdict}")


class Analytic(Judge):
    SQUARE = [(0.0, 0.0), (0.5, 0.0), (0.5, 0.5), (0.0, 0.5)]

    def test_square(self):
        text = obj([(x, y, 0) for x, y in self.SQUARE], self.SQUARE,
                   [[(1, 1), (2, 2), (3, 3)], [(1, 1), (3, 3), (4, 4)]])
        self.expect(text, valid=True, faces=2, triangles=2, charts=1, flips=0, overlaps=0,
                    min_gap_texels=None, stretch_l2=1.0, stretch_linf=1.0, efficiency=0.25,
                    geometry="unchecked")

    def test_stretched(self):
        # Twice as wide in the plane: singular values 1/2 and 1, scaled by the root of 2.
        uvs = [(2 * x, y) for x, y in self.SQUARE]
        text = obj([(x, y, 0) for x, y in self.SQUARE], uvs, [[(k, k) for k in (1, 2, 3, 4)]])
        self.expect(text, valid=True, stretch_l2=math.sqrt(1.25), stretch_linf=math.sqrt(2.0))

    def test_flipped(self):
        self.expect(flat([[(0, 0), (0, 0.5), (0.5, 0)]]), valid=False, flips=1, stretch_l2=None)

    def test_collapsed(self):
        line = [(0, 0), (0.25, 0.25), (0.5, 0.5)]
        space = [(0, 0, 0), (1, 0, 0), (0, 1, 0)]
        face = [[(1, 1), (2, 2), (3, 3)]]
        self.expect(obj(space, line, face), valid=False, collapsed=1, flips=0, charts=0)
        # Without area in space there is nothing to lay out.
        self.expect(obj([(0, 0, 0), (1, 1, 1), (2, 2, 2)], line, face), valid=True, collapsed=0)
        self.expect(obj([(0, 0, 0), (1, 1, math.nan), (2, 2, 2)], line, face), valid=True)
        self.expect(obj([(0, 0, 0), (1, 0.9e-6, 0), (1, 0, 0)], line, face), collapsed=0)
        self.expect(obj([(0, 0, 0), (1, 1.1e-6, 0), (1, 0, 0)], line, face), collapsed=1)

    def test_overlap_is_exact(self):
        left = [(0, 0), (0.25, 0), (0.25, 0.25), (0, 0.25)]
        for shift, overlaps in ((0.0, 0), (-STEP, 1), (STEP, 0)):
            right = [(x + 0.25 + shift, y) for x, y in left]
            verdict = self.judge(flat([left, right]), "--padding", "0")
            self.assertEqual(verdict["overlaps"] > 0, overlaps > 0, shift)
            self.assertEqual(verdict["valid"], overlaps == 0)
        # One inside the other, and the same one twice.
        half = [(0, 0), (0.25, 0), (0, 0.25)]
        inner = [(0.1, 0.1), (0.12, 0.1), (0.1, 0.12)]
        self.expect(flat([half, inner]), overlaps=1, valid=False)
        self.expect(flat([half, half]), overlaps=1, min_gap_texels=0.0)
        self.expect(flat([half, half, half]), overlaps=3)

    def test_pages(self):
        half = [(0, 0), (0.5, 0), (0, 0.5)]

        def moved(u, v):
            return [(x + u, y + v) for x, y in half]

        second, tenth, above = moved(1.25, 0.25), moved(9.5, 0.5), moved(0.25, 1.25)
        self.expect(flat([half, second]), outside=3, valid=False)
        self.expect(flat([half, second]), "--pages", "2", outside=0, valid=True)
        self.expect(flat([half, tenth]), "--pages", "9", outside=1, valid=False)
        self.expect(flat([half, tenth]), "--pages", "10", outside=0, valid=True)
        self.expect(flat([half, above]), "--pages", "10", outside=1)
        self.expect(flat([half, above]), "--pages", "11", outside=0)
        self.expect(flat([moved(0.75, 0)]), "--pages", "4", outside=1)  # across two
        self.expect(flat([moved(0.5, 0.5)]), "--pages", "4", outside=0)  # up to the borders
        self.expect(flat([moved(-0.25, 0)]), "--pages", "4", outside=1)
        self.expect(flat([moved(10.25, 0)]), "--pages", "100", outside=1)

    def test_gap(self):
        left = [(0, 0), (0.25, 0), (0, 0.25)]
        right = [(0.25 + 3 / 1024, 0), (0.5, 0), (0.5, 0.25)]
        self.expect(flat([left, right]), valid=True, charts=2, min_gap_texels=3.0)
        self.expect(flat([left, right]), "--padding", "3", valid=True)
        self.expect(flat([left, right]), "--padding", "3.1", valid=False)
        self.expect(flat([left, right]), "--resolution", "512", valid=False, min_gap_texels=1.5)
        # A corner over the middle of a long edge.
        above = [(0.1, 0.4), (0.05, 0.25 - 0.05 + math.sqrt(2) * 2.5 / 1024), (0.1, 0.5)]
        verdict = self.judge(flat([left, above]))
        self.assertAlmostEqual(verdict["min_gap_texels"], 2.5, 3)

    def test_charts(self):
        # Joined where both the edge in space and its UVs are shared, by value.
        space = [(0, 0, 0), (1, 0, 0), (1, 1, 0), (0, 1, 0), (0, 0, 0), (1, 1, 0)]
        plane = [(0, 0), (0.5, 0), (0.5, 0.5), (0, 0.5), (0, 0), (0.5, 0.5), (0, 0.9), (0.4, 0.9)]
        joined = [[(1, 1), (2, 2), (3, 3)], [(5, 5), (6, 6), (4, 4)]]
        self.expect(obj(space, plane, joined), charts=1, valid=True)
        cut = [[(1, 1), (2, 2), (3, 3)], [(1, 4), (3, 8), (4, 7)]]
        self.expect(obj(space, plane, cut), charts=2)

    def test_range_and_numbers(self):
        tall = [(0, 0), (1, 0), (0, 1 + 2**-23)]
        self.expect(flat([tall]), valid=False, outside=1, nonfinite=0)
        self.expect(flat([[(0, 0), (1, 0), (0, 1)]]), valid=True, outside=0)
        self.expect(flat([[(0, 0), (-STEP, 0), (0, -1)]]), outside=2)
        for bad in ("nan", "inf", "1e30"):
            text = f"v 0 0 0\nv 1 0 0\nv 0 1 0\nvt 0 0\nvt 1 0\nvt 0 {bad}\nf 1/1 2/2 3/3\n"
            self.expect(text, valid=False, nonfinite=1, triangles=0)

    def test_without_uv(self):
        space = [(0, 0, 0), (1, 0, 0), (0, 1, 0)]
        self.expect(obj(space, [], [[(1, None), (2, None), (3, None)]]), valid=False, without_uv=1)
        self.expect(obj(space, [(0, 0), (1, 0)], [[(1, 1), (2, 2), (3, None)]]), without_uv=1)

    def test_polygons(self):
        hexagon = [(0.5 + 0.4 * math.cos(k * math.pi / 3), 0.5 + 0.4 * math.sin(k * math.pi / 3))
                   for k in range(6)]
        hook = [(0, 0), (0.6, 0), (0.6, 0.2), (0.2, 0.2), (0.2, 0.6), (0, 0.6)]
        straight = [(0, 0), (0.2, 0), (0.4, 0), (0.4, 0.4), (0.2, 0.4), (0, 0.4), (0, 0.2)]
        dart = [(0, 0), (0.5, 0.2), (0, 0.4), (0.2, 0.2)]
        doubled = [(0, 0), (0.2, 0), (0.2, 0), (0.4, 0.4), (0, 0.4)]
        star = [(0.5 + r * math.cos(a), 0.5 + r * math.sin(a)) for k in range(32)
                for a, r in [(k * math.pi / 16, 0.4 if k % 2 else 0.15)]]
        for good in (hexagon, hook, straight, dart, doubled, star):
            for turn in range(len(good)):
                text = flat([good[turn:] + good[:turn]])
                self.expect(text, valid=True, flips=0, overlaps=0, triangles=len(good) - 2,
                            charts=1)
            self.expect(flat([good[::-1]]), valid=False, flips=1)
        self.expect(flat([hook]), efficiency=0.2, stretch_l2=1.0, stretch_linf=1.0)
        bow = [(0, 0), (0.5, 0.5), (0.5, 0), (0, 0.6)]
        twice_around = [(0.5 + 0.4 * math.cos(k * 4 * math.pi / 5),
                         0.5 + 0.4 * math.sin(k * 4 * math.pi / 5)) for k in range(5)]
        for bad in (bow, twice_around):
            self.assertFalse(self.judge(flat([bad]))["valid"])

    def test_geometry(self):
        text = obj([(x, y, 0) for x, y in self.SQUARE], self.SQUARE,
                   [[(1, 1), (2, 2), (3, 3)], [(1, 1), (3, 3), (4, 4)]])
        plain = "v 0 0 0\nv .5 0 0\nv 0.50 .5 0\nv 0 5e-1 0\nf 1 2 3\nf 1 3 4\n"
        original = self.put("original.obj", plain)
        self.expect(text, "--orig", original, valid=True, geometry="same")
        for old, new in (("v .5 0 0", "v .5 0 1e-7"), ("f 1 2 3", "f 2 3 1"),
                         ("f 1 3 4\n", ""), ("f 1 3 4\n", "f 1 3 4\nf 1 2 4\n")):
            self.put("original.obj", plain.replace(old, new))
            self.expect(text, "--orig", original, valid=False, geometry="differs")
        self.expect(text, "--orig", original + ".gone", valid=False, geometry="differs")

    def test_reading(self):
        text = ("# a comment\r\nv 0 0 0 1 0 0\r\nv 1 0 0\r\n  v\t0 1 0\r\nvn 0 0 1\r\n"
                "vt 0 0\r\nvt .5 0 0\r\nvt 0 .5\r\ng x\r\nf -3/-3/1 \\\r\n 2/2/-1 3/3/1 # f\r\n")
        self.expect(text, valid=True, faces=1, charts=1, efficiency=0.125)
        for bad, words in (("f 1 2 3\n", "line 1"), ("v 1 2\n", "three numbers"),
                           ("v 0 0 0\nf 1 1\n", "three corners"), ("v 0 0 0\nf 1 1 0\n", "index"),
                           ("v 0 0 0\nf 1/1 1 1\n", "index"), ("v 0 0 x\n", "line 1"),
                           ("v 0 0 0\0\n", "text"), ("f 1 2 99999999999999999999\n", "index")):
            verdict = self.judge(bad)
            self.assertFalse(verdict["valid"])
            self.assertIn(words, verdict["error"])
        self.expect("", valid=True, faces=0, charts=0, stretch_l2=None)

    def test_usage(self):
        for words, code in (([], 64), (["a", "b"], 64), (["--what", "a"], 64),
                            (["--padding", "x", "a"], 64), (["--resolution", "0", "a"], 64),
                            (["--help"], 0), ([self.folder + '/"gone\n'], 1)):
            run = subprocess.run([UVCHECK, *words], capture_output=True, text=True, check=False)
            self.assertEqual(run.returncode, code, words)
        self.assertFalse(json.loads(run.stdout)["valid"])


def area(polygon):
    return sum(a[0] * b[1] - a[1] * b[0]
               for a, b in zip(polygon, polygon[1:] + polygon[:1])) / 2


def clipped(polygon, a, b):
    """What of the polygon lies left of the line through a and b."""
    kept = []
    for p, q in zip(polygon, polygon[1:] + polygon[:1]):
        left = [(b[0] - a[0]) * (r[1] - a[1]) - (b[1] - a[1]) * (r[0] - a[0]) for r in (p, q)]
        if left[0] >= 0:
            kept.append(p)
        if left[0] * left[1] < 0:
            t = left[0] / (left[0] - left[1])
            kept.append((p[0] + t * (q[0] - p[0]), p[1] + t * (q[1] - p[1])))
    return kept


def overlap(first, second):
    for a, b in zip(first, first[1:] + first[:1]):
        if len(second) < 3:
            return False
        second = clipped(second, a, b)
    return len(second) >= 3 and area(second) > 0


def distance(p, a, b):
    ux, uy = b[0] - a[0], b[1] - a[1]
    t = ((p[0] - a[0]) * ux + (p[1] - a[1]) * uy) / (ux * ux + uy * uy)
    t = min(max(t, 0.0), 1.0)
    return math.hypot(p[0] - a[0] - t * ux, p[1] - a[1] - t * uy)


def gap(first, second):
    edges = [list(zip(t, t[1:] + t[:1])) for t in (first, second)]
    return min(min(distance(a, *n), distance(b, *n), distance(n[0], a, b), distance(n[1], a, b))
               for a, b in edges[0] for n in edges[1])


class BruteForce(Judge):
    """Random triangles on a coarse lattice, so that touching is as common as overlap."""

    def layout(self, rnd, count, size):
        found = []
        while len(found) < count:
            x, y = rnd.randrange(64 - size), rnd.randrange(64 - size)
            triangle = [((x + rnd.randrange(size)) / 64, (y + rnd.randrange(size)) / 64)
                        for _ in range(3)]
            if area(triangle) > 0:
                found.append(triangle)
        return found

    def test_overlaps(self):
        rnd = random.Random(5)
        for size in (4, 8, 20, 60) * 3:
            layout = self.layout(rnd, 40, size)
            exact = [[tuple(map(Fraction, p)) for p in t] for t in layout]
            pairs = sum(overlap(a, b) for a, b in itertools.combinations(exact, 2))
            self.expect(flat(layout), overlaps=pairs, flips=0, charts=40)

    def test_gaps(self):
        rnd = random.Random(6)
        measured = 0
        for _ in range(200):
            layout = self.layout(rnd, 4, 20)
            exact = [[tuple(map(Fraction, p)) for p in t] for t in layout]
            if any(overlap(a, b) for a, b in itertools.combinations(exact, 2)):
                continue
            measured += 1
            least = min(gap(a, b) for a, b in itertools.combinations(layout, 2))
            verdict = self.judge(flat(layout), "--resolution", "256")
            if least * 256 < 8:
                self.assertAlmostEqual(verdict["min_gap_texels"], least * 256, 4)
            else:
                self.assertIsNone(verdict["min_gap_texels"])
        self.assertGreater(measured, 20)


if __name__ == "__main__":
    UVCHECK = sys.argv.pop(1)
    unittest.main()
