"""OBJ, read anew for the tests: nothing is shared with the program.

strip(data, uvs=0)  the file without UVs that were added to it: the vt lines right before the
                    first face, all but `uvs` of the file's, and the UVs of the faces' corners.
                    What has none comes back with its corners spelled in one way: a/ is a
triangles(data)     a list of triangles (polygons as fans): three corners
                    ((x, y, z), (u, v) or None) each
"""

import re
import struct

# A statement, over several lines when they end with a backslash; comments cannot be continued.
STATEMENT = re.compile(rb"(?:[^\r\n\\#]|\\(?:\r\n|\r|\n)|\\)*(?:#[^\r\n]*)?(?:\r\n|\r|\n|$)")
GAP = rb"[^\S\r\n]|\0|\\(?:\r\n|\r|\n)"
CORNER = re.compile(rb"([+-]?\d+)/([+-]?\d*)(?:/([+-]?\d*))?")
BOM = b"\xef\xbb\xbf"


def statements(data):
    return [m.group(0) for m in STATEMENT.finditer(data) if m.group(0)]


def words(statement):
    """The words of a statement without its comment."""
    return re.sub(GAP, b" ", re.split(rb"#", statement)[0]).replace(BOM, b"").split()


def is_face(statement):
    return words(statement)[:1] in ([b"f"], [b"fo"])


def bare_corner(match):
    vertex, normal = match.group(1), match.group(3)
    return vertex + (b"//" + normal if normal else b"")


def bare_face(statement):
    body, mark, comment = statement.partition(b"#")
    return CORNER.sub(bare_corner, body) + mark + comment


def strip(data, uvs=0):
    lines = statements(data)
    faces = [k for k, line in enumerate(lines) if is_face(line)]
    total = sum(words(line)[:1] == [b"vt"] for line in lines)
    first = faces[0] if faces else 0
    added = total - uvs
    block = lines[first - added:first]
    lead = b""
    if block and block[0].startswith(BOM):
        lead = BOM
    if not all(words(line)[:1] == [b"vt"] for line in block):
        return b"the new vt lines do not stand before the first face"
    lines = [bare_face(line) if is_face(line) else line for line in lines]
    return lead + b"".join(lines[:first - added] + lines[first:])


def float32(word):
    try:
        return struct.unpack("<f", struct.pack("<f", float(word)))[0]
    except OverflowError:
        return float("-inf") if word.startswith(b"-") else float("inf")
    except ValueError:
        return float("nan")  # one of the many spellings of it


def triangles(data):
    points, uvs, faces = [], [], []
    for statement in statements(data):
        parts = words(statement)
        if parts[:1] == [b"v"]:
            points.append(tuple(float32(word) for word in (parts[1:4] + [b"0"])[:3]))
        elif parts[:1] == [b"vt"]:
            uvs.append(tuple(float32(word) for word in parts[1:3]))
        elif is_face(statement):
            faces.append((parts[1:], len(points), len(uvs)))
    result = []
    for corners, vertices, textures in faces:
        made = []
        for corner in corners:
            v, t = (corner.split(b"/") + [b""])[:2]
            place = points[int(v) - 1 if int(v) > 0 else vertices + int(v)]
            uv = uvs[int(t) - 1 if int(t) > 0 else textures + int(t)] if t and uvs else None
            made.append((place, uv))
        result += [[made[0], made[k], made[k + 1]] for k in range(1, len(made) - 1)]
    return result
