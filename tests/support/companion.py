"""The new files that STL and OFF become, read anew for the tests.

triangles(data)  OBJ, PLY or GLB, told by its first bytes: a list of triangles (polygons as fans,
                 but for GLB): three corners ((x, y, z), (u, v)) each, V up
"""

import json
import struct


def float32(word):
    return struct.unpack("<f", struct.pack("<f", float(word)))[0]


def fan(corners):
    return [[corners[0], corners[k], corners[k + 1]] for k in range(1, len(corners) - 1)]


def obj(data):
    points, uvs, result = [], [], []
    for line in data.decode().split("\n"):
        words = line.split()
        if words and words[0] == "v":
            points.append(tuple(float32(word) for word in words[1:4]))
        elif words and words[0] == "vt":
            uvs.append(tuple(float32(word) for word in words[1:3]))
        elif words and words[0] == "f":
            pairs = [word.split("/") for word in words[1:]]
            result += fan([(points[int(v) - 1], uvs[int(t) - 1]) for v, t in pairs])
    return result


def ply(data):
    header, body = data.split(b"end_header\n", 1)
    words = [line.split() for line in header.split(b"\n")]
    vertices, faces = (int(line[2]) for line in words if line[:1] == [b"element"])
    kind = "<3d2f" if [b"property", b"double", b"x"] in words else "<5f"
    count = "<I" if b"property list uint int vertex_indices" in header else "<B"
    size = struct.calcsize(kind)
    rows = [struct.unpack_from(kind, body, size * k) for k in range(vertices)]
    at = size * vertices
    result = []
    for _ in range(faces):
        corners = struct.unpack_from(count, body, at)[0]
        at += struct.calcsize(count)
        numbers = struct.unpack_from("<%di" % corners, body, at)
        at += 4 * corners
        result += fan([(rows[v][:3], rows[v][3:]) for v in numbers])
    if at != len(body):
        raise ValueError("%d bytes behind the faces" % (len(body) - at))
    return result


def accessor(model, data, number):
    item = model["accessors"][number]
    view = model["bufferViews"][item["bufferView"]]
    code = {5126: "f", 5125: "I", 5123: "H"}[item["componentType"]]
    width = {"SCALAR": 1, "VEC2": 2, "VEC3": 3}[item["type"]]
    size = struct.calcsize("<" + code)
    if view["byteOffset"] % 4 or view["byteLength"] != item["count"] * width * size:
        raise ValueError("view %d" % item["bufferView"])
    values = struct.unpack_from("<%d%s" % (item["count"] * width, code), data,
                                view["byteOffset"])
    if item.get("normalized"):
        values = [value / 65535 for value in values]
    rows = [tuple(values[width * k:width * k + width]) for k in range(item["count"])]
    if "min" in item:
        for axis in range(width):
            column = [row[axis] for row in rows]
            if (float32(item["min"][axis]), float32(item["max"][axis])) != (min(column),
                                                                            max(column)):
                raise ValueError("min or max of accessor %d" % number)
    return rows


def glb(data):
    magic, version, length, json_bytes, json_kind = struct.unpack_from("<4s2II4s", data)
    if (magic, version, length, json_kind) != (b"glTF", 2, len(data), b"JSON"):
        raise ValueError("not a GLB")
    model = json.loads(data[20:20 + json_bytes])
    bin_bytes, bin_kind = struct.unpack_from("<I4s", data, 20 + json_bytes)
    body = data[28 + json_bytes:]
    if bin_kind != b"BIN\0" or bin_bytes != len(body) or bin_bytes % 4 or json_bytes % 4:
        raise ValueError("BIN")
    result = []
    for node in model["nodes"]:
        origin = node.get("translation", (0, 0, 0))
        for primitive in model["meshes"][node["mesh"]]["primitives"]:
            points = accessor(model, body, primitive["attributes"]["POSITION"])
            uvs = accessor(model, body, primitive["attributes"]["TEXCOORD_0"])
            numbers = [row[0] for row in accessor(model, body, primitive["indices"])]
            corners = [(tuple(a + b for a, b in zip(points[k], origin)),
                        (uvs[k][0], 1 - uvs[k][1])) for k in numbers]
            result += [corners[k:k + 3] for k in range(0, len(corners), 3)]
    return result


def triangles(data):
    if data[:4] == b"glTF":
        return glb(data)
    return ply(data) if data[:4] == b"ply\n" else obj(data)
