#!/usr/bin/env python3
r"""Checks every #include against the floors of the house, and that only tools print.

    in \ may use            base  pipeline    formats          atlas    stages       besides
    pipeline/base           own   -           -                -        -
    pipeline                yes   own         -                -        -            pthread (1)
    formats/mesh            yes   -           own              -        -            (7)
    formats/archive         yes   -           own              -        -            archives (2)
    stages/unwrapper/atlas  yes   -           -                own      -
    stages/store            yes   thread.h    -                -        own
    stages/unw.../analysis  yes   -           -                atlas.h  own
    .../unwrapper/shapes    yes   -           -                -        own
    .../unwrapper/picture   yes   -           -                -        own          libpng (11)
    stages                  yes   stage.h     (3)              atlas.h  landing (4), (9)
    stages/library          yes   -           mesh/{format,mesh}.h  atlas.h  (8)
    tools/uvpipe            yes   (10)        (5)              -        (6)          JSON, printing
    tools/uvcheck           -     -           -                -        -            printing
    tools/mkmesh            yes   -           -                -        shapes       (2), printing
    tools/bench, tests      yes   yes         yes              yes      yes          all
    docs/examples           -     -           -                -        -            printing

(1) thread.* only. (2) libarchive and the compression libraries. (3) mesh/{format,mesh,write}.h
and archive/*.h but container.h. (4) stages/*.h, store/*.h; reader, unwrapper and writer do not see
each other, and stages.c sees all three. (5) mesh/format.h, archive/codec.h, archive/entry.h, for
names, and mesh/base64.h. (6) stages.h, settings.h, ... (7) meshoptimizer in gltf_meshopt.c,
libassimp in foreign_import.c. (8) unwrapper/{atlases,judge,mesh_view}.h and settings.h: what needs
no line; its uvpipe.h, which is installed, includes nothing of ours. (9) analysis.h, picture.h,
shapes.h. (10) pipeline.h, and thread.h: messages come from any thread. (11) in png_file.c.

Usage: check_layers.py [--root DIR] [--selftest]
Exit:  0 all well, 1 something is where it must not be (file:line on stdout), 2 usage.
"""

import argparse
import fnmatch
import os
import re
import sys
import tempfile

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import source_tree  # noqa: E402

BASE = ["pipeline/base/*"]
STAGES = BASE + [
    "pipeline/stage.h",
    "formats/mesh/format.h",
    "formats/mesh/mesh.h",
    "formats/mesh/write.h",
    "formats/archive/*.h",
    "!formats/archive/container.h",
    "stages/unwrapper/atlas/atlas.h",
    "stages/unwrapper/analysis/analysis.h",
    "stages/unwrapper/shapes/shapes.h",
    "stages/unwrapper/picture/picture.h",
    "stages/*.h",
    "stages/*.def",
    "stages/store/*.h",
]

# Which files, and what they may include. The first row that fits a file decides. '*' stops
# at '/', '**' does not; '!' takes back.
TABLE = [
    ("pipeline/base/**", BASE),
    ("pipeline/**", BASE + ["pipeline/*"]),
    ("formats/mesh/**", BASE + ["formats/mesh/*"]),
    ("formats/archive/**", BASE + ["formats/archive/*"]),
    ("stages/unwrapper/atlas/**", BASE + ["stages/unwrapper/atlas/*"]),
    ("stages/unwrapper/analysis/**", BASE + [
        "stages/unwrapper/atlas/atlas.h",
        "stages/unwrapper/analysis/*",
    ]),
    ("stages/unwrapper/shapes/**", BASE + ["stages/unwrapper/shapes/*"]),
    ("stages/unwrapper/picture/**", BASE + ["stages/unwrapper/picture/*"]),
    ("stages/store/**", BASE + ["pipeline/thread.h", "stages/store/*"]),
    ("stages/reader/**", STAGES + ["stages/reader/*"]),
    ("stages/unwrapper/**", STAGES + ["stages/unwrapper/*", "stages/unwrapper/shapes/*"]),
    ("stages/writer/**", STAGES + ["stages/writer/*"]),
    ("stages/library/uvpipe.h", []),
    ("stages/library/**", BASE + [
        "formats/mesh/format.h",
        "formats/mesh/mesh.h",
        "stages/settings.h",
        "stages/unwrapper/atlas/atlas.h",
        "stages/unwrapper/atlases.h",
        "stages/unwrapper/judge.h",
        "stages/unwrapper/mesh_view.h",
        "stages/library/*",
    ]),
    ("stages/stages.c", STAGES + ["stages/reader/*", "stages/unwrapper/*", "stages/writer/*"]),
    ("stages/**", STAGES),
    ("tools/uvpipe/**", BASE + [
        "pipeline/pipeline.h",
        "pipeline/thread.h",
        "stages/stages.h",
        "stages/settings.h",
        "stages/record.h",
        "stages/fingerprint.h",
        "stages/trials.h",
        "stages/unwrapper/analysis/analysis.h",
        "stages/recipe.h",
        "stages/store/folder_tree.h",
        "formats/mesh/format.h",
        "formats/mesh/base64.h",
        "formats/archive/codec.h",
        "formats/archive/entry.h",
        "tools/uvpipe/*",
    ]),
    ("tools/uvcheck/**", ["tools/uvcheck/*"]),
    ("tools/mkmesh/**", BASE + ["stages/unwrapper/shapes/*", "tools/mkmesh/*"]),
    ("tools/bench/**", ["**"]),
    ("tests/**", ["**"]),
    ("docs/examples/**", []),
]

# System headers that only some files may include.
SYSTEM = [
    (["pthread.h", "threads.h", "semaphore.h"], ["pipeline/thread.*", "tests/**"]),
    (
        ["archive.h", "archive_entry.h", "zstd.h", "zstd_*.h", "lzma.h", "lzma/*", "bzlib.h",
         "lz4*.h", "zlib.h", "libdeflate.h"],
        ["formats/archive/**", "tools/mkmesh/**", "tests/**"],
    ),
    (["meshoptimizer.h"], ["formats/mesh/gltf_meshopt.c", "tests/**"]),
    (["assimp/*"], ["formats/mesh/foreign_import.c", "tests/**"]),
    (["png.h"], ["stages/unwrapper/picture/png_file.c", "tests/**"]),
    (["jansson.h"], ["tools/uvpipe/**", "tests/**"]),
    (["cmocka.h", "setjmp.h"], ["tests/**"]),
]

PRINTERS = ["tools/**", "tests/**", "docs/examples/**"]
PRINTING = re.compile(
    r"\b(v?f?printf|v?dprintf|puts|fputs|putchar|putc|fputc|perror|psignal)\s*\(")
INCLUDE = re.compile(r"^\s*#\s*include\s*(?:\"([^\"]+)\"|<([^>]+)>|(\S+))")


def fits(path, pattern):
    parts = re.split(r"(\*\*|\*)", pattern)
    rule = "".join({"**": ".*", "*": "[^/]*"}.get(part, re.escape(part)) for part in parts)
    return re.fullmatch(rule, path) is not None


def fits_any(path, patterns):
    allowed = False
    for pattern in patterns:
        if pattern.startswith("!"):
            allowed = allowed and not fits(path, pattern[1:])
        else:
            allowed = allowed or fits(path, pattern)
    return allowed


def judge_project(root, path, name, allowed):
    if not os.path.isfile(os.path.join(root, name)):
        return f'"{name}" does not start at the root, or is not there'
    if not fits_any(name, allowed):
        return f'"{name}" is not for this floor'
    return None


def judge_system(path, name):
    for headers, places in SYSTEM:
        if any(fnmatch.fnmatchcase(name, header) for header in headers):
            if not fits_any(path, places):
                return f"<{name}> is only for {' '.join(places)}"
    return None


def check_line(root, path, line, code, allowed):
    match = INCLUDE.match(line)
    # A line that is no include once comments are gone is none.
    if match and re.match(r"\s*#\s*include", code):
        if match.group(1):
            return judge_project(root, path, match.group(1), allowed)
        if match.group(2):
            return judge_system(path, match.group(2))
        return f"include of a macro: {match.group(3)}"
    match = PRINTING.search(code)
    if match and not fits_any(path, PRINTERS):
        return f"{match.group(1)} prints: only tools do"
    return None


def check(root):
    """All complaints, as path:line: text."""
    complaints = []
    for path in source_tree.files(root, (".c", ".h", ".def")):
        allowed = next((uses for files, uses in TABLE if fits(path, files)), None)
        if allowed is None:
            complaints.append(f"{path}:1: in no folder of the house")
            continue
        text = source_tree.read(root, path)
        code = source_tree.without_comments(text).split("\n")
        for number, line in enumerate(text.split("\n"), 1):
            complaint = check_line(root, path, line, code[number - 1], allowed)
            if complaint:
                complaints.append(f"{path}:{number}: {complaint}")
    return complaints


# File, text, and whether it must be refused.
SELFTEST = [
    ("pipeline/base/a.c", '#include "pipeline/base/mem.h"', False),
    ("pipeline/base/b.c", '#include "pipeline/ring.h"', True),
    ("pipeline/c.c", '#include "pipeline/base/mem.h"\n#include "pipeline/ring.h"', False),
    ("pipeline/d.c", '#include "formats/mesh/mesh.h"', True),
    ("pipeline/e.c", "#include <pthread.h>", True),
    ("pipeline/thread.c", "#include <pthread.h>", False),
    ("pipeline/f.c", '#include "ring.h"', True),
    ("pipeline/g.c", '#include "pipeline/missing.h"', True),
    ("formats/mesh/a1.c", '#include "formats/mesh/mesh.h"', False),
    ("formats/mesh/b1.c", '#include "formats/archive/entry.h"', True),
    ("formats/mesh/c1.c", "#include <zlib.h>", True),
    ("formats/mesh/e1.c", "#include <assimp/scene.h>", True),
    ("formats/mesh/foreign_import.c", "#include <assimp/scene.h>", False),
    ("stages/unwrapper/f1.c", "#include <assimp/scene.h>", True),
    ("formats/mesh/d1.c", '  #  include "stages/unwrapper/atlas/atlas.h"', True),
    ("formats/archive/a2.c", "#include <zlib.h>\n#include <archive.h>", False),
    ("formats/archive/b2.c", '#include "formats/mesh/mesh.h"', True),
    ("stages/unwrapper/atlas/a3.c", '#include "stages/unwrapper/atlas/atlas.h"', False),
    ("stages/unwrapper/atlas/b3.c", '#include "pipeline/stage.h"', True),
    ("stages/unwrapper/atlas/c3.c", '#include "formats/mesh/mesh.h"', True),
    ("stages/unwrapper/a4.c", '#include "stages/unwrapper/atlas/atlas.h"', False),
    ("stages/unwrapper/picture/a10.c", '#include "stages/unwrapper/atlas/atlas.h"', True),
    ("stages/unwrapper/picture/b10.c", "#include <png.h>", True),
    ("stages/unwrapper/picture/png_file.c", "#include <png.h>", False),
    ("stages/unwrapper/b4.c", '#include "stages/unwrapper/atlas/atlas_internal.h"', True),
    ("stages/unwrapper/c4.c", '#include "stages/writer/writer.h"', True),
    ("stages/reader/a5.c", '#include "formats/archive/entry.h"', False),
    ("stages/reader/b5.c", '#include "formats/archive/container.h"', True),
    ("stages/reader/c5.c", '#include "pipeline/ring.h"', True),
    ("stages/stages.c", '#include "stages/writer/writer.h"', False),
    ("stages/a6.c", '#include "stages/writer/writer.h"', True),
    ("stages/b6.c", 'void f(void)\n{\n    printf("x");\n}', True),
    ("stages/c6.c", 'void f(char *b)\n{\n    snprintf(b, 4, "printf(");\n}', False),
    ("stages/d6.c", '/*\n#include "pipeline/ring.h"\n printf( */', False),
    ("stages/library/uvpipe.h", '#include "pipeline/base/mem.h"', True),
    ("stages/library/a10.c", '#include "stages/unwrapper/atlas/atlas.h"', False),
    ("stages/library/b10.c", '#include "pipeline/stage.h"', True),
    ("tools/uvpipe/a7.c", '#include "pipeline/pipeline.h"\n#include <jansson.h>', False),
    ("tools/uvpipe/b7.c", '#include "pipeline/ring.h"', True),
    ("tools/uvpipe/c7.c", '#include "stages/unwrapper/atlas/atlas.h"', True),
    ("tools/uvcheck/a8.c", '#include "pipeline/base/mem.h"', True),
    ("tools/uvcheck/b8.c", 'void f(void)\n{\n    puts("x");\n}', False),
    ("tests/unit/a9.c", '#include "pipeline/ring.h"\n#include <pthread.h>', False),
    ("stray.c", "", True),
]

SELFTEST_HEADERS = [
    "pipeline/base/mem.h", "pipeline/ring.h", "pipeline/stage.h", "pipeline/pipeline.h",
    "formats/mesh/mesh.h", "formats/archive/entry.h", "formats/archive/container.h",
    "stages/unwrapper/atlas/atlas.h", "stages/unwrapper/atlas/atlas_internal.h",
    "stages/writer/writer.h",
]


def put(root, path, text):
    os.makedirs(os.path.join(root, os.path.dirname(path)), exist_ok=True)
    with open(os.path.join(root, path), "w", encoding="utf-8") as file:
        file.write(text + "\n")


def selftest():
    """A small house in a temporary folder, with and without each fault."""
    failures = 0
    with tempfile.TemporaryDirectory() as root:
        for header in SELFTEST_HEADERS:
            put(root, header, "/* nothing */")
        for path, text, refused in SELFTEST:
            put(root, path, text)
            complaints = check(root)
            os.remove(os.path.join(root, path))
            if bool(complaints) != refused or not all(c.startswith(path) for c in complaints):
                failures += 1
                print(f"selftest: {path}: expected {'a' if refused else 'no'} complaint, "
                      f"got {complaints}")
    print(f"selftest: {len(SELFTEST)} cases, {failures} failed")
    return failures == 0


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--root", default=os.path.join(os.path.dirname(__file__), ".."))
    parser.add_argument("--selftest", action="store_true")
    options = parser.parse_args()
    if options.selftest:
        return 0 if selftest() else 1
    complaints = check(options.root)
    print("\n".join(complaints + [f"{len(complaints)} complaints"]))
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
