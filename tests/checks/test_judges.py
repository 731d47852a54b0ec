#!/usr/bin/env python3
"""uvpipe check and uvcheck, which share no code, on layouts that are broken in many ways.

Usage: test_judges.py path/of/uvpipe path/of/uvcheck
"""

import json
import os
import random
import subprocess
import sys
import tempfile
import unittest

UVPIPE = ""
UVCHECK = ""
SIDE = 6


def grid():
    """Vertices, triangles and a layout of a square of SIDE * SIDE cells, cut in two."""
    n = SIDE + 1
    vertices = [(x, y, (x * y) % 3 / 4) for y in range(n) for x in range(n)]
    triangles = []
    for y in range(SIDE):
        for x in range(SIDE):
            a = y * n + x
            triangles += [(a, a + 1, a + n + 1), (a, a + n + 1, a + n)]
    uvs = [(0.1 + 0.8 * x / SIDE, 0.1 + 0.8 * y / SIDE) for x, y, _ in vertices]
    return vertices, triangles, uvs


def shuffled(rng, uvs, corners):
    """The same layout with something done to it."""
    uvs, corners = list(uvs), [list(c) for c in corners]
    what = rng.randrange(8)
    if what == 0:
        for _ in range(rng.randrange(1, 6)):
            uvs[rng.randrange(len(uvs))] = (rng.random(), rng.random())
    elif what == 1:
        for _ in range(rng.randrange(1, 4)):
            corners[rng.randrange(len(corners))] = list(corners[rng.randrange(len(corners))])
    elif what == 2:
        uvs = [(round(u * 4) / 4, v) for u, v in uvs]  # many collapse
    elif what == 3:
        for _ in range(rng.randrange(1, 4)):
            corners[rng.randrange(len(corners))][rng.randrange(3)] = None
    elif what == 4:
        uvs[rng.randrange(len(uvs))] = (float("nan"), 0.5)
    elif what == 5:
        scale = 10.0 ** rng.randrange(-6, 5)
        uvs = [(u * scale, v * scale) for u, v in uvs]
    elif what == 6:
        uvs = [(rng.random(), rng.random()) for _ in uvs]
    else:
        # halves pushed into each other, along an edge or not
        push = rng.choice((0, 1, 2, 2.5)) * 0.8 / SIDE
        uvs += [(u - push, v) for u, v in uvs]
        count = len(uvs) // 2
        for c in corners[len(corners) // 2:]:
            c[:] = [i + count for i in c]
    return uvs, corners


def text_of(vertices, triangles, uvs, corners):
    lines = ["v %r %r %r" % v for v in vertices] + ["vt %.9g %.9g" % t for t in uvs]
    for triangle, corner in zip(triangles, corners):
        lines.append("f " + " ".join(f"{v + 1}" if t is None else f"{v + 1}/{t + 1}"
                                     for v, t in zip(triangle, corner)))
    return "\n".join(lines) + "\n"


class Judges(unittest.TestCase):
    def judge(self, path):
        ours = subprocess.run([UVPIPE, "check", "--json", path], capture_output=True, text=True,
                              check=False)
        theirs = subprocess.run([UVCHECK, "--padding", "0", path], capture_output=True,
                                text=True, check=False)
        member = json.loads(ours.stdout.splitlines()[0])
        self.assertEqual(ours.returncode, 0 if member["status"] == "valid" else 2)
        return member, json.loads(theirs.stdout)

    def test_they_agree(self):
        vertices, triangles, uvs = grid()
        seen = {"overlapping": 0, "collapsed": 0, "unmapped": 0, "outside": 0, "valid": 0}
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "a.obj")
            for seed in range(120):
                layout, corners = shuffled(random.Random(seed), uvs, triangles)
                with open(path, "w", encoding="ascii") as file:
                    file.write(text_of(vertices, triangles, layout, corners))
                member, judge = self.judge(path)
                verdict = member["verdict"]
                self.assertEqual(verdict["overlapping"], judge["overlaps"], seed)
                self.assertEqual(verdict["collapsed"], judge["collapsed"], seed)
                self.assertEqual(verdict["unmapped"],
                                 judge["without_uv"] + judge["nonfinite"], seed)
                self.assertEqual(verdict["flipped"] + verdict["mirrored"] > 0,
                                 judge["flips"] > 0, seed)
                if judge["nonfinite"] + judge["collapsed"] == 0:
                    self.assertEqual(verdict["outside"] > 0, judge["outside"] > 0, seed)
                    self.assertEqual(member["charts"], judge["charts"], seed)
                for name in seen:
                    seen[name] += member["status"] == name or verdict.get(name, 0) > 0
        self.assertTrue(all(count >= 5 for count in seen.values()), seen)


if __name__ == "__main__":
    UVPIPE, UVCHECK = sys.argv[1:3]
    unittest.main(argv=sys.argv[:1])
