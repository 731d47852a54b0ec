#!/usr/bin/env python3
"""What `cmake --install` puts down, used from there by others.

The tree is installed below DESTDIR, then moved, so that nothing may know where it was built. The
examples of docs/examples are built against it with pkg-config and CMake, in C and C++, and run.

Usage: test_install.py BUILD SOURCE
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile

STL = """solid s
facet normal 0 0 1\nouter loop\nvertex 0 0 0\nvertex 1 0 0\nvertex 0 1 0\nendloop\nendfacet
endsolid s
"""


def run(*words, **more):
    done = subprocess.run(words, capture_output=True, text=True, check=False, **more)
    if done.returncode != 0:
        raise SystemExit(f"{' '.join(words)}\n{done.stdout}{done.stderr}")
    return done.stdout


def find(root, name):
    found = [os.path.join(folder, n) for folder, _, names in os.walk(root) for n in names
             if n == name]
    assert len(found) == 1, f"{name}: {found}"
    return found[0]


def install(build, folder):
    """Installed for one prefix, and moved from there: nothing may know where it was."""
    run("cmake", "--install", build, "--prefix", "/opt/uvpipe",
        env=dict(os.environ, DESTDIR=os.path.join(folder, "stage")))
    root = os.path.join(folder, "moved")
    shutil.move(os.path.join(folder, "stage", "opt", "uvpipe"), root)
    return root


def check_files(root, source):
    for name in ("uvpipe", "uvpipe.1", "uvpipe-check.1", "uvpipe-list.1", "libuvpipe.3", "uvpipe.h",
                 "uvpipe.pc", "uvpipeConfig.cmake", "libuvpipe.a", "_uvpipe", "uvpipe.fish"):
        if name != "uvpipe":
            find(root, name)
    assert os.access(os.path.join(root, "bin", "uvpipe"), os.X_OK)
    assert os.path.isfile(os.path.join(root, "share/bash-completion/completions/uvpipe"))
    pages = {n for n in os.listdir(os.path.join(source, "docs")) if re.search(r"\.[1-9]$", n)}
    there = {n for _, _, names in os.walk(os.path.join(root, "share/man")) for n in names}
    assert pages == there and pages, pages ^ there
    assert not [n for _, _, names in os.walk(root) for n in names
                if n in ("mkmesh", "uvcheck") or n.startswith("bench_")]


def check_paths(root, build, source):
    """Nothing that is installed names a folder of the build."""
    for folder, _, names in os.walk(root):
        for name in names:
            path = os.path.join(folder, name)
            if os.path.islink(path):
                continue
            with open(path, "rb") as file:
                data = file.read()
            for told in (build, source):
                assert told.encode() not in data, f"{path} names {told}"
    for path in (os.path.join(root, "bin", "uvpipe"), library_of(root)):
        dynamic = run("readelf", "-d", path)
        assert "RPATH" not in dynamic and "RUNPATH" not in dynamic, path
        assert "libuvpipe" not in run("readelf", "-d", os.path.join(root, "bin", "uvpipe"))


def library_of(root):
    link = os.path.realpath(find(root, "libuvpipe.so"))
    assert os.path.isfile(link)
    return link


def check_names(root, source):
    """What the library exports is what the header declares, what the version script lists, and
    what the manual describes."""
    header = open(find(root, "uvpipe.h"), encoding="utf-8").read()
    code = re.sub(r"/\*.*?\*/", "", header, flags=re.S)
    declared = set(re.findall(r"UVP_API[^;]*?\b(uvp_\w+)\s*\(", code))
    script = open(os.path.join(source, "stages/library/uvpipe.map"), encoding="utf-8").read()
    listed = set(re.findall(r"^\s+(uvp_\w+);", script, flags=re.M))
    exported = {line.split()[-1].split("@")[0]
                for line in run("nm", "-D", "--defined-only", library_of(root)).splitlines()
                if " T " in line}
    others = [line for line in run("nm", "-D", "--defined-only", library_of(root)).splitlines()
              if " T " not in line and "LIBUVPIPE_" not in line]
    manual = open(find(root, "libuvpipe.3"), encoding="utf-8").read()
    described = set(re.findall(r"^\.Fo (uvp_\w+)", manual, flags=re.M))
    assert len(declared) > 15, declared
    for name, names in (("exported", exported), ("version script", listed),
                        ("libuvpipe.3", described)):
        assert names == declared, f"{name}: {sorted(names ^ declared)}"
    assert not others, others


def try_examples(root, source, folder, binaries):
    stl = os.path.join(folder, "part.stl")
    with open(stl, "w", encoding="utf-8") as file:
        file.write(STL)
    out = os.path.join(folder, "part.obj")
    paths = dict(os.environ, LD_LIBRARY_PATH=os.path.dirname(library_of(root)))
    told = set()
    for path in binaries:
        if "example_file" in path:
            assert "1 triangles in 1 charts" in run(path, stl, out, env=paths)
            assert "vt " in open(out, encoding="utf-8").read()
            os.remove(out)
        else:
            told.add(run(path, env=paths))
    assert len(told) == 1 and "12 triangles in" in told.pop()


def with_pkg_config(root, source, folder, cxx):
    environment = dict(os.environ, PKG_CONFIG_PATH=os.path.dirname(find(root, "uvpipe.pc")))
    flags = run("pkg-config", "--cflags", "--libs", "uvpipe", env=environment).split()
    assert any(root in os.path.realpath(f[2:]) for f in flags if f.startswith("-L")), flags
    static = run("pkg-config", "--static", "--libs", "uvpipe", env=environment).split()
    needed = [f for f in static if f.startswith("-l") and f != "-luvpipe"]
    built = []
    c_example = os.path.join(source, "docs/examples/example_mesh.c")
    for name, more in (("example_mesh", flags),
                       ("example_mesh_alone", [f for f in flags if f.startswith("-I")] +
                        [find(root, "libuvpipe.a")] + needed)):
        path = os.path.join(folder, name)
        run("cc", "-Wall", "-Wextra", "-Werror", c_example, *more, "-o", path)
        built.append(path)
    assert "libuvpipe" not in run("readelf", "-d", built[1])
    if cxx:
        path = os.path.join(folder, "example_file")
        run("c++", "-std=c++11", "-Wall", "-Wextra", "-Werror",
            os.path.join(source, "docs/examples/example_file.cpp"), *flags, "-o", path)
        built.append(path)
    return built


def with_cmake(root, source, folder):
    build = os.path.join(folder, "cmake")
    run("cmake", "-S", os.path.join(source, "docs/examples"), "-B", build, "-G", "Ninja",
        "-DCMAKE_PREFIX_PATH=" + root)
    run("cmake", "--build", build)
    return [os.path.join(build, n) for n in os.listdir(build)
            if n.startswith("example_") and os.access(os.path.join(build, n), os.X_OK)]


def main():
    build, source = (os.path.realpath(path) for path in sys.argv[1:3])
    with tempfile.TemporaryDirectory() as folder:
        root = install(build, folder)
        check_files(root, source)
        check_paths(root, build, source)
        check_names(root, source)
        assert run(os.path.join(root, "bin", "uvpipe"), "--version").startswith("uvpipe ")
        cxx = shutil.which("c++") is not None
        binaries = with_pkg_config(root, source, folder, cxx)
        if cxx:
            binaries += with_cmake(root, source, folder)
            assert [b for b in binaries if b.endswith("example_mesh_static")], binaries
        else:
            print("no C++ compiler: only pkg-config and C are tried")
        try_examples(root, source, folder, binaries)
        print(f"installed, moved, and {len(binaries)} programs built against it")
    return 0


if __name__ == "__main__":
    sys.exit(main())
