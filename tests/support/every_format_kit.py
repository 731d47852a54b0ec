"""What the tests share that send samples of every registered format through the program.

formats(definitions)     the registered names, in order
samples(name, made)      file name: bytes, of tests/data/<name> and made/<name>
undo(name, ...)          what a file lost when UVs came to it, as texts
pack, unpack             archives of every kind, from and to {path: bytes}
run(uvpipe, data, ...)   the program over bytes

A format that is registered and unknown here makes the tests fail: write tests/support/
strip_<name>.py and give it a row in UNDO.
"""

import bz2
import ctypes
import gzip
import io
import json
import lzma
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)

import make_gltf  # noqa: E402
import strip_gltf  # noqa: E402
import strip_obj  # noqa: E402
import strip_off  # noqa: E402
import strip_ply  # noqa: E402
import strip_stl  # noqa: E402

KINDS = ("good-", "bad-", "unsupported-")


def formats(definitions):
    with open(definitions, encoding="ascii") as file:
        text = re.sub(r"^#if.*?^#endif", "", file.read(), flags=re.M | re.S)  # optional ones
    return re.findall(r"^UVP_FORMAT\((\w+)\)", text, re.M)


def files_in(folder):
    found = {}
    for name in sorted(os.listdir(folder)):
        if name != "README.md":
            with open(os.path.join(folder, name), "rb") as file:
                found[name] = file.read()
    return found


def samples(name, made):
    """Of the data folder, and of the made ones, whose names come behind "made/"."""
    found = files_in(os.path.join(HERE, "..", "data", name))
    for file_name, data in files_in(os.path.join(made, name)).items():
        found["made/" + file_name] = data
    return found


def base_name(path):
    return path.rsplit("/", 1)[-1]


def is_sample(path, *kinds):
    return base_name(path).startswith(kinds or KINDS)


# ---- taking UVs off again ----


def bare(data, keywords):
    """The file without the UVs of the corners of such statements."""
    return b"".join(strip_obj.bare_face(line) if strip_obj.words(line)[:1] in keywords else line
                    for line in strip_obj.statements(data))


def undo_obj(before, after, **_):
    uvs = sum(strip_obj.words(line)[:1] == [b"vt"] for line in strip_obj.statements(before))
    found = strip_obj.strip(after, uvs)
    # faces in which there is a/ become a; what counts old UVs from behind must count anew
    keywords = [[b"f"], [b"fo"]]
    if uvs:
        keywords += [[b"l"], [b"surf"]]
        found = bare(found, keywords)
    return [] if found == bare(before, keywords) else ["other bytes changed"]


def undo_ply(before, after, **_):
    was = strip_ply.Ply(before)
    if was.element("face").number("texcoord") is not None:  # of wrong lengths, so they are none
        places = [[[place for place, _ in triangle] for triangle in strip_ply.triangles(data)]
                  for data in (before, after)]
        return [] if repr(places[0]) == repr(places[1]) else ["other triangles"]
    count = len(was.element("vertex").rows)
    return [] if strip_ply.strip(after, count) == before else ["other bytes changed"]


def undo_stl(before, after, **_):
    return [] if strip_stl.strip(after) == before else ["it changed"]


def undo_off(before, after, **_):
    words = before.split()
    if words[0].isdigit():  # there was no keyword, and now there is one on a line of its own
        found = strip_off.strip(after, int(words[0])).split(b"\n", 1)
        return [] if found == [b"OFF", before] else ["other bytes changed"]
    count = strip_off.Off(before).vertex_count
    return [] if strip_off.strip(after, count) == before else ["other bytes changed"]


def unpacker():
    """Of bytes packed by meshopt; None when the library is not there."""
    library = make_gltf.encoder()

    def unpack(coded, packed):
        count, size = packed["count"], packed["byteStride"]
        out = ctypes.create_string_buffer(count * size)
        decode = {"ATTRIBUTES": library.meshopt_decodeVertexBuffer,
                  "TRIANGLES": library.meshopt_decodeIndexBuffer,
                  "INDICES": library.meshopt_decodeIndexSequence}[packed["mode"]]
        if decode(out, ctypes.c_size_t(count), ctypes.c_size_t(size), coded,
                  ctypes.c_size_t(len(coded))) != 0:
            raise ValueError("packed bytes")
        return out.raw
    return unpack if library else None


def undo_gltf(before, after, siblings=None, more=None):
    if b"meshopt_compression" in before and unpacker() is None:
        return []
    return strip_gltf.complaints(before, after, siblings, more, unpacker())


UNDO = {"obj": undo_obj, "ply": undo_ply, "stl": undo_stl, "off": undo_off, "gltf": undo_gltf}


def undo(name, before, after, siblings=None, more=None):
    if name not in UNDO:
        return [f"{name} is registered, but every_format_kit.py has nothing that takes its UVs "
                f"off again: write tests/support/strip_{name}.py and a row in UNDO"]
    try:
        return [] if after == before else UNDO[name](before, after, siblings=siblings,
                                                     more=more)
    except (LookupError, AttributeError, ValueError, AssertionError) as wrong:
        return [f"its second reader does not understand it: {type(wrong).__name__}: {wrong}"]


# ---- archives ----


def pack_tar(members):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for path, data in members.items():
            info = tarfile.TarInfo(path)
            info.size = len(data)
            info.mtime = 1234567890
            archive.addfile(info, io.BytesIO(data))
    return out.getvalue()


def pack_zip(members):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for number, (path, data) in enumerate(members.items()):
            info = zipfile.ZipInfo(path, (2001, 2, 3, 4, 5, 6))
            info.compress_type = (zipfile.ZIP_DEFLATED, zipfile.ZIP_STORED)[number % 2]
            archive.writestr(info, data)
    return out.getvalue()


def pack_cpio(members):
    """The newc kind."""
    out = bytearray()
    for number, (path, data) in enumerate([*members.items(), ("TRAILER!!!", b"")]):
        name = path.encode() + b"\0"
        fields = (number + 1, 0o100644 if data or path != "TRAILER!!!" else 0, 0, 0, 1,
                  1234567890, len(data), 0, 0, 0, 0, len(name), 0)
        out += b"070701" + b"".join(b"%08X" % field for field in fields) + name
        out += b"\0" * (-len(out) % 4) + data
        out += b"\0" * (-len(out) % 4)
    return bytes(out) + b"\0" * (-len(out) % 512)


def unpack_cpio(data):
    members, at = {}, 0
    while True:
        if data[at:at + 6] not in (b"070701", b"070702"):
            raise ValueError(f"no cpio header at {at}")
        fields = [int(data[at + 6 + 8 * k:at + 14 + 8 * k], 16) for k in range(13)]
        name = data[at + 110:at + 110 + fields[11] - 1].decode()
        at += 110 + fields[11]
        at += -at % 4
        if name == "TRAILER!!!":
            return members
        if name in members:
            raise ValueError(f"{name} is there twice")
        members[name] = data[at:at + fields[6]]
        at += fields[6] + -fields[6] % 4


def zstd(data, *options):
    return subprocess.run(["zstd", "-q", "-c", *options], input=data, capture_output=True,
                          check=True).stdout


CODECS = {"gzip": (lambda data: gzip.compress(data, 6, mtime=0), gzip.decompress),
          "xz": (lzma.compress, lzma.decompress),
          "bzip2": (bz2.compress, bz2.decompress)}
if shutil.which("zstd"):
    CODECS["zstd"] = (zstd, lambda data: zstd(data, "-d"))

PACKERS = {"tar": pack_tar, "zip": pack_zip, "cpio": pack_cpio}


def unpack(data):
    """{path: bytes}, in order; a path that is there twice is an error."""
    magics = {b"\x1f\x8b": "gzip", b"\xfd7": "xz", b"BZ": "bzip2", b"\x28\xb5": "zstd"}
    if data[:2] in magics:
        return unpack(CODECS[magics[data[:2]]][1](data))
    if data[:4] == b"0707":
        return unpack_cpio(data)
    members = {}
    if data[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            if archive.testzip() is not None:
                raise ValueError("a checksum is wrong")
            found = [(info.filename, archive.read(info)) for info in archive.infolist()]
    else:
        with tarfile.open(fileobj=io.BytesIO(data)) as archive:
            found = [(info.name, archive.extractfile(info).read()) for info in archive
                     if info.isfile()]
    for path, body in found:
        if path in members:
            raise ValueError(f"{path} is there twice")
        members[path] = body
    return members


# ---- the program ----


class Run:
    """`records`: what the report says of each member by its path, and `summary` of all."""

    def __init__(self, uvpipe, data, *options, command=(), pipe=True, suffix=""):
        with tempfile.TemporaryDirectory(prefix="uvp_every_") as folder:
            report = os.path.join(folder, "report")
            line = [uvpipe, *command, "--report", report, *options]
            if not pipe:
                name = os.path.join(folder, "input" + suffix)
                with open(name, "wb") as file:
                    file.write(data)
                line.append(name)
            result = subprocess.run(line, input=data if pipe else b"", capture_output=True,
                                    check=False, timeout=250)
            self.code, self.out = result.returncode, result.stdout
            self.err = result.stderr.decode(errors="replace")
            if self.code not in (0, 2):
                raise SystemExit(f"{' '.join(line)}: exit {self.code}\n{self.err}")
            with open(report, encoding="utf-8") as file:
                objects = [json.loads(text) for text in file]
        self.summary = objects[-1]
        self.told = [thing for thing in objects if thing["type"] == "member"]
        self.records = {thing["name"]: thing for thing in self.told}
