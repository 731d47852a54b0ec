#!/usr/bin/env python3
"""A second, slow reader of glTF: triangles with their UVs, and what a file is but its UVs.

`rest(data)` tells everything a file says, with UVs, padding and where things lie taken out: it is
the same before and after. Bytes cannot be, for new ones lie between the old ones.
"""

import base64
import json
import struct
import urllib.parse

SIZES = {5120: ("b", 1), 5121: ("B", 1), 5122: ("h", 2), 5123: ("H", 2), 5125: ("I", 4),
         5126: ("f", 4)}
WIDTHS = {"SCALAR": 1, "VEC2": 2, "VEC3": 3, "VEC4": 4, "MAT2": 4, "MAT3": 9, "MAT4": 16}
MOST = {5120: 127, 5121: 255, 5122: 32767, 5123: 65535}


def chunks(data):
    """JSON text, binary chunk, all other chunks, bytes behind the end."""
    if data[:4] != b"glTF":
        return data, None, [], b""
    end = struct.unpack_from("<I", data, 8)[0]
    at = 12
    text, binary, others = None, None, []
    while end - at >= 8:
        size, kind = struct.unpack_from("<I4s", data, at)
        body = data[at + 8:at + 8 + size]
        if kind == b"JSON":
            text = body
        elif kind == b"BIN\0" and binary is None:
            binary = body
        else:
            others.append((kind, body))
        at += 8 + size
    return text, binary, others, data[end:]


class File:
    def __init__(self, data, siblings=None, unpack=None):
        text, self.binary, self.others, self.tail = chunks(data)
        self.text = text
        self.json = json.loads(text.decode("utf-8", "surrogateescape"))
        self.siblings = siblings or {}
        self.unpack = unpack

    def buffer(self, number):
        uri = self.json["buffers"][number].get("uri")
        if uri is None:
            return self.binary if number == 0 else None
        if uri.startswith("data:"):
            return base64.b64decode(uri.split(",", 1)[1])
        name = urllib.parse.unquote(uri)
        return self.siblings[name[2:] if name.startswith("./") else name]

    def view(self, number):
        view = self.json["bufferViews"][number]
        for name in ("EXT_meshopt_compression", "KHR_meshopt_compression"):
            packed = view.get("extensions", {}).get(name)
            if packed:
                coded = self.buffer(packed["buffer"])[packed.get("byteOffset", 0):]
                return self.unpack(coded[:packed["byteLength"]], packed)
        start = view.get("byteOffset", 0)
        return self.buffer(view["buffer"])[start:start + view["byteLength"]]

    def read(self, view, offset, component, width, count, stride):
        letter, size = SIZES[component]
        data = self.view(view)
        return [struct.unpack_from("<" + letter * width, data,
                                   offset + i * (stride or size * width)) for i in range(count)]

    def rows(self, number):
        accessor = self.json["accessors"][number]
        width = WIDTHS[accessor["type"]]
        count = int(accessor["count"])
        component = accessor["componentType"]
        out = [(0,) * width] * count
        if "bufferView" in accessor:
            stride = self.json["bufferViews"][accessor["bufferView"]].get("byteStride")
            out = self.read(accessor["bufferView"], accessor.get("byteOffset", 0), component,
                            width, count, stride)
        sparse = accessor.get("sparse")
        if sparse:
            where = self.read(sparse["indices"]["bufferView"],
                              sparse["indices"].get("byteOffset", 0),
                              sparse["indices"]["componentType"], 1, sparse["count"], None)
            values = self.read(sparse["values"]["bufferView"],
                               sparse["values"].get("byteOffset", 0), component, width,
                               sparse["count"], None)
            out = list(out)
            for (i,), value in zip(where, values):
                out[i] = value
        if accessor.get("normalized"):
            out = [tuple(max(c / MOST[component], -1) for c in row) for row in out]
        return out

    def corners(self, primitive):
        """Row numbers of its triangles."""
        count = int(self.json["accessors"][primitive["attributes"]["POSITION"]]["count"])
        rows = (list(range(count)) if "indices" not in primitive
                else [i for (i,) in self.rows(primitive["indices"])])
        mode = primitive.get("mode", 4)
        if mode == 4:
            return rows[:len(rows) // 3 * 3]
        if mode == 5:
            return [v for i in range(len(rows) - 2) for v in
                    ((rows[i], rows[i + 1], rows[i + 2]) if i % 2 == 0 else
                     (rows[i], rows[i + 2], rows[i + 1]))]
        if mode == 6:
            return [v for i in range(len(rows) - 2) for v in (rows[i + 1], rows[i + 2], rows[0])]
        return rows

    def primitives(self):
        return [p for mesh in self.json.get("meshes", []) for p in mesh["primitives"]]


def triangles(data, texcoord=0, siblings=None, unpack=None):
    """((x, y, z), (u, v)) of each corner of each primitive of triangles; v up, as in the mesh."""
    file = File(data, siblings, unpack)
    out = []
    for primitive in file.primitives():
        if primitive.get("mode", 4) < 4:
            continue
        points = file.rows(primitive["attributes"]["POSITION"])
        name = f"TEXCOORD_{texcoord}"
        uvs = (file.rows(primitive["attributes"][name]) if name in primitive["attributes"]
               else None)
        out.append([(points[i], (uvs[i][0], 1 - uvs[i][1]) if uvs else None)
                    for i in file.corners(primitive)])
    return out


def attribute_values(file, primitive, name_filter):
    """What each corner is made of: all attributes and targets but UVs, by corner."""
    corners = file.corners(primitive)
    out = {}
    for name, number in primitive["attributes"].items():
        if name_filter(name):
            rows = file.rows(number)
            out[name] = [rows[i] for i in corners]
    for k, target in enumerate(primitive.get("targets", [])):
        for name, number in target.items():
            rows = file.rows(number)
            out[f"{k}/{name}"] = [rows[i] for i in corners]
    return out


def leading_rows(file, primitive, count):
    """The first `count` rows of each attribute: vertex i must stay vertex i."""
    out = {name: file.rows(number)[:count] for name, number in primitive["attributes"].items()
           if not name.startswith("TEXCOORD_")}
    for k, target in enumerate(primitive.get("targets", [])):
        out.update({f"{k}/{name}": file.rows(number)[:count] for name, number in target.items()})
    return out


def kept(value, before):
    """Whether all that `before` said is still said: numbers of new things may have come."""
    if isinstance(before, dict):
        return isinstance(value, dict) and all(k in value and kept(value[k], before[k])
                                               for k in before)
    if isinstance(before, list):
        return (isinstance(value, list) and len(value) >= len(before)
                and all(kept(a, b) for a, b in zip(value, before)))
    return value == before


def changed_views(old, new):
    """Views whose bytes are others. Rows may have come behind them; indices may be others."""
    found = []
    indices = {old.json["accessors"][p["indices"]].get("bufferView") for p in old.primitives()
               if "indices" in p}
    for number in range(len(old.json.get("bufferViews", []))):
        if number in indices:
            continue
        try:
            before = old.view(number)
        except (KeyError, TypeError):
            continue
        if new.view(number)[:len(before)] != before:
            found.append(f"bytes of bufferView {number} changed")
    return found


def complaints(before, after, siblings=None, more=None, unpack=None, replaced=False):
    """What `after` lost of `before`, as texts. `more`: siblings that came with it."""
    old = File(before, siblings, unpack)
    new = File(after, {**(siblings or {}), **(more or {})}, unpack)
    found = []
    if old.others != new.others or old.tail != new.tail:
        found.append("chunks or bytes behind the end differ")
    found += changed_views(old, new)
    patched = ("accessors", "bufferViews", "buffers", "meshes", "extensionsUsed",
               "extensionsRequired")
    if {k: v for k, v in old.json.items() if k not in patched} != \
            {k: v for k, v in new.json.items() if k not in patched}:
        found.append("something of the file changed that is no mesh")
    if list(old.json) != [k for k in new.json if k in old.json] and \
            not set(old.json) - set(new.json) <= {"extensionsUsed", "extensionsRequired"}:
        found.append("keys are in another order")
    for name in ("accessors", "bufferViews", "buffers"):
        if len(new.json.get(name, [])) < len(old.json.get(name, [])):
            found.append(f"{name} got fewer")
    for number, (a, b) in enumerate(zip(old.json["accessors"], new.json["accessors"])):
        same = {k: v for k, v in a.items() if k in ("name", "extras", "type", "normalized")}
        if not kept(b, same):
            found.append(f"accessor {number} is another one")
    for number, (a, b) in enumerate(zip(old.primitives(), new.primitives())):
        if not kept(b, {k: v for k, v in a.items() if k in ("material", "extras")}):
            found.append(f"primitive {number} lost something")
        if set(a["attributes"]) - set(b["attributes"]):
            found.append(f"primitive {number} lost attributes")
        if a.get("mode", 4) < 4:
            if a != b and old.corners(a) != new.corners(b):
                found.append(f"primitive {number} is not of triangles, and changed")
            continue
        count = int(old.json["accessors"][a["attributes"]["POSITION"]]["count"])
        if leading_rows(old, a, count) != leading_rows(new, b, count):
            found.append(f"primitive {number}: a vertex is not where it was")
        names = set(a["attributes"])
        if replaced:
            names -= {n for n in names if n.startswith("TEXCOORD_")}
        if attribute_values(old, a, names.__contains__) != \
                attribute_values(new, b, names.__contains__):
            found.append(f"primitive {number}: corners have other attributes")
        counts = {int(new.json["accessors"][n]["count"]) for n in b["attributes"].values()}
        counts |= {int(new.json["accessors"][n]["count"]) for t in b.get("targets", [])
                   for n in t.values()}
        if len(counts) != 1:
            found.append(f"primitive {number}: attributes of unequal count")
    return found
