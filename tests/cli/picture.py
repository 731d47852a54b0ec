#!/usr/bin/env python3
"""Looks at pictures as a stranger would. picture.py FILE...: prints a line for each.

PNG: every chunk's checksum, the filters of every row, and the size; SVG: an XML parser. With
`--pixel X Y FILE` prints a pixel of a PNG as base16.
"""
import struct
import sys
import xml.etree.ElementTree
import zlib


def chunks(data):
    """The chunks of a PNG by name, in order; ends the program when one is damaged."""
    if data[:8] != b"\x89PNG\r\n\x1a\n":
        sys.exit("no PNG")
    at, found = 8, []
    while at < len(data):
        size, name = struct.unpack(">I4s", data[at:at + 8])
        body = data[at + 8:at + 8 + size]
        if struct.unpack(">I", data[at + 8 + size:at + 12 + size])[0] != zlib.crc32(name + body):
            sys.exit(f"checksum of {name}")
        found.append((name, body))
        at += 12 + size
    return found


def undo(kind, row, above, step):
    """A row without its filter."""
    for i, value in enumerate(row):
        left = row[i - step] if i >= step else 0
        up = above[i]
        corner = above[i - step] if i >= step else 0
        guess = left + up - corner
        paeth = min((abs(guess - left), 0, left), (abs(guess - up), 1, up),
                    (abs(guess - corner), 2, corner))[2]
        row[i] = (value + (0, left, up, (left + up) // 2, paeth)[kind]) & 255
    return row


def read_png(data):
    """Width, height, bytes a pixel, rows."""
    found = chunks(data)
    width, height, depth, colour, _, _, lace = struct.unpack(">IIBBBBB", found[0][1])
    if (depth, lace) != (8, 0) or colour not in (2, 6) or found[-1][0] != b"IEND":
        sys.exit("not a picture as we write them")
    step = 3 if colour == 2 else 4
    plain = zlib.decompress(b"".join(body for name, body in found if name == b"IDAT"))
    if len(plain) != height * (1 + width * step):
        sys.exit("not all of its pixels")
    rows, above = [], bytearray(width * step)
    for y in range(height):
        first = y * (1 + width * step)
        above = undo(plain[first], bytearray(plain[first + 1:first + 1 + width * step]), above,
                     step)
        rows.append(above)
    return width, height, step, rows


def look(path):
    """What the file is, in words."""
    with open(path, "rb") as file:
        data = file.read()
    if data[:4] == b"<svg":
        root = xml.etree.ElementTree.fromstring(data.decode("ascii"))
        paths = sum(1 for element in root.iter() if element.tag.endswith("}path"))
        return f"svg {root.get('width')} x {root.get('height')}, {paths} paths"
    width, height, step, rows = read_png(data)
    colours = {bytes(row[x:x + step]) for row in rows for x in range(0, len(row), step)}
    drawn = "drawn" if len(colours) > 20 else "empty"
    return f"png {width} x {height}, {'RGB' if step == 3 else 'RGBA'}, {drawn}"


def main():
    """See above."""
    if sys.argv[1] == "--pixel":
        with open(sys.argv[4], "rb") as file:
            _, _, step, rows = read_png(file.read())
        x, y = int(sys.argv[2]), int(sys.argv[3])
        print(rows[y][x * step:(x + 1) * step].hex())
        return
    for path in sys.argv[1:]:
        print(f"{path}: {look(path)}")


if __name__ == "__main__":
    main()
