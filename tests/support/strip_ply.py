"""PLY, read anew for the tests: nothing is shared with the program.

strip(data, vertices=None)  the file without UVs that were added to it: the last two properties
                            of the vertices when they are a pair of UVs, and copies of vertices;
                            else the list texcoord when it is the faces' last. `vertices` is how
                            many there were; None: those behind which there are only copies
triangles(data)             a list of triangles (polygons as fans): three corners
                            ((x, y, z), (u, v) or None) each
"""

import re
import struct

TYPES = {name: code for code, names in
         {"b": "char int8", "B": "uchar uint8", "h": "short int16", "H": "ushort uint16",
          "i": "int int32", "I": "uint uint32", "f": "float float32",
          "d": "double float64"}.items() for name in names.split()}
PAIRS = [("s", "t"), ("u", "v"), ("texture_u", "texture_v")]


class Property:
    def __init__(self, words, line):
        self.is_list = words[1] == "list"
        self.types = [TYPES[word] for word in words[2 if self.is_list else 1:-1]]
        self.name = words[-1]
        self.line = line  # first and last byte of it in the header


class Element:
    def __init__(self, name, count, place):
        self.name, self.count, self.place = name, count, place
        self.properties = []
        self.rows = []  # of each: fields (begin, end, words), begin, end of the row

    def number(self, *names):
        found = [k for k, p in enumerate(self.properties) if p.name in names]
        return found[0] if found else None


class Ply:
    def __init__(self, data):
        self.data = data
        self.elements = []
        at = self.read_header()
        if self.order:
            self.read_binary(at)
        elif not self.read_text(at, rb"[^\S\r\n]*([^\s]+)"):
            assert self.read_text(at, rb"\s*([^\s]+)"), "too few values"

    def read_header(self):
        at = 0
        saw_lf = False
        while True:
            match = re.compile(rb"([^\r\n]*)(\r\n|\n|\r)").match(self.data, at)
            words = match.group(1).decode("latin-1").split()
            end = match.end()
            if words[:1] == ["end_header"]:
                return end - 1 if match.group(2) == b"\r\n" and not saw_lf else end
            saw_lf = saw_lf or b"\n" in match.group(2)
            if words[:1] == ["format"]:
                self.order = {"ascii": None, "binary_little_endian": "<",
                              "binary_big_endian": ">"}[words[1]]
            elif words[:1] == ["element"]:
                place = at + match.group(1).rindex(words[2].encode())
                self.elements.append(Element(words[1], int(words[2]),
                                             (place, place + len(words[2]))))
            elif words[:1] == ["property"]:
                self.elements[-1].properties.append(Property(words, (at, end)))
            at = end

    def read_binary(self, at):
        for element in self.elements:
            for _ in range(element.count if element.properties else 0):
                begin, fields = at, []
                for prop in element.properties:
                    words, first = [], at
                    count = 1
                    if prop.is_list:
                        count, = struct.unpack_from(self.order + prop.types[0], self.data, at)
                        at += struct.calcsize(prop.types[0])
                    size = struct.calcsize(prop.types[-1])
                    words = [(at + size * k, at + size * (k + 1)) for k in range(count)]
                    at += size * count
                    fields.append((first, at, words, prop.types[-1]))
                element.rows.append((fields, begin, at))

    def read_text(self, at, pattern):
        word = re.compile(pattern)
        for element in self.elements:
            element.rows = []
            for _ in range(element.count if element.properties else 0):
                at = re.compile(rb"\s*").match(self.data, at).end()
                begin, fields = at, []
                for prop in element.properties:
                    words = []
                    match = word.match(self.data, at)
                    count = int(match.group(1)) if match and prop.is_list else 0
                    first = match
                    for k in range(count + 1):
                        if match is None:
                            return False
                        at = match.end()
                        words.append(match.span(1))
                        if k < count:
                            match = word.match(self.data, at)
                    fields.append((first.start(1), at, words[1:] if prop.is_list else words, "d"))
                if b"\\r" in pattern:
                    at = re.compile(rb"[^\r\n]*").match(self.data, at).end()
                element.rows.append((fields, begin, at))
        return True

    def value(self, field, k=0):
        begin, end = field[2][k]
        if self.order is None:
            return float(self.data[begin:end])
        return struct.unpack(self.order + field[3], self.data[begin:end])[0]

    def element(self, name):
        return [element for element in self.elements if element.name == name][0]


def float32(value):
    try:
        return struct.unpack("<f", struct.pack("<f", value))[0]
    except OverflowError:
        return float("inf") if value > 0 else float("-inf")


def pair_of(vertex):
    for names in PAIRS:
        places = [vertex.number(name) for name in names]
        if None not in places and all(vertex.properties[k].types[0] in "fd" for k in places):
            return places
    return None


def triangles(data):
    ply = Ply(data)
    vertex, face = ply.element("vertex"), ply.element("face")
    axes = [vertex.number(name) for name in "xyz"]
    pair = pair_of(vertex)
    indices, wedge = face.number("vertex_indices", "vertex_index"), face.number("texcoord")
    result = []
    for fields, _, _ in face.rows:
        corners = []
        count = len(fields[indices][2])
        for k in range(count):
            row = vertex.rows[int(ply.value(fields[indices], k))][0]
            point = tuple(0.0 if a is None else float32(ply.value(row[a])) for a in axes)
            uv = None
            if wedge is not None and len(fields[wedge][2]) == 2 * count:
                uv = tuple(float32(ply.value(fields[wedge], 2 * k + n)) for n in range(2))
            elif pair:
                uv = tuple(float32(ply.value(row[a])) for a in pair)
            corners.append((point, uv))
        result += [[corners[0], corners[n], corners[n + 1]] for n in range(1, count - 1)]
    return result


def contents(ply, row, known):
    """What a row holds besides UVs that were added."""
    return ply.data[row[1]:row[0][known - 1][1]] + b"|" + ply.data[row[0][-1][1]:row[2]]


def find_sources(ply, vertex, known, vertices):
    """How many vertices there were, and of which of them each of the others is a copy."""
    rows = [contents(ply, row, known) for row in vertex.rows]
    if vertices is None:
        first = {}
        for k, row in enumerate(rows):
            first.setdefault(row, k)
        vertices = len(rows)
        while vertices > 0 and first[rows[vertices - 1]] < vertices - 1:
            vertices -= 1
    places = {}
    for k, row in enumerate(rows[:vertices]):
        places.setdefault(row, []).append(k)
    sources, last = {}, 0
    for k, row in enumerate(rows[vertices:], vertices):
        last = [place for place in places[row] if place >= last][0]
        sources[k] = last
    return vertices, sources


def strip(data, vertices=None):
    ply = Ply(data)
    vertex, face = ply.element("vertex"), ply.element("face")
    edits = []  # begin, end, instead
    names = tuple(p.name for p in vertex.properties[-2:])
    known = len(vertex.properties)
    if names in PAIRS and all(p.types == ["f"] for p in vertex.properties[-2:]):
        known -= 2
        edits += [(*p.line, b"") for p in vertex.properties[known:]]
        edits += [(row[0][known - 1][1], row[0][-1][1], b"") for row in vertex.rows]
        count, sources = find_sources(ply, vertex, known, vertices)
        if sources:
            edits = [e for e in edits if e[0] <= vertex.rows[count - 1][2]][:2 + count]
            edits.append((*vertex.place, str(count).encode()))
            edits.append((vertex.rows[count - 1][2], vertex.rows[-1][2], b""))
        where = face.number("vertex_indices", "vertex_index")
        for fields, _, _ in face.rows:
            for k, (begin, end) in enumerate(fields[where][2]):
                source = sources.get(int(ply.value(fields[where], k)))
                if source is not None:
                    edits.append((begin, end, str(source).encode() if ply.order is None else
                                  struct.pack(ply.order + fields[where][3], source)))
    elif face.properties[-1].name == "texcoord":
        edits.append((*face.properties[-1].line, b""))
        edits += [(row[0][-2][1], row[0][-1][1], b"") for row in face.rows]
    out, at = [], 0
    for begin, end, instead in sorted(edits):
        out += [data[at:begin], instead]
        at = end
    return b"".join(out) + data[at:]
