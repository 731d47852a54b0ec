#!/usr/bin/env python3
"""Every kind of glTF through the program, and judged by a reader that shares no code with it.

Usage: test_gltf.py UVPIPE
Exit:  0 all well, 1 complaints.
"""

import ctypes
import io
import os
import subprocess
import sys
import tarfile
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
import make_gltf  # noqa: E402
import strip_gltf  # noqa: E402

LEFT = {"uvs.glb", "uvs-tangent.glb", "draco-only.glb", "beside.bin"}
PACKED = {"packed.glb", "packed-khr.glb", "packed-image.glb"}


def pack_tar(members):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as tar:
        for name, data in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
    return out.getvalue()


def run(uvpipe, members, *options):
    """Members that came out, and what was told."""
    result = subprocess.run([uvpipe, *options], input=pack_tar(members), capture_output=True,
                            check=False)
    if result.returncode not in (0, 2):
        raise SystemExit(f"uvpipe {options}: exit {result.returncode}\n{result.stderr.decode()}")
    with tarfile.open(fileobj=io.BytesIO(result.stdout)) as tar:
        return ({m.name: tar.extractfile(m).read() for m in tar.getmembers()},
                result.stderr.decode())


def unpacker():
    library = make_gltf.encoder()
    if library is None:
        return None

    def unpack(coded, packed):
        count, size = packed["count"], packed["byteStride"]
        out = ctypes.create_string_buffer(count * size)
        decode = {"ATTRIBUTES": library.meshopt_decodeVertexBuffer,
                  "TRIANGLES": library.meshopt_decodeIndexBuffer,
                  "INDICES": library.meshopt_decodeIndexSequence}[packed["mode"]]
        code = decode(out, ctypes.c_size_t(count), ctypes.c_size_t(size), coded,
                      ctypes.c_size_t(len(coded)))
        assert code == 0
        clean = {"OCTAHEDRAL": library.meshopt_decodeFilterOct,
                 "QUATERNION": library.meshopt_decodeFilterQuat,
                 "EXPONENTIAL": library.meshopt_decodeFilterExp}.get(packed.get("filter"))
        if clean:
            clean(out, ctypes.c_size_t(count), ctypes.c_size_t(size))
        return out.raw
    return unpack


def check_uvs(name, data, texcoord, siblings, unpack):
    """Every corner has UVs inside of the page, on the lattice, and not all in one place."""
    found = []
    for number, corners in enumerate(strip_gltf.triangles(data, texcoord, siblings, unpack)):
        uvs = [uv for _, uv in corners]
        if None in uvs:
            found.append(f"{name}: primitive {number} has no UVs")
            continue
        if not all(0 <= c <= 1 for uv in uvs for c in uv):
            found.append(f"{name}: primitive {number} has UVs outside of the page")
        if name != "mixed.glb" and not all((c * 2 ** 24).is_integer() for uv in uvs for c in uv):
            found.append(f"{name}: primitive {number} has UVs off the lattice")
        if len(set(uvs)) < 3:
            found.append(f"{name}: primitive {number} has all UVs in one place")
    return found


def judge(samples, out, unpack, texcoord=0, replaced=False, lattice=True, left=frozenset(LEFT)):
    found = []
    siblings = {n: d for n, d in samples.items() if n.endswith(".bin")}
    more = {n: d for n, d in out.items() if n not in samples}
    for name, before in samples.items():
        after = out.get(name)
        if after is None:
            found.append(f"{name}: is gone")
        elif name in left:
            if after != before:
                found.append(f"{name}: was to be left as it is")
        elif after == before:
            found.append(f"{name}: has not changed")
        elif name not in PACKED or unpack:
            found += [f"{name}: {text}" for text in strip_gltf.complaints(
                before, after, siblings, more, unpack, replaced)]
            uvs = check_uvs(name, after, texcoord, {**siblings, **more}, unpack)
            found += uvs if lattice else [c for c in uvs if "lattice" not in c]
    return found


def check_defaults(uvpipe, samples, unpack):
    out, told = run(uvpipe, samples, "-v")
    found = judge(samples, out, unpack)
    if "packed.glb" in samples and "written unpacked" not in told:
        found.append("packed.glb: nothing was said of its size")
    if "beside.gltf.uvpipe.bin" not in out:
        found.append("beside.gltf: no new buffer beside it")
    if out["plain.glb"] != out["plain.vrm"]:
        found.append("plain.vrm: not what plain.glb is")
    corners = strip_gltf.triangles(out["shared-meshes.glb"])
    if corners[0] != corners[1]:
        found.append("shared-meshes.glb: equal meshes have unequal UVs")
    shared = strip_gltf.File(out["large.glb"]).json
    if shared["accessors"][1]["componentType"] != 5125:
        found.append("large.glb: indices are not wide enough")
    packed = strip_gltf.File(out["packed.glb"]).json if "packed.glb" in out else {}
    if "extensionsRequired" in packed:
        found.append("packed.glb: asks for an extension that nothing uses")
    if packed and "extensionsRequired" not in strip_gltf.File(out["packed-image.glb"]).json:
        found.append("packed-image.glb: an extension in use is not asked for")
    return found


def check_replaced(uvpipe, samples, unpack):
    some = {n: samples[n] for n in ("uvs.glb", "uvs-tangent.glb", "mixed.glb", "plain.glb")}
    out, told = run(uvpipe, some, "--existing", "replace", "-v")
    found = judge(some, out, unpack, replaced=True, left=frozenset())
    if "tangents and KHR_texture_transform" not in told and "textures, tangents" not in told:
        found.append("uvs-tangent.glb: nothing was said of tangents")
    return found


def check_added(uvpipe, samples, unpack):
    some = {n: samples[n] for n in ("uvs.glb", "uvs-tangent.glb")}
    out, _ = run(uvpipe, some, "--existing", "add")
    found = judge(some, out, unpack, texcoord=1, left=frozenset())
    gap = {"uvs-gap.glb": samples["uvs-gap.glb"]}
    out, _ = run(uvpipe, gap, "--existing", "add")
    return found + judge(gap, out, unpack, texcoord=0, left=frozenset())


def check_u16(uvpipe, samples, unpack):
    some = {n: samples[n] for n in ("plain.glb", "interleaved.glb", "shared.glb")}
    out, _ = run(uvpipe, some, "--uv-type", "u16")
    found = judge(some, out, unpack, lattice=False, left=frozenset())
    for name, data in out.items():
        accessors = strip_gltf.File(data).json["accessors"]
        if not any(a["componentType"] == 5123 and a.get("normalized") for a in accessors):
            found.append(f"{name}: UVs are not of 16 bits")
    return found


def check_texcoord(uvpipe, samples, unpack):
    some = {n: samples[n] for n in ("plain.glb", "uvs.glb")}
    out, _ = run(uvpipe, some, "--texcoord", "1")
    found = judge(some, out, unpack, texcoord=1, left=frozenset())
    attributes = strip_gltf.File(out["plain.glb"]).primitives()[0]["attributes"]
    if attributes.get("TEXCOORD_0") != attributes["TEXCOORD_1"]:
        found.append("plain.glb: set 0 is missing below set 1")
    return found


def check_alone(uvpipe, samples, unpack):
    """One file by itself: there is no room for a second one, so its new buffer is inside."""
    with tempfile.TemporaryDirectory() as folder:
        for name in ("beside.gltf", "beside.bin"):
            with open(os.path.join(folder, name), "wb") as file:
                file.write(samples[name])
        out = subprocess.run([uvpipe, os.path.join(folder, "beside.gltf")], capture_output=True,
                             check=True).stdout
    some = {n: samples[n] for n in ("beside.gltf", "beside.bin")}
    return judge(some, {"beside.gltf": out, "beside.bin": samples["beside.bin"]}, unpack)


def check_twice(uvpipe, samples, unpack):
    """What was made here is input as any other; its new buffer is not written over."""
    once, _ = run(uvpipe, {n: samples[n] for n in ("beside.bin", "beside.gltf")})
    ordered = {n: once[n] for n in sorted(once, reverse=True)}
    twice, _ = run(uvpipe, ordered, "--existing", "replace")
    found = [] if "beside.gltf.uvpipe2.bin" in twice else ["beside.gltf: no second buffer"]
    return found + judge(ordered, twice, unpack, replaced=True,
                         left=frozenset(n for n in ordered if n.endswith(".bin")))


def main():
    uvpipe = sys.argv[1]
    samples = make_gltf.samples()
    unpack = unpacker()
    found = []
    for check in (check_defaults, check_replaced, check_added, check_u16, check_texcoord,
                  check_alone, check_twice):
        found += [f"{check.__name__}: {text}" for text in check(uvpipe, samples, unpack)]
    print("\n".join(found + [f"{len(samples)} files, {len(found)} complaints"]))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
