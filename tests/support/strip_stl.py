"""STL, read anew for the tests: nothing is shared with the program.

strip(data)      what the file was before UVs came: STL never gets any, so it is the file
triangles(data)  a list of triangles: three corners ((x, y, z), None) each
"""

import struct


def strip(data):
    return data


def binary(data):
    count = struct.unpack_from("<I", data, 80)[0]
    result = []
    for number in range(count):
        values = struct.unpack_from("<12f", data, 84 + 50 * number)
        result.append([(values[3 + 3 * k:6 + 3 * k], None) for k in range(3)])
    return result


def ascii_text(data):
    corners = []
    for line in data.replace(b"\r", b"\n").split(b"\n"):
        words = line.split()
        if words and words[0].lower() == b"vertex":
            corners.append((tuple(float32(word) for word in words[1:4]), None))
    return [corners[k:k + 3] for k in range(0, len(corners), 3)]


def float32(word):
    return struct.unpack("<f", struct.pack("<f", float(word)))[0]


def triangles(data):
    if len(data) >= 84 and 84 + 50 * struct.unpack_from("<I", data, 80)[0] == len(data):
        return binary(data)
    return ascii_text(data)
