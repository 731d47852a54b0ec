#!/usr/bin/env python3
"""uvpipe analyze against a judge that shares no code with it, on every figure both have.

Usage: test_analyze_judge.py path/of/uvpipe [--table]

The judge is uvjudge.c: in $UVP_SHARED/judge, or in ../shared/judge beside the repository; real
meshes are in corpus/meshes.tar.zst there. Without them the test is skipped (exit 77). Each mesh
is measured with the UVs it has, with those uvpipe makes, and with UVs spoilt in several ways.
--table prints the worst deviation of each figure.
"""

import json
import math
import os
import random
import shutil
import struct
import subprocess
import sys
import tempfile

SKIP = 77
MOST = 1e-4
HERE = os.path.dirname(os.path.abspath(__file__))

# The judge's key, and the figure's name.
BOTH = {
    "triangles": "triangles",
    "positions": "positions",
    "degenerate_3d": "skipped.degenerate",
    "uv_degenerate": "skipped.collapsed",
    "nonfinite": "skipped.nonfinite",
    "no_uv": "skipped.unmapped",
    "stretch_l2": "stretch.l2",
    "stretch_linf": "stretch.linf",
    "stretch_linf_p99": "stretch.linf_p99",
    "symdir": "symdir.mean",
    "symdir_p50": "symdir.p50",
    "symdir_p99": "symdir.p99",
    "angle_mean": "stretch.mean",
    "angle_p99": "stretch.p99",
    "area_log2_mean": "area.log2_mean",
    "area_log2_p99": "area.log2_p99",
    "eff_square": "packing.square",
    "eff_rect": "packing.rectangle",
    "uv_outside": "bounds.outside",
    "charts": "islands.count",
    "charts_mirrored": "islands.mirrored",
    "largest_chart": "islands.largest",
    "single_tri_charts": "islands.single_triangle",
    "flipped_rel": "flipped.in_island",
    "flipped_abs": "flipped.negative",
    "overlap_pairs": "overlap.pairs",
    "overlap_same_chart": "overlap.same_island",
    "overlap_diff_chart": "overlap.between_islands",
    "overlap_area_frac": "overlap.area",
    "seam_edges": "seams.edges",
    "seam_rel": "seams.relative",
    "boundary_rel": "boundary.relative",
    "min_gap_texels": "gap.min_texels",
    "charts_gap_lt1": "gap.islands_below_1",
    "charts_gap_lt2": "gap.islands_below_2",
}
BOUNDS = ("bounds.min_u", "bounds.min_v", "bounds.max_u", "bounds.max_v")


def find_shared():
    root = os.path.dirname(os.path.dirname(HERE))
    for folder in (os.environ.get("UVP_SHARED"), os.path.join(root, "..", "shared"),
                   os.path.join(root, "..", "..", "shared")):
        if folder and os.path.isfile(os.path.join(folder, "judge", "uvjudge.c")):
            return os.path.abspath(folder)
    return None


def build_judge(shared, folder):
    judge = os.path.join(folder, "uvjudge")
    subprocess.run(["cc", "-O2", "-o", judge, os.path.join(shared, "judge", "uvjudge.c"), "-lm"],
                   check=True)
    return judge


# ---- layouts ----

def to_float32(text):
    """The value as float32 holds it: both programs then read the same numbers."""
    try:
        return struct.unpack("f", struct.pack("f", float(text)))[0]
    except OverflowError:
        return math.inf


def read_obj(path):
    """Positions, UVs, and faces as lists of pairs of their numbers; UV -1: none."""
    positions, uvs, faces = [], [], []
    with open(path, encoding="utf-8", errors="replace") as file:
        for line in file:
            words = line.split()
            if not words:
                continue
            if words[0] == "v":
                positions.append(tuple(to_float32(w) for w in words[1:4]))
            elif words[0] == "vt":
                uvs.append(tuple(to_float32(w) for w in words[1:3]))
            elif words[0] == "f":
                faces.append([read_corner(w, len(positions), len(uvs)) for w in words[1:]])
    return positions, uvs, faces


def read_corner(word, positions, uvs):
    parts = word.split("/")
    vertex = int(parts[0])
    uv = int(parts[1]) if len(parts) > 1 and parts[1] else 0
    return (vertex - 1 if vertex > 0 else positions + vertex,
            uv - 1 if uv >= 0 else uvs + uv)


def write_obj(path, positions, uvs, faces):
    with open(path, "w", encoding="ascii") as file:
        file.writelines("v %r %r %r\n" % p for p in positions)
        file.writelines("vt %r %r\n" % t for t in uvs)
        for face in faces:
            file.write("f " + " ".join(f"{v + 1}" if t < 0 else f"{v + 1}/{t + 1}"
                                       for v, t in face) + "\n")


def as_triangles(faces):
    """Both programs divide polygons, each in its own way: they get triangles."""
    return [[f[0], f[i - 1], f[i]] for f in faces for i in range(2, len(f))]


def islands_moved(rng, uvs, faces):
    """Each connected set of UVs is moved and scaled: islands come to lie on each other."""
    parent = list(range(len(uvs)))

    def find(i):
        while parent[i] != i:
            parent[i] = parent[parent[i]]
            i = parent[i]
        return i

    for face in faces:
        spots = [t for _, t in face if t >= 0]
        for a, b in zip(spots, spots[1:]):
            parent[find(a)] = find(b)
    moves = {}
    moved = []
    for i, (u, v) in enumerate(uvs):
        root = find(i)
        if root not in moves:
            turn = rng.random() * math.tau
            scale = rng.choice((0.7, 1, 1.1))
            moves[root] = (scale * math.cos(turn), scale * math.sin(turn), rng.random() * 0.02)
        a, b, shift = moves[root]
        moved.append((to_float32(a * u - b * v + shift), to_float32(b * u + a * v - shift)))
    return moved


def spoil(rng, how, uvs, faces):
    """The layout with something done to it."""
    if how == "islands":
        return islands_moved(rng, uvs, faces), faces
    if how == "shaken":
        step = 0.2 / math.sqrt(len(faces) + 1)
        return [(to_float32(u + (rng.random() - 0.5) * step),
                 to_float32(v + (rng.random() - 0.5) * step)) for u, v in uvs], faces
    if how == "scaled":
        return [(to_float32(u * 37.5 - 4), to_float32(v * 0.125 + 9)) for u, v in uvs], faces
    if how == "mirrored":
        return [(to_float32(1 - u), v) for u, v in uvs], faces
    if how == "coarse":
        return [(round(u * 128) / 128, round(v * 128) / 128) for u, v in uvs], faces
    if how == "holes":
        faces = [[(v, -1 if rng.random() < 0.02 else t) for v, t in face] for face in faces]
        uvs = [(math.nan if rng.random() < 0.002 else u, v) for u, v in uvs]
        return uvs, faces
    return uvs, faces


def measure(uvpipe, path):
    done = subprocess.run([uvpipe, "analyze", "--json", "--workers", "1", path],
                          capture_output=True, text=True, check=False)
    member = json.loads(done.stdout.splitlines()[0])
    if member["status"] != "analyzed":
        sys.exit(f"{path}: {member}")
    flat = {}
    for name, value in member["metrics"].items():
        if isinstance(value, dict):
            flat.update({f"{name}.{key}": inner for key, inner in value.items()})
        else:
            flat[name] = value
    return flat


def judge_of(judge, path):
    done = subprocess.run([judge, path], capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


# ---- near islands, by trying all that are near ----

def cross(a, b, c):
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])


def to_segment(p, a, b):
    """The square of the distance from a point to a segment."""
    dx, dy = b[0] - a[0], b[1] - a[1]
    square = dx * dx + dy * dy
    part = ((p[0] - a[0]) * dx + (p[1] - a[1]) * dy) / square if square > 0 else 0
    part = min(1, max(0, part))
    return (p[0] - a[0] - part * dx) ** 2 + (p[1] - a[1] - part * dy) ** 2


def between(a, b):
    if (cross(a[0], a[1], b[0]) > 0) != (cross(a[0], a[1], b[1]) > 0) and \
            (cross(b[0], b[1], a[0]) > 0) != (cross(b[0], b[1], a[1]) > 0):
        return 0
    return min(to_segment(a[0], *b[:2]), to_segment(a[1], *b[:2]),
               to_segment(b[0], *a[:2]), to_segment(b[1], *a[:2]))


def rims(positions, uvs, faces):
    """Two UVs and an island for each side that no other triangle of the island has."""
    place, spot, edges = {}, {}, {}
    place_of = [place.setdefault(p, i) for i, p in enumerate(positions)]
    spot_of = [spot.setdefault(t, i) for i, t in enumerate(uvs)]
    parent = list(range(len(faces)))

    def find(i):
        while parent[i] != i:
            parent[i] = parent[parent[i]]
            i = parent[i]
        return i

    for number, face in enumerate(faces):
        if not all(t >= 0 and all(map(math.isfinite, positions[v] + uvs[t])) for v, t in face):
            continue
        corners = [(place_of[v], spot_of[t]) for v, t in face]
        for a, b in zip(corners, corners[1:] + corners[:1]):
            if a[0] != b[0]:
                edges.setdefault((min(a, b), max(a, b)), []).append(number)
    for users in edges.values():
        for a, b in zip(users, users[1:]):
            parent[find(a)] = find(b)
    return [(uvs[a[1]], uvs[b[1]], find(users[0])) for (a, b), users in edges.items()
            if len(users) == 1]


def near_islands(layout, side=1024):
    """How many islands have another one nearer than 1 texel, and than 2."""
    cell, grid, nearest, enough = 4 / side, {}, {}, (0.97 / side) ** 2
    for rim in rims(*layout):
        x, y = sorted((rim[0][0], rim[1][0])), sorted((rim[0][1], rim[1][1]))
        for i in range(math.floor(x[0] / cell) - 1, math.floor(x[1] / cell) + 2):
            for j in range(math.floor(y[0] / cell) - 1, math.floor(y[1] / cell) + 2):
                grid.setdefault((i, j), []).append(rim)
    for cell_rims in grid.values():
        for i, a in enumerate(cell_rims):
            for b in cell_rims[i + 1:]:
                if a[2] != b[2] and max(nearest.get(a[2], 9), nearest.get(b[2], 9)) > enough:
                    square = between(a, b)
                    for island in (a[2], b[2]):
                        nearest[island] = min(nearest.get(island, 9), square)
    gaps = [math.sqrt(square) * side for square in nearest.values()]
    return {"gap.islands_below_1": sum(g < 0.98 for g in gaps),
            "gap.islands_below_2": sum(g < 1.96 for g in gaps)}


# ---- figures ----

def deviation(ours, theirs):
    if ours is None or theirs is None:
        return 0.0 if theirs in (None, 0) else math.inf
    if ours == theirs:
        return 0.0
    return abs(ours - theirs) / max(abs(theirs), 1e-9)


class Worst:
    """The worst deviation of each figure, and where it was."""

    def __init__(self):
        self.at = {}
        self.compared = 0
        self.tried = 0

    def add(self, name, ours, theirs, where):
        value = deviation(ours, theirs)
        if name not in self.at or value > self.at[name][0]:
            self.at[name] = (value, where, ours, theirs)

    def compare(self, uvpipe, judge, path, where, layout):
        ours, theirs = measure(uvpipe, path), judge_of(judge, path)
        self.compared += 1
        # The judge looks only as far as one of two islands still needs: it may count too few.
        if any(ours[BOTH[key]] > theirs[key] for key in ("charts_gap_lt1", "charts_gap_lt2")):
            self.tried += 1
            for name, count in near_islands(layout).items():
                theirs[{n: k for k, n in BOTH.items()}[name]] = count
        for key, name in BOTH.items():
            if not ours["overlap.complete"] and name.startswith("overlap"):
                continue
            self.add(name, ours[name], theirs[key], where)
        for name, value in zip(BOUNDS, theirs["uv_bbox"]):
            self.add(name, ours[name], value, where)

    def failures(self):
        return [f"{name}: {ours} and {theirs} ({value:.3g}) in {where}"
                for name, (value, where, ours, theirs) in self.at.items() if value > MOST]

    def table(self):
        lines = ["| figure | the judge's | worst deviation |", "| --- | --- | --- |"]
        keys = {name: key for key, name in BOTH.items()}
        for name, (value, _, _, _) in self.at.items():
            lines.append(f"| `{name}` | `{keys.get(name, 'uv_bbox')}` | {value:.1e} |")
        return "\n".join(lines)


def layouts(uvpipe, folder, mesh):
    """(name, positions, uvs, faces) of each layout of a mesh."""
    name = os.path.basename(mesh)
    made = os.path.join(folder, "made.obj")
    for label, options in (("made", []), ("fast", ["--preset", "fast", "--max-stretch", "1.05"])):
        with open(made, "wb") as out:
            subprocess.run([uvpipe, "--existing", "replace", *options, mesh], stdout=out,
                           check=True)
        positions, uvs, faces = read_obj(made)
        yield f"{name} {label}", positions, uvs, as_triangles(faces)
    for seed, how in enumerate(("islands", "shaken", "scaled", "mirrored", "coarse", "holes")):
        rng = random.Random(name + str(seed))
        spoilt, corners = spoil(rng, how, uvs, as_triangles(faces))
        yield f"{name} {how}", positions, spoilt, corners
    positions, uvs, faces = read_obj(mesh)
    if uvs and any(t >= 0 for face in faces for _, t in face):
        yield f"{name} as it is", positions, uvs, as_triangles(faces)


def small_meshes(folder):
    """A few shapes of a hundred triangles, for runs without the corpus."""
    path = os.path.join(folder, "bumpy.obj")
    n = 12
    with open(path, "w", encoding="ascii") as file:
        for y in range(n + 1):
            for x in range(n + 1):
                file.write(f"v {x} {y} {math.sin(x) * math.cos(y)}\n")
        for y in range(n):
            for x in range(n):
                a = y * (n + 1) + x + 1
                file.write(f"f {a} {a + 1} {a + n + 2}\nf {a} {a + n + 2} {a + n + 1}\n")
    return [path]


def corpus(shared, folder):
    archive = os.path.join(shared, "corpus", "meshes.tar.zst")
    if not os.path.isfile(archive) or shutil.which("zstd") is None:
        return small_meshes(folder)
    place = os.path.join(folder, "corpus")
    os.makedirs(place)
    subprocess.run(["tar", "-C", place, "--zstd", "-xf", archive], check=True)
    found = [os.path.join(base, name) for base, _, names in os.walk(place) for name in names]
    return small_meshes(folder) + sorted(p for p in found if p.endswith(".obj"))


def main():
    uvpipe = sys.argv[1]
    shared = find_shared()
    if shared is None or shutil.which("cc") is None:
        print("no judge here: set UVP_SHARED")
        return SKIP
    worst = Worst()
    with tempfile.TemporaryDirectory() as folder:
        judge = build_judge(shared, folder)
        meshes = corpus(shared, folder)
        if "UVP_TEST_ALL" not in os.environ and "--table" not in sys.argv:
            meshes = [m for m in meshes if os.path.getsize(m) < 600000]
        path = os.path.join(folder, "layout.obj")
        for mesh in meshes:
            for where, positions, uvs, faces in layouts(uvpipe, folder, mesh):
                write_obj(path, positions, uvs, faces)
                worst.compare(uvpipe, judge, path, where, (positions, uvs, faces))
    if "--table" in sys.argv:
        print(worst.table())
    print(f"{worst.compared} layouts of {len(meshes)} meshes compared; near islands of "
          f"{worst.tried} counted by trying all")
    print("\n".join(worst.failures()))
    return 1 if worst.failures() else 0


if __name__ == "__main__":
    sys.exit(main())
