#!/usr/bin/env python3
"""The engine on meshes nobody should make: cost per triangle, and whether it stays valid.

    tools/bench/bench_soups.py --bench PROGRAM [--judge PROGRAM] [--size N] [--option NAME=VALUE]...

Makes some twenty kinds of hostile meshes of about N triangles each (default 20000), runs
bench_atlas on them with its own check switched on, and prints a Markdown table. With --judge the
unwrapped mesh is judged too. Exits with 1 when one is invalid or fails.
"""
import argparse
import json
import math
import os
import random
import subprocess
import sys
import tempfile


class Mesh:
    """Vertices and faces, written as OBJ."""

    def __init__(self):
        self.vertices = []
        self.faces = []

    def vertex(self, x, y, z):
        """Adds a vertex, returns its number."""
        self.vertices.append((x, y, z))
        return len(self.vertices)

    def face(self, *corners):
        """Adds a polygon."""
        self.faces.append(corners)

    def write(self, path):
        """As OBJ."""
        with open(path, "w", encoding="ascii") as out:
            for v in self.vertices:
                out.write("v %.9g %.9g %.9g\n" % v)
            for face in self.faces:
                out.write("f " + " ".join(map(str, face)) + "\n")


def soup(count, vertices, rng):
    """Triangles among random points."""
    mesh = Mesh()
    for _ in range(vertices):
        mesh.vertex(rng.random(), rng.random(), rng.random())
    for _ in range(count):
        mesh.face(*rng.sample(range(1, vertices + 1), 3))
    return mesh


def tetrahedra(count, rng):
    """All faces of the tetrahedra of a grid, wound at random."""
    mesh = Mesh()
    side = max(2, round((count / 12) ** (1 / 3)))
    for z in range(side + 1):
        for y in range(side + 1):
            for x in range(side + 1):
                mesh.vertex(x, y, z)
    step = (1, side + 1, (side + 1) ** 2)
    seen = set()
    for z in range(side):
        for y in range(side):
            for x in range(side):
                base = 1 + x + y * step[1] + z * step[2]
                for order in ((0, 1, 2), (0, 2, 1), (1, 0, 2), (1, 2, 0), (2, 0, 1), (2, 1, 0)):
                    path = [base]
                    for axis in order:
                        path.append(path[-1] + step[axis])
                    for skip in range(4):
                        face = [v for i, v in enumerate(path) if i != skip]
                        if tuple(sorted(face)) not in seen:
                            seen.add(tuple(sorted(face)))
                            rng.shuffle(face)
                            mesh.face(*face)
    return mesh


def star(count, height):
    """Triangles about one vertex."""
    mesh = Mesh()
    mesh.vertex(0, 0, 0)
    for i in range(count):
        a = 2 * math.pi * i / count
        mesh.vertex(math.cos(a), math.sin(a), height * (i % 2))
    for i in range(count):
        mesh.face(1, 2 + i, 2 + (i + 1) % count)
    return mesh


def book(count):
    """Sheets that share one edge."""
    mesh = Mesh()
    mesh.vertex(0, 0, 0)
    mesh.vertex(0, 0, 1)
    for i in range(count):
        a = 2 * math.pi * i / count
        mesh.vertex(math.cos(a), math.sin(a), 0.5)
        mesh.face(*((1, 2, 3 + i) if i % 2 else (2, 1, 3 + i)))
    return mesh


def grid(count, height, rng):
    """A height field; `height` in cells."""
    mesh = Mesh()
    side = round(math.sqrt(count / 2))
    for y in range(side + 1):
        for x in range(side + 1):
            mesh.vertex(x, y, height * rng.random())
    for y in range(side):
        for x in range(side):
            a = 1 + x + y * (side + 1)
            mesh.face(a, a + 1, a + side + 2)
            mesh.face(a, a + side + 2, a + side + 1)
    return mesh


def board(count, rng):
    """A plate of one polygon with many holes' worth of parts standing on it."""
    mesh = Mesh()
    side = max(1, round(math.sqrt(count / 12)))
    for y in range(side):
        for x in range(side):
            h = 0.2 + rng.random()
            low = [mesh.vertex(x + dx, y + dy, 0) for dx, dy in
                   ((.2, .2), (.8, .2), (.8, .8), (.2, .8))]
            high = [mesh.vertex(x + dx, y + dy, h) for dx, dy in
                    ((.2, .2), (.8, .2), (.8, .8), (.2, .8))]
            for k in range(4):
                mesh.face(low[k], low[(k + 1) % 4], high[(k + 1) % 4], high[k])
            mesh.face(*high)
            mesh.face(*low)
    corner = [mesh.vertex(x, y, 0) for x, y in ((0, 0), (side, 0), (side, side), (0, side))]
    mesh.face(*corner)
    return mesh


def fans(count):
    """Slivers: long strips of triangles a thousandth as high as wide, about one point each."""
    mesh = Mesh()
    per = 100
    for f in range(max(1, count // per)):
        centre = mesh.vertex(f * 3, 0, 0)
        ring = [mesh.vertex(f * 3 + math.cos(i * 1e-5), math.sin(i * 1e-5), 0.3 * (f % 7))
                for i in range(per + 1)]
        for i in range(per):
            mesh.face(centre, ring[i], ring[i + 1])
    return mesh


def screw(count):
    """A spiral ramp of many turns, which overlaps itself seen from above."""
    mesh = Mesh()
    steps = count // 2
    for i in range(steps + 1):
        a = i * 0.1
        mesh.vertex(math.cos(a), math.sin(a), 0.02 * a)
        mesh.vertex(2 * math.cos(a), 2 * math.sin(a), 0.02 * a)
    for i in range(steps):
        a = 1 + 2 * i
        mesh.face(a, a + 1, a + 3)
        mesh.face(a, a + 3, a + 2)
    return mesh


def tube(count, rough, rng):
    """A long closed tube, smooth or rough."""
    mesh = Mesh()
    around = 24
    length = max(2, count // (2 * around))
    for y in range(length + 1):
        for x in range(around):
            a = 2 * math.pi * x / around
            r = 1 + rough * rng.random()
            mesh.vertex(r * math.cos(a), r * math.sin(a), y * 0.26)
    for y in range(length):
        for x in range(around):
            a = 1 + y * around + x
            b = 1 + y * around + (x + 1) % around
            mesh.face(a, b, b + around)
            mesh.face(a, b + around, a + around)
    return mesh


def doubled(mesh, times, flip):
    """The same faces several times."""
    faces = list(mesh.faces)
    for i in range(1, times):
        mesh.faces += [f[::-1] if flip and i % 2 else f for f in faces]
    return mesh


def turned(mesh, part, rng):
    """Some faces wound the other way."""
    mesh.faces = [f[::-1] if rng.random() < part else f for f in mesh.faces]
    return mesh


def scaled(mesh, factor, move):
    """Elsewhere, in other units."""
    mesh.vertices = [tuple(c * factor + move for c in v) for v in mesh.vertices]
    return mesh


def sponge(count, rng):
    """Boundary of random cells of a grid: edges with four faces, pinched vertices."""
    mesh = Mesh()
    side = max(3, round((count / 3) ** (1 / 3)))
    full = {(x, y, z) for x in range(side) for y in range(side) for z in range(side)
            if rng.random() < 0.5}
    numbers = {}

    def corner(p):
        if p not in numbers:
            numbers[p] = mesh.vertex(*p)
        return numbers[p]

    for cell in sorted(full):
        for axis in range(3):
            for way in (0, 1):
                beside = list(cell)
                beside[axis] += 1 if way else -1
                if tuple(beside) in full:
                    continue
                u, v = [(1, 2), (2, 0), (0, 1)][axis]
                quad = []
                for du, dv in ((0, 0), (1, 0), (1, 1), (0, 1)):
                    p = list(cell)
                    p[axis] += way
                    p[u] += du
                    p[v] += dv
                    quad.append(corner(tuple(p)))
                if not way:
                    quad.reverse()
                mesh.face(quad[0], quad[1], quad[2])
                mesh.face(quad[0], quad[2], quad[3])
    return mesh


def strips(count, rng):
    """One thin triangle strip, crumpled."""
    mesh = Mesh()
    point = [0.0, 0.0, 0.0]
    for i in range(count + 2):
        point = [c + rng.uniform(-1, 1) for c in point]
        mesh.vertex(*point)
        if i >= 2:
            mesh.face(*((i - 1, i, i + 1) if i % 2 else (i, i - 1, i + 1)))
    return mesh


def kinds(n, rng):
    """Name and maker of every mesh."""
    return {
        "soup of n/4 vertices": lambda: soup(n, max(4, n // 4), rng),
        "soup of 30 vertices": lambda: soup(n, 30, rng),
        "soup of 3n vertices": lambda: soup(n, 3 * n, rng),
        "tetrahedra's faces, any winding": lambda: tetrahedra(n, rng),
        "star, flat": lambda: star(n, 0),
        "star, crumpled": lambda: star(n, 0.5),
        "book of n pages": lambda: book(n),
        "grid, noise 0.3 cells": lambda: grid(n, 0.3, rng),
        "grid, noise 3 cells": lambda: grid(n, 3, rng),
        "grid, noise 30 cells": lambda: grid(n, 30, rng),
        "board with parts": lambda: board(n, rng),
        "sliver fans": lambda: fans(n),
        "screw": lambda: screw(n),
        "tube, smooth": lambda: tube(n, 0, rng),
        "tube, rough": lambda: tube(n, 0.3, rng),
        "grid four times": lambda: doubled(grid(n // 4, 0.3, rng), 4, False),
        "grid four times, both ways": lambda: doubled(grid(n // 4, 0.3, rng), 4, True),
        "grid, a fifth turned": lambda: turned(grid(n, 0.3, rng), 0.2, rng),
        "grid at 1e-30": lambda: scaled(grid(n, 0.3, rng), 1e-30, 0),
        "grid at 1e30": lambda: scaled(grid(n, 0.3, rng), 1e30, 0),
        "grid at offset 1e7": lambda: scaled(grid(n, 0.3, rng), 1, 1e7),
        "sponge of cubes": lambda: sponge(n, rng),
        "crumpled strip": lambda: strips(n, rng),
    }


def main():
    """Runs all kinds."""
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bench", required=True)
    parser.add_argument("--judge")
    parser.add_argument("--size", type=int, default=20000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--option", action="append", default=[])
    arguments = parser.parse_args()
    bad = False
    worst = 0
    print("| mesh | triangles | us/tri | segment | flatten | merge | pack | B/tri | charts | "
          "efficiency | verdict |")
    print("|" + " --- |" * 11)
    with tempfile.TemporaryDirectory() as folder:
        for name, make in kinds(arguments.size, random.Random(arguments.seed)).items():
            path = os.path.join(folder, "in.obj")
            make().write(path)
            out = os.path.join(folder, "out")
            os.makedirs(out, exist_ok=True)
            run = subprocess.run([arguments.bench, "rounds=1", "verify=1", f"out={out}",
                                  *arguments.option, path], stdout=subprocess.PIPE,
                                 stderr=subprocess.PIPE, text=True, check=False)
            row = json.loads(run.stdout) if run.stdout else {}
            verdict = "valid" if run.returncode == 0 else run.stderr.strip()
            if arguments.judge and run.returncode == 0:
                judged = subprocess.run([arguments.judge, "--orig", path, f"{out}/in.obj"],
                                        stdout=subprocess.PIPE, check=True)
                judge = json.loads(judged.stdout)
                for key in ("flipped_rel", "overlap_pairs", "uv_outside", "no_uv"):
                    if judge.get(key):
                        verdict += f", {key} {judge[key]}"
                        bad = True
            bad = bad or run.returncode != 0
            worst = max(worst, row.get("us_per_tri", 0))
            print(f"| {name} | {row.get('triangles', '')} | {row.get('us_per_tri', 0):.2f} | "
                  + " | ".join(f"{row.get(s, 0):.2f}" for s in
                               ("segment", "flatten", "merge", "pack"))
                  + f" | {row.get('bytes_per_tri', 0)} | {row.get('charts', '')} | "
                  f"{row.get('eff', 0)} | {verdict} |", flush=True)
    print(f"\nworst {worst:.1f} us per triangle")
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    main()
