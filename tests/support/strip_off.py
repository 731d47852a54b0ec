"""OFF, read anew for the tests: nothing is shared with the program. Lines of one vertex or face.

strip(data, vertices=None)  STOFF without its UVs: columns, copies of vertices, the keyword's ST.
                            `vertices` is how many there were; None: those behind which there
                            are only copies of others
triangles(data)             a list of triangles (polygons as fans): three corners
                            ((x, y, z), (u, v) or None) each
"""

import re
import struct


def float32(word):
    return struct.unpack("<f", struct.pack("<f", float(word)))[0]


class Off:
    """The lines with what they are; `lines` keep their ends."""

    def __init__(self, data):
        self.lines = re.findall(rb"[^\r\n]*(?:\r\n|\n|\r)|[^\r\n]+$", data)
        self.kinds = [self.content(line) for line in self.lines]
        used = [k for k, words in enumerate(self.kinds) if words]
        head = self.kinds[used[0]]
        match = re.match(rb"(ST)?(C)?(N)?OFF(\d*)$", head[0])
        self.has_uvs = bool(match.group(1))
        self.keyword = used[0]
        counts = ([match.group(4)] if match.group(4) else []) + head[1:]
        self.counts = used[0]
        body = 1
        if not counts:
            self.counts = used[1]
            counts = self.kinds[used[1]]
            body = 2
        self.vertex_count, self.face_count = int(counts[0]), int(counts[1])
        self.vertices = used[body:body + self.vertex_count]
        self.faces = used[body + self.vertex_count:][:self.face_count]

    @staticmethod
    def content(line):
        return line.split(b"#")[0].split()


def positions(off):
    return [tuple(float32(word) for word in off.kinds[k][:3]) for k in off.vertices]


def triangles(data):
    off = Off(data)
    points = positions(off)
    uvs = [tuple(float32(word) for word in off.kinds[k][-2:]) if off.has_uvs else None
           for k in off.vertices]
    result = []
    for k in off.faces:
        words = [int(word) for word in off.kinds[k][:1 + int(off.kinds[k][0])]][1:]
        corners = [(points[v], uvs[v]) for v in words]
        result += [[corners[0], corners[n], corners[n + 1]] for n in range(1, len(corners) - 1)]
    return result


def first_copy(leads):
    """Behind it there are only lines that were there before."""
    seen = {}
    for k, lead in enumerate(leads):
        seen.setdefault(tuple(lead), k)
    end = len(leads)
    while end > 0 and seen[tuple(leads[end - 1])] < end - 1:
        end -= 1
    return end, seen


def strip(data, vertices=None):
    off = Off(data)
    if not off.has_uvs:
        return data
    leads = [off.kinds[k][:-2] for k in off.vertices]
    end, seen = first_copy(leads)
    end = end if vertices is None else vertices
    lines = list(off.lines)
    for k in off.vertices[:end]:
        lines[k] = re.sub(rb"[ \t]+[^ \t\r\n#]+ [^ \t\r\n#]+([ \t]*(?:#.*)?[\r\n]*)$", rb"\1",
                          lines[k])
    for k in off.vertices[end:]:
        lines[k] = b""
    for k in off.faces:
        lines[k] = face_without_copies(lines[k], leads, seen, end)
    lines[off.keyword] = lines[off.keyword].replace(b"STOFF", b"OFF").replace(b"STC", b"C")
    lines[off.keyword] = lines[off.keyword].replace(b"STN", b"N")
    lines[off.counts] = lines[off.counts].replace(b"%d" % off.vertex_count, b"%d" % end, 1)
    return b"".join(lines)


def face_without_copies(line, leads, seen, end):
    parts = re.split(rb"([ \t]+)", line.split(b"#")[0])
    rest = line[len(line.split(b"#")[0]):]
    numbers = [k for k, part in enumerate(parts) if part.strip() and not part.isspace()]
    for k in numbers[1:1 + int(parts[numbers[0]])]:
        number = int(parts[k])
        if number >= end:
            parts[k] = parts[k].replace(b"%d" % number, b"%d" % seen[tuple(leads[number])])
    return b"".join(parts) + rest
