#!/usr/bin/env python3
"""Writes glTF files with every feature that is read, for tests.

Usage: make_gltf.py FOLDER    writes name.glb, name.gltf and name.bin into it
"""

import base64
import ctypes
import ctypes.util
import json
import math
import os
import struct
import sys

FORMATS = {5120: "b", 5121: "B", 5122: "h", 5123: "H", 5125: "I", 5126: "f"}
WIDTHS = {"SCALAR": 1, "VEC2": 2, "VEC3": 3, "VEC4": 4, "MAT4": 16}


def torus(around=8, across=6, scale=1.0, at=(0, 0, 0)):
    """Vertices and triangles, closed: it cannot be unwrapped without a seam."""
    points = []
    triangles = []
    for i in range(around):
        for k in range(across):
            a = 2 * math.pi * i / around
            b = 2 * math.pi * k / across
            r = 1 + 0.4 * math.cos(b)
            points.append((at[0] + scale * r * math.cos(a), at[1] + scale * r * math.sin(a),
                           at[2] + scale * 0.4 * math.sin(b)))
            j, m = (i + 1) % around, (k + 1) % across
            p, q, s, t = (i * across + k, j * across + k, j * across + m, i * across + m)
            triangles += [(p, q, s), (p, s, t)]
    return points, triangles


class File:
    """A glTF under construction: JSON as a dict, one buffer."""

    def __init__(self):
        self.data = bytearray()
        self.json = {"asset": {"version": "2.0"}, "scene": 0, "scenes": [{"nodes": [0]}],
                     "nodes": [{"mesh": 0}], "meshes": [], "accessors": [], "bufferViews": []}

    def view(self, data, stride=None, target=None):
        while len(self.data) % 4:
            self.data.append(0)
        view = {"buffer": 0, "byteOffset": len(self.data), "byteLength": len(data)}
        if stride:
            view["byteStride"] = stride
        if target:
            view["target"] = target
        self.data += data
        self.json["bufferViews"].append(view)
        return len(self.json["bufferViews"]) - 1

    def accessor(self, rows, component=5126, kind="VEC3", view=None, offset=0, bounds=False,
                 **more):
        count = len(rows)
        if view is None:
            view = self.view(pack(rows, component), target=more.pop("target", None),
                             stride=more.pop("stride", None))
        entry = {"bufferView": view, "componentType": component, "count": count, "type": kind}
        if offset:
            entry["byteOffset"] = offset
        if bounds:
            packed = [struct.unpack("<" + FORMATS[component] * len(row),
                                    pack([row], component, False)) for row in rows]
            entry["min"] = [min(column) for column in zip(*packed)]
            entry["max"] = [max(column) for column in zip(*packed)]
        entry.update(more)
        self.json["accessors"].append(entry)
        return len(self.json["accessors"]) - 1

    def indices(self, triangles, component=5123, flat=True, **more):
        rows = [(i,) for t in triangles for i in t] if flat else [(i,) for i in triangles]
        return self.accessor(rows, component, "SCALAR", target=34963, **more)

    def positions(self, points, **more):
        return self.accessor(points, bounds=True, target=34962, **more)

    def mesh(self, *primitives, **more):
        self.json["meshes"].append({"primitives": list(primitives), **more})

    def finished(self, **buffer):
        text = dict(self.json)
        if self.data or buffer:
            text["buffers"] = [{"byteLength": len(self.data), **buffer}]
        return {k: v for k, v in text.items() if v != []}

    def glb(self, extra_chunk=None, tail=b"", aligned=True, text=None):
        text = text or json.dumps(self.finished(), separators=(",", ":")).encode()
        data = bytes(self.data)
        if aligned:
            text += b" " * (-len(text) % 4)
            data += b"\0" * (-len(data) % 4)
        out = struct.pack("<I4s", len(text), b"JSON") + text
        if data:
            out += struct.pack("<I4s", len(data), b"BIN\0") + data
        if extra_chunk:
            out += struct.pack("<I4s", len(extra_chunk), b"ODD ") + extra_chunk
        return struct.pack("<4sII", b"glTF", 2, 12 + len(out)) + out + tail

    def embedded(self):
        uri = "data:application/octet-stream;base64," + base64.b64encode(self.data).decode()
        return json.dumps(self.finished(uri=uri), indent=2).encode()

    def beside(self, uri):
        return json.dumps(self.finished(uri=uri), indent="\t").encode()


def pack(rows, component, aligned=True):
    """Rows of numbers; each begins at a multiple of four bytes when there are several columns."""
    out = bytearray()
    for row in rows:
        out += struct.pack("<" + FORMATS[component] * len(row), *row)
        if aligned and len(row) > 1:
            out += b"\0" * (-len(out) % 4)
    return bytes(out)


def normals(points):
    return [tuple(c / math.sqrt(sum(x * x for x in p)) for c in p) for p in points]


def plain(**more):
    file = File()
    points, triangles = torus(**more)
    file.mesh({"attributes": {"POSITION": file.positions(points),
                              "NORMAL": file.accessor(normals(points), target=34962)},
               "indices": file.indices(triangles)})
    return file


def interleaved():
    file = File()
    points, triangles = torus()
    rows = b"".join(struct.pack("<6f4B", *p, *n, 1, 2, 3, 4)
                    for p, n in zip(points, normals(points)))
    view = file.view(rows, stride=28, target=34962)
    file.mesh({"attributes": {
        "POSITION": file.accessor(points, view=view, bounds=True),
        "NORMAL": file.accessor(points, view=view, offset=12),
        "COLOR_0": file.accessor(points, 5121, "VEC4", view=view, offset=24, normalized=True)},
        "indices": file.indices(triangles)})
    return file


def planar():
    """One view, one attribute behind the other; the image lies in a view of its own."""
    file = File()
    points, triangles = torus()
    data = pack(points, 5126) + pack(normals(points), 5126)
    view = file.view(data, stride=12, target=34962)
    file.mesh({"attributes": {
        "POSITION": file.accessor(points, view=view, bounds=True),
        "NORMAL": file.accessor(points, view=view, offset=12 * len(points))},
        "indices": file.indices(triangles)})
    file.json["images"] = [{"bufferView": file.view(b"\x89PNG not really"),
                            "mimeType": "image/png"}]
    return file


def shared():
    """Two primitives over the same vertices, and lines over them as well."""
    file = File()
    points, triangles = torus()
    attributes = {"POSITION": file.positions(points), "NORMAL": file.accessor(normals(points))}
    half = len(triangles) // 2
    lines = [i for t in triangles[:4] for i in t]
    file.mesh({"attributes": dict(attributes), "indices": file.indices(triangles[:half])},
              {"attributes": dict(attributes), "indices": file.indices(triangles[half:])},
              {"attributes": {"POSITION": 0}, "mode": 1,
               "indices": file.indices(lines, flat=False)})
    return file


def shared_meshes():
    """Two meshes that differ by their material only, and a third one over some of the rows."""
    file = File()
    points, triangles = torus()
    attributes = {"POSITION": file.positions(points)}
    indices = file.indices(triangles)
    file.json["materials"] = [{"name": "a"}, {"name": "b"}]
    file.mesh({"attributes": dict(attributes), "indices": indices, "material": 0})
    file.mesh({"attributes": dict(attributes), "indices": indices, "material": 1})
    file.mesh({"attributes": dict(attributes), "indices": file.indices(triangles[10:50])})
    file.json["nodes"] = [{"mesh": 0}, {"mesh": 1}, {"mesh": 2}, {"mesh": 0, "scale": [2, 2, 2]}]
    file.json["scenes"] = [{"nodes": [0, 1, 2, 3]}]
    return file


def unindexed():
    file = File()
    points, triangles = torus()
    soup = [points[i] for t in triangles for i in t]
    file.mesh({"attributes": {"POSITION": file.positions(soup)}})
    return file


def strip():
    file = File()
    points, _ = torus(8, 6)
    rows = [i for k in range(7) for i in [v for m in range(7) for v in
            (k * 6 + m % 6, (k + 1) * 6 + m % 6)] + [(k + 1) * 6, (k + 1) * 6, (k + 1) * 6]]
    file.mesh({"attributes": {"POSITION": file.positions(points)}, "mode": 5,
               "indices": file.indices(rows, 5121, flat=False)})
    return file


def fan():
    file = File()
    points = [(0, 0, 1)] + [(math.cos(a), math.sin(a), 0) for a in range(6)]
    file.mesh({"attributes": {"POSITION": file.positions(points)}, "mode": 6},
              {"attributes": {"POSITION": 0}, "mode": 0})
    return file


def small_indices():
    """240 vertices: the copies do not fit into one byte."""
    file = File()
    points, triangles = torus(24, 10)
    file.mesh({"attributes": {"POSITION": file.positions(points)},
               "indices": file.indices(triangles, 5121, bounds=True)})
    return file


def large():
    """Just below 65536 vertices: the copies do not fit into two bytes."""
    file = File()
    points, triangles = torus(640, 102)
    points.append((0, 0, 0))
    file.mesh({"attributes": {"POSITION": file.positions(points)},
               "indices": file.indices(triangles)})
    return file


def sparse():
    file = File()
    points, triangles = torus()
    position = file.positions(points)
    moved = {3: (2, 2, 2), 7: (3, 3, 3), 20: (2.5, 2, 1)}
    file.json["accessors"][position]["sparse"] = {
        "count": len(moved),
        "indices": {"bufferView": file.view(pack([(i,) for i in moved], 5123)),
                    "componentType": 5123},
        "values": {"bufferView": file.view(pack(moved.values(), 5126))}}
    everything = points + list(moved.values())
    file.json["accessors"][position]["max"] = [float(struct.unpack("f", struct.pack("f", max(
        c)))[0]) for c in zip(*everything)]
    del file.json["accessors"][position]["min"], file.json["accessors"][position]["max"]
    file.mesh({"attributes": {"POSITION": position}, "indices": file.indices(triangles)})
    return file


def morph():
    """Targets: dense, sparse over zeros, and zeros; skin and custom attribute beside them."""
    file = File()
    points, triangles = torus()
    zeros = {"componentType": 5126, "count": len(points), "type": "VEC3",
             "min": [0, 0, 0], "max": [0, 1, 0]}
    dense = file.positions([(0, 0, 0.1 * i) for i in range(len(points))])
    file.json["accessors"].append(dict(zeros, sparse={
        "count": 2, "indices": {"bufferView": file.view(pack([(1,), (9,)], 5121)),
                                "componentType": 5121},
        "values": {"bufferView": file.view(pack([(0, 1, 0), (0, 1, 0)], 5126))}}))
    file.json["accessors"].append(dict(zeros, max=[0, 0, 0]))
    count = len(points)
    primitive = {
        "attributes": {
            "POSITION": file.positions(points), "NORMAL": file.accessor(normals(points)),
            "TANGENT": file.accessor([(1, 0, 0, 1)] * count, kind="VEC4"),
            "JOINTS_0": file.accessor([(0, 0, 0, 0)] * count, 5121, "VEC4"),
            "WEIGHTS_0": file.accessor([(1, 0, 0, 0)] * count, kind="VEC4"),
            "_HEAT": file.accessor([(0.5 * i,) for i in range(count)], kind="SCALAR")},
        "targets": [{"POSITION": dense}, {"POSITION": 1}, {"POSITION": 2, "NORMAL": 2}],
        "indices": file.indices(triangles, 5125)}
    file.mesh(primitive, weights=[0.0, 0.0, 0.0])
    matrix = [1.0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1]
    file.json["nodes"] = [{"mesh": 0, "skin": 0}, {"name": "joint"}]
    file.json["scenes"] = [{"nodes": [0, 1]}]
    file.json["skins"] = [{"joints": [1], "inverseBindMatrices": file.accessor(
        [matrix], kind="MAT4")}]
    return file


def quantized():
    file = File()
    points, triangles = torus()
    whole = [tuple(int(32767 + 20000 * c) for c in p) for p in points]
    file.json["extensionsUsed"] = ["KHR_mesh_quantization"]
    file.json["extensionsRequired"] = ["KHR_mesh_quantization"]
    file.mesh({"attributes": {
        "POSITION": file.accessor(whole, 5123, stride=8, normalized=True, bounds=True,
                                  target=34962),
        "NORMAL": file.accessor([tuple(int(127 * c) for c in n) for n in normals(points)], 5120,
                                stride=4, normalized=True, target=34962)},
        "indices": file.indices(triangles)})
    return file


def with_uvs(name="TEXCOORD_0", tangent=False):
    file = plain()
    count = file.json["accessors"][0]["count"]
    attributes = file.json["meshes"][0]["primitives"][0]["attributes"]
    attributes[name] = file.accessor([(0.25, i / count) for i in range(count)], kind="VEC2",
                                     target=34962)
    if tangent:
        attributes["TANGENT"] = file.accessor([(1, 0, 0, 1)] * count, kind="VEC4")
        file.json["materials"] = [{"normalTexture": {"index": 0, "extensions": {
            "KHR_texture_transform": {"scale": [2, 2]}}}}]
        file.json["textures"] = [{}]
        file.json["extensionsUsed"] = ["KHR_texture_transform"]
        file.json["meshes"][0]["primitives"][0]["material"] = 0
    return file


def mixed():
    """One primitive has UVs, the other one has none."""
    file = with_uvs()
    points, triangles = torus(at=(5, 0, 0))
    file.json["meshes"][0]["primitives"].append(
        {"attributes": {"POSITION": file.positions(points)},
         "indices": file.indices(triangles)})
    return file


def draco(fallback):
    file = plain()
    file.json["extensionsUsed"] = ["KHR_draco_mesh_compression"]
    primitive = file.json["meshes"][0]["primitives"][0]
    primitive["extensions"] = {"KHR_draco_mesh_compression": {
        "bufferView": file.view(b"DRACO"), "attributes": {"POSITION": 0}}}
    if not fallback:
        file.json["extensionsRequired"] = ["KHR_draco_mesh_compression"]
        for accessor in file.json["accessors"]:
            del accessor["bufferView"]
    return file


def without_chunk(file):
    """A GLB whose buffer is a data URI: there is no binary chunk to grow."""
    text = file.embedded()
    file.data = b""
    return file.glb(text=text + b" " * (-len(text) % 4))


def odd_text():
    """Text that other programs would write differently."""
    file = plain()
    text = json.dumps(file.finished(), separators=(",", ":"))
    more = (' "extras" : {"a":0.1,"big":12345678901234567890123,"e":1e400,"a":1.0, "s":"\\ud800",'
            '"\\u0061":[ ],"t":{ } , "raw":"\u00e9"},\t"extensionsUsed":["X_odd"],')
    text = text.replace('{"asset"', "{" + more + '"asset"', 1)
    text = text.replace('"count":48,', '"count":48.0,', 1).replace('"count":48,', '"count":480e-1,')
    text = text.replace('"POSITION"', '"\\u0050OSITION"', 1)
    return file, text.encode()


def encoder():
    """libmeshoptimizer, when it is there."""
    name = ctypes.util.find_library("meshoptimizer")
    return ctypes.CDLL(name) if name else None


def encode_vertices(library, rows, size):
    count = len(rows) // size
    library.meshopt_encodeVertexBufferBound.restype = ctypes.c_size_t
    library.meshopt_encodeVertexBuffer.restype = ctypes.c_size_t
    room = library.meshopt_encodeVertexBufferBound(ctypes.c_size_t(count), ctypes.c_size_t(size))
    out = ctypes.create_string_buffer(room)
    used = library.meshopt_encodeVertexBuffer(out, ctypes.c_size_t(room), rows,
                                              ctypes.c_size_t(count), ctypes.c_size_t(size))
    return out.raw[:used]


def encode_indices(library, indices, vertices, kind):
    bound = getattr(library, f"meshopt_encodeIndex{kind}Bound")
    encode = getattr(library, f"meshopt_encodeIndex{kind}")
    bound.restype = encode.restype = ctypes.c_size_t
    room = bound(ctypes.c_size_t(len(indices)), ctypes.c_size_t(vertices))
    out = ctypes.create_string_buffer(room)
    array = (ctypes.c_uint * len(indices))(*indices)
    used = encode(out, ctypes.c_size_t(room), array, ctypes.c_size_t(len(indices)))
    return out.raw[:used]


def packed(library, extension="EXT_meshopt_compression", kind="Buffer", image=False):
    """Everything packed; the buffer that readers without the extension would use has no data."""
    file = File()
    points, triangles = torus()
    flat = [i for t in triangles for i in t]
    library.meshopt_encodeIndexVersion(1)
    rows = pack(points, 5126)
    parts = [
        (rows, 12, len(points), encode_vertices(library, rows, 12), "ATTRIBUTES", 34962),
        (pack([(i,) for i in flat], 5123), 2, len(flat),
         encode_indices(library, flat, len(points), kind),
         "TRIANGLES" if kind == "Buffer" else "INDICES", 34963),
    ]
    offset = 0
    for raw, size, count, coded, mode, target in parts:
        while len(file.data) % 4:
            file.data.append(0)
        view = {"buffer": 1, "byteOffset": offset, "byteLength": len(raw), "target": target,
                "extensions": {extension: {
                    "buffer": 0, "byteOffset": len(file.data), "byteLength": len(coded),
                    "byteStride": size, "count": count, "mode": mode}}}
        if mode == "ATTRIBUTES":
            view["byteStride"] = size
        file.json["bufferViews"].append(view)
        file.data += coded
        offset += (len(raw) + 3) // 4 * 4
    file.mesh({"attributes": {"POSITION": file.accessor(points, view=0, bounds=True)},
               "indices": file.accessor([(i,) for i in flat], 5123, "SCALAR", view=1)})
    if image:
        file.json["bufferViews"].append(dict(file.json["bufferViews"][0], byteOffset=offset))
        file.json["images"] = [{"bufferView": 2, "mimeType": "image/png"}]
    file.json["extensionsUsed"] = [extension]
    file.json["extensionsRequired"] = [extension]
    text = file.finished()
    text["buffers"].append({"byteLength": offset + (offset if image else 0),
                            "extensions": {extension: {"fallback": True}}})
    return file.glb(text=json.dumps(text, separators=(",", ":")).encode())


def samples(with_large=True):
    """name: bytes."""
    out = {
        "plain.glb": plain().glb(),
        "plain.vrm": plain().glb(),
        "interleaved.glb": interleaved().glb(),
        "planar.glb": planar().glb(),
        "shared.glb": shared().glb(),
        "shared-meshes.glb": shared_meshes().glb(),
        "unindexed.glb": unindexed().glb(),
        "strip.glb": strip().glb(),
        "fan.glb": fan().glb(),
        "small-indices.glb": small_indices().glb(),
        "sparse.glb": sparse().glb(),
        "morph.glb": morph().glb(),
        "quantized.glb": quantized().glb(),
        "uvs.glb": with_uvs().glb(),
        "uvs-tangent.glb": with_uvs(tangent=True).glb(),
        "uvs-gap.glb": with_uvs("TEXCOORD_1").glb(),
        "mixed.glb": mixed().glb(),
        "draco-fallback.glb": draco(True).glb(),
        "draco-only.glb": draco(False).glb(),
        "odd-chunk.glb": plain().glb(extra_chunk=b"0123456789ab", tail=b"behind it"),
        "unaligned.glb": plain().glb(aligned=False),
        "embedded.gltf": plain().embedded(),
        "embedded.glb": without_chunk(plain()),
        "beside.bin": bytes(plain().data),
        "beside.gltf": plain().beside("./be%73ide.bin"),
    }
    file, text = odd_text()
    out["odd-text.glb"] = file.glb(text=text)
    if with_large:
        out["large.glb"] = large().glb()
    library = encoder()
    if library:
        out["packed.glb"] = packed(library)
        out["packed-khr.glb"] = packed(library, "KHR_meshopt_compression", "Sequence")
        out["packed-image.glb"] = packed(library, image=True)
    return out


def main():
    folder = sys.argv[1]
    os.makedirs(folder, exist_ok=True)
    for name, data in samples("--small" not in sys.argv).items():
        with open(os.path.join(folder, name), "wb") as file:
            file.write(data)
    return 0


if __name__ == "__main__":
    sys.exit(main())
