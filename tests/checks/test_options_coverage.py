#!/usr/bin/env python3
"""Every option of every command changes something that can be seen from outside.

The options are asked of the program (uvpipe --list-options). A row that has no entry in ENTRIES
fails, and so does an entry whose option changes nothing. A new option gets an entry: its name
(or (command, name) where it means another thing there), and a function that takes a Place and a
command and returns True when the option was seen to work. Most are one of the helpers:

    differs("--padding", "8")           stdout, exit code or files made are not the same with it
    differs("--x", given=["--y", "1"])  both runs have --y 1 besides
    differs("--x", inputs=["quads.obj"])

A new command gets a line in COMMANDS.

Usage: test_options_coverage.py UVPIPE [NAME...]
"""
import concurrent.futures
import json
import os
import pty
import re
import select
import shutil
import subprocess
import sys
import tarfile
import tempfile
import time

DATA = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "data")
SECONDS = 60
SIDE_BY_SIDE = 4

# What a command is given when an entry says nothing else. The stream has no word.
COMMANDS = {
    "unwrap": ["in.tar"],
    "check": ["mapped.tar"],
    "cache": ["stat", "C"],
    "list": ["in.tar"],
    "compare": ["in.tar", "mapped.tar"],
    "gen": ["torus", "cube"],
    "analyze": ["mapped.tar"],
    "optimize": ["small.tar"],
    "render": ["mapped.tar"],
    "explain": ["bad-data"],
}

CONFIG = "include = nothing\n[gen]\ntriangles = 100\n[explain]\njson = yes\n[cache]\njson = yes\n"
# one trial of few, or it takes its time
OPTIMIZE_LARGE = ["uneven.tar", "--grid=preset=fast"]
GEN_MANY = ["gyroid", "--count=8", "--triangles=60k"]
SQUARE = "v 0 0 0\nv 1 0 0\nv 1 1 0\nv 0 1 0\n"
LAYOUTS = {
    "mirrored": "vt 1 0\nvt 0 0\nvt 0 1\nvt 1 1\n",
    "second-page": "vt 1.1 0.1\nvt 1.9 0.1\nvt 1.9 0.9\nvt 1.1 0.9\n",
    "valid": "vt 0.1 0.1\nvt 0.9 0.1\nvt 0.9 0.9\nvt 0.1 0.9\n",
    "moved": "vt 0.1 0.1\nvt 0.9 0.1\nvt 0.92 0.9\nvt 0.1 0.9\n",
}


class Seen:
    """What a run left behind."""

    def __init__(self, code, out, err, files):
        self.code, self.out, self.err, self.files = code, out, err, files

    def same(self, other):
        return (self.code, self.out, self.files) == (other.code, other.out, other.files)


class Place:
    """A folder with samples, and a plain environment."""

    def __init__(self, uvpipe, folder):
        self.uvpipe, self.folder, self.contents = uvpipe, folder, {}
        keep = ("ASAN_OPTIONS", "TSAN_OPTIONS", "UBSAN_OPTIONS", "LLVM_PROFILE_FILE", "PATH")
        self.env = {name: os.environ[name] for name in keep if name in os.environ}
        self.env.update(HOME=folder, LC_ALL="C", TMPDIR=folder)
        self.make_samples()

    def path(self, name):
        return os.path.join(self.folder, name)

    def write(self, name, text):
        os.makedirs(os.path.dirname(self.path(name)), exist_ok=True)
        with open(self.path(name), "w", encoding="ascii") as file:
            file.write(text)

    def words(self, command, options, inputs=None):
        word = [] if command == "unwrap" else [command]
        if command == "render" and not any(o.startswith("--size") for o in options):
            word.append("--size=96")  # of the usual size they take seconds
        return [self.uvpipe] + word + options + (COMMANDS[command] if inputs is None else inputs)

    def files(self):
        """What every file holds; only those that were changed are read."""
        found = {}
        for where, _, names in os.walk(self.folder):
            for name in names:
                path = os.path.join(where, name)
                status = os.stat(path)
                key = (path, status.st_ino, status.st_size, status.st_mtime_ns)
                if key not in self.contents:
                    with open(path, "rb") as file:
                        self.contents[key] = file.read()
                found[os.path.relpath(path, self.folder)] = self.contents[key]
        return found

    def run(self, command, options, inputs=None, stdin=b""):
        """Files that the run made are taken away again."""
        before = self.files()
        done = subprocess.run(self.words(command, options, inputs), cwd=self.folder,
                              env=self.env, input=stdin, capture_output=True, timeout=SECONDS,
                              check=False)
        made = {name: data for name, data in self.files().items() if before.get(name) != data}
        for name in made:
            if name in before:
                with open(self.path(name), "wb") as file:
                    file.write(before[name])
            else:
                os.remove(self.path(name))
        return Seen(done.returncode, done.stdout, done.stderr.decode("utf-8", "replace"), made)

    def held(self, command, options, seconds, look=None, inputs=None):
        """A run that cannot end: no input comes and no output is taken. Its exit code (None:
        it had to be ended), its stderr, and what `look` made of it before that."""
        inputs = {"compare": ["-", "mapped.tar"], "gen": ["torus", "--count=100000"]}.get(
            command, ["-"]) if inputs is None else inputs
        with subprocess.Popen(self.words(command, options, inputs), cwd=self.folder,
                              env=self.env, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE) as child:
            saw, end = None, time.monotonic() + seconds
            while child.poll() is None and time.monotonic() < end:
                time.sleep(0.05)
                saw = look(child.pid) if look is not None else None
            code = child.poll()
            child.kill()
            return code, child.stderr.read().decode("utf-8", "replace"), saw

    def on_terminal(self, words, stream):
        """Exit code, and what came out on the terminal that is that stream."""
        master, slave = pty.openpty()
        ends = [slave if i == stream else subprocess.DEVNULL for i in range(3)]
        child = subprocess.Popen(words, cwd=self.folder, env=dict(self.env, TERM="xterm"),
                                 stdin=ends[0], stdout=ends[1], stderr=ends[2])
        os.close(slave)
        heard, end = b"", time.monotonic() + SECONDS
        while time.monotonic() < end:
            if not select.select([master], [], [], 1)[0]:
                continue
            try:
                piece = os.read(master, 65536)
            except OSError:
                piece = b""
            if not piece:
                break
            heard += piece
        os.close(master)
        return child.wait(SECONDS), heard

    def make_samples(self):
        def gen(path, *words):
            subprocess.run([self.uvpipe, "gen", *words, "-o", self.path(path)], check=True,
                           env=self.env)
        gen("in.tar", "torus", "plate", "--count=6", "--triangles=400")
        gen("small.tar", "torus", "cone", "--count=2", "--triangles=100")
        gen("big.obj", "gyroid", "--triangles=20k")
        gen("gyroid.obj", "blob", "--triangles=3k")
        gen("gyroid.tar", "gyroid", "--triangles=200k", "--count=2")
        gen("mesh.ply", "torus", "--triangles=300")
        gen("mesh.stl", "torus", "--triangles=300")
        gen("mesh.off", "torus", "--triangles=300")
        gen("cad.obj", "plate", "--triangles=1k")
        with tarfile.open(self.path("uneven.tar"), "w") as out:
            for i in range(4):
                out.add(self.path("big.obj"), f"{i}.obj")
                out.add(self.path("cad.obj"), f"{i}-small.obj")
        subprocess.run([self.uvpipe, "in.tar", "-o", "mapped.tar"], check=True, env=self.env,
                       cwd=self.folder)
        for name, layout in LAYOUTS.items():
            self.write(name + ".obj", SQUARE + layout + "f 1/1 2/2 3/3\nf 1/1 3/3 4/4\n")
        self.write("parts.obj", SQUARE + "usemtl a\nf 1 2 3\nusemtl b\nf 1 3 4\n")
        self.write("turned.obj", SQUARE + "v 2 0 0\nv 2 1 0\nf 1 2 3 4\nf 2 3 6 5\n")
        self.write("broken.obj", "v 0 0 0\nv 1 0 0\nv 0 1 0\nf 1 2 90\n")
        self.write("broken2.obj", "v 0 0 0\nv 1 0 0\nv 0 1 0\nf 1 2 91\n")
        self.write("text.txt", "no mesh\n")
        self.write("conf", CONFIG)
        self.write("params", '{"version": 1, "params": {"padding": 9}}')
        self.write("manifest", '{"match": "*.obj", "params": {"padding": 9}}\n')
        self.write("two/a.obj", SQUARE + "f 1 2 3 4\n")
        self.write("two/b.obj", SQUARE + "f 1 2 3\n")
        self.make_cache()

    def make_cache(self):
        subprocess.run([self.uvpipe, "--cache=C", "cad.obj"], check=True, env=self.env,
                       cwd=self.folder, stdout=subprocess.DEVNULL)


# ---- ways to see an option work ----


def differs(option, value=None, given=(), inputs=None, **by_command):
    """by_command: inputs for one command, where they are others."""
    words = [option if value is None else f"{option}={value}"]

    def see(place, command):
        chosen = by_command.get(command, inputs)
        plain = place.run(command, list(given), chosen)
        return not plain.same(place.run(command, list(given) + words, chosen))
    return see


def tells(option, pattern, given=(), inputs=None):
    """The pattern is in stdout or stderr with the option, and is not without it."""
    def see(place, command):
        def is_told(words):
            seen = place.run(command, words, inputs)
            return re.search(pattern, seen.out.decode("utf-8", "replace") + seen.err)
        return is_told(list(given) + [option]) and not is_told(list(given))
    return see


def number_with(place, command, words, pattern, inputs=None):
    """A figure that -vv tells."""
    return int(re.search(pattern, place.run(command, ["-vv"] + words, inputs).err).group(1))


def lowers(option, value, pattern, inputs=None, **by_command):
    """A figure that -vv tells gets lower."""
    def see(place, command):
        chosen = by_command.get(command, inputs)
        high = number_with(place, command, ["--workers=2"], pattern, chosen)
        return number_with(place, command, ["--workers=2", f"{option}={value}"], pattern,
                           chosen) < high
    return see


def threads_of(pid):
    try:
        names = [open(f"/proc/{pid}/task/{task}/comm", encoding="ascii").read().strip()
                 for task in os.listdir(f"/proc/{pid}/task")]
    except OSError:
        return None
    return len(names)


def more_threads(option, low, high):
    def see(place, command):
        counts = [place.held(command, [f"{option}={n}"], 0.6, threads_of)[2] for n in (low, high)]
        return counts[0] is not None and counts[0] < counts[1]
    return see


def ends_early(option):
    """A run that would go on for ever ends with a failure."""
    def see(place, command):
        if command == "gen":
            done = place.run(command, ["--triangles=20M", f"{option}=200ms"], ["gyroid"])
            return done.code == 1 and "200 ms" in done.err
        code, err, _ = place.held(command, [f"{option}=300ms"], 10)
        return code == 1 and err and place.held(command, [], 0.8)[0] is None
    return see


def member_timeout(place, command):
    inputs = {"compare": ["big.obj", "big.obj"], "gen": ["gyroid", "--triangles=200k"],
              "unwrap": ["big.obj"], "optimize": ["big.obj"],
              "analyze": ["big.obj", "--unwrap-missing"]}.get(command, ["gyroid.tar"])
    slow = place.run(command, ["--member-timeout=1ms"], inputs)
    return "time limit" in slow.out.decode("utf-8", "replace") + slow.err or \
        not slow.same(place.run(command, ["--no-member-timeout"], inputs))


def unordered(place, command):
    """A large mesh comes first, and is overtaken; given some tries, for that is chance."""
    inputs = {"gen": ["gyroid", "torus", "--triangles=100:60k", "--count=12"],
              "optimize": OPTIMIZE_LARGE}.get(
        command, ["uneven.tar"])
    words = ["--workers=2"] + (["--unwrap-missing", "--size=64"] if command == "render" else [])
    plain = place.run(command, words, inputs)
    return any(place.run(command, words + ["--unordered"], inputs).out != plain.out
               for _ in range(10))


def force(place, command):
    inputs = ["cube", "torus"] if command == "gen" else ["in.tar"]
    try:
        for end in pty.openpty():
            os.close(end)
    except OSError:
        print("no pseudo terminal can be had here: --force is not looked at")
        return True
    refused, _ = place.on_terminal(place.words(command, [], inputs), 1)
    code, heard = place.on_terminal(place.words(command, ["--force"], inputs), 1)
    return refused != 0 and code == 0 and b"ustar" in heard


def output(place, command):
    seen = place.run(command, ["--output=made.tar"])
    return seen.out == b"" and seen.files["made.tar"] == place.run(command, []).out


def report(place, command):
    seen = place.run(command, ["--report=r.jsonl"])
    return json.loads(seen.files["r.jsonl"].splitlines()[-1])["type"] == "run"


def webpage(*options):
    def made(place, command):
        page = place.run(command, ["--report-html=r.html", *options]).files["r.html"]
        return page if isinstance(page, bytes) else page.encode()
    return made


def report_html(place, command):
    page = webpage()(place, command)
    return page.startswith(b"<!doctype html>") and b'"type":"run"' in page


def report_html_meshes(place, command):
    none, one = [webpage(f"--report-html-meshes={n}")(place, command).count(b'class="exhibit">{')
                 for n in (0, 1)]
    return (none, one) == (0, 1)


def report_html_worst(place, command):
    return b'"worst":"charts"' in webpage("--report-html-worst=charts")(place, command)


def progress(place, command):
    lines = [place.held(command, words, 1.6)[1] for words in
             (["--progress=json"], ["--progress=never"])]
    return lines[0].startswith("{") and lines[1] == ""


def progress_interval(place, command):
    few, many = [place.held(command, ["--progress=json"] + words, 1.2)[1].count("\n")
                 for words in ([], ["--progress-interval=100ms"])]
    return many > few + 2


def color(place, command):
    """Of a failure: an input that is not there, or an output that cannot be."""
    words = {"compare": ["missing", "missing"], "gen": ["cube", "-o", "missing/missing/x"]}.get(
        command, ["missing"])
    plain, coloured = [place.run(command, [f"--color={when}"], words).err
                       for when in ("never", "always")]
    return plain != "" and "\x1b[" not in plain and "\x1b[" in coloured


def quiet(place, command):
    loud, calm = place.run(command, ["-v"]), place.run(command, ["-q"])
    if command in ("check", "list", "compare", "analyze"):
        inputs = {"check": ["mapped.tar"], "analyze": ["valid.obj"], "list": ["text.txt"],
                  "compare": ["in.tar", "in.tar"]}[command]
        return place.run(command, ["-q"], inputs).out == b"" and \
            place.run(command, [], inputs).out != b""
    return loud.err != "" and calm.err == ""


def config(place, command):
    return not place.run(command, []).same(place.run(command, ["--config=conf"]))


def no_config(place, command):
    place.write(".config/uvpipe/config", CONFIG)
    with_file, without = place.run(command, []), place.run(command, ["--no-config"])
    os.remove(place.path(".config/uvpipe/config"))
    return not with_file.same(without)


def run_preset(place, command):
    """The queue of two that it stands for: -vv tells how many were on the way at once."""
    inputs = {"gen": ["torus", "--count=60"], "compare": None}.get(command, ["two", "in.tar"])
    pattern = r"window peak (\d+)"
    high = number_with(place, command, ["--workers=2", "--queue=8"], pattern, inputs)
    return number_with(place, command, ["--preset=low-memory"], pattern, inputs) < high or \
        "preset low-memory" in place.run(
            command, ["--preset=low-memory", "--print-config"], inputs).out.decode()


def gltf(name):
    return os.path.join(DATA, "gltf", name)


def texcoord(place, command):
    file = gltf("good-uvs.glb")
    inputs = [file, file] if command == "compare" else [file]
    if command != "compare":
        return differs("--texcoord", "1", inputs=inputs)(place, command)
    # only the set that is looked at can differ
    with open(place.path("other.glb"), "wb") as out:
        out.write(place.run("unwrap", ["--existing=replace"], [file]).out)
    return differs("--texcoord", "1", inputs=[file, "other.glb"])(place, command)


OLD_VALUE = os.path.join("C", "uvpipe-1", "0", "00", "0" * 64)


def removes_old(option, value):
    """A value of 2 MiB that was used two days ago is removed from a cache; not without it."""
    def see(place, command):
        def is_left(words):
            os.makedirs(os.path.dirname(place.path(OLD_VALUE)), exist_ok=True)
            with open(place.path(OLD_VALUE), "wb") as file:
                file.write(bytes(2 << 20))
            then = time.time() - 2 * 86400
            os.utime(place.path(OLD_VALUE), (then, then))
            os.remove(place.path("C/uvpipe-1/lock"))  # nobody knows how much there is
            words = ["--cache=C"] + words if command == "unwrap" else words
            place.run(command, words, ["big.obj"] if command == "unwrap" else ["gc", "C"])
            left = os.path.exists(place.path(OLD_VALUE))
            shutil.rmtree(place.path("C"))
            place.make_cache()
            return left
        return is_left([]) and not is_left([f"{option}={value}"])
    return see


def cache_max_age(place, command):
    """A run does not take what is too old; gc removes it."""
    if command == "cache":
        return removes_old("--cache-max-age", "1d")(place, command)
    words = ["-v", "--cache=C", "--cache-max-age=1ms"]
    told = [place.run(command, given, ["cad.obj"]).err for given in (words[:2], words)]
    return "1 from the cache" in told[0] and "from the cache" not in told[1]


def resume(place, command):
    """A run that fails leaves its journal."""
    words = ["--output=made.tar", "--on-error=stop"]
    left = [place.run(command, given, ["cad.obj", "broken.obj"]).files
            for given in (words, words + ["--resume"])]
    return [name for name in left[0] if "resume" in name] == [] and \
        "made.tar.uvpipe-resume" in left[1]

MADE = ["-o", "made.out"]

ENTRIES = {
    # solved meshes
    "cache": tells("--cache=C", "1 from the cache", given=["-v"], inputs=["cad.obj"]),
    "cache-max-size": removes_old("--cache-max-size", "1M"),
    "cache-max-age": cache_max_age,
    "resume": resume,
    # meshes from nothing
    "triangles": differs("--triangles", "300"),
    "count": differs("--count", "3"),
    "seed": differs("--seed", "2", given=["--noise=0.01"]),
    "mesh-format": differs("--mesh-format", "ply"),
    "uvs": differs("--uvs", "planar"),
    "noise": differs("--noise", "0.05"),
    # output
    "output": output,
    "format": differs("--format", "zip"),
    "compress": differs("--compress", "gzip"),
    "seek-table": differs("--seek-table", given=["--compress=zstd"]),
    "unordered": unordered,
    "force": force,
    # members
    "include": differs("--include", "nothing"),
    "exclude": differs("--exclude", "*"),
    "tol": differs("--tol", "0.2", inputs=["valid.obj", "moved.obj"]),
    "ignore": differs("--ignore", "uvs", inputs=["in.tar", "mapped.tar"]),
    "allow": differs("--allow", "none", inputs=["mirrored.obj"]),
    ("check", "pages"): differs("--pages", "2", inputs=["second-page.obj"]),
    "existing": differs("--existing", "replace", inputs=["valid.obj"]),
    "on-error": differs("--on-error", "drop", inputs=["broken.obj", "cad.obj"]),
    "max-errors": differs("--max-errors", "1", inputs=["broken.obj", "broken2.obj", "cad.obj"]),
    "dry-run": differs("--dry-run"),
    # figures
    "gate": differs("--gate", "coverage>2"),
    "coverage-res": differs("--coverage-res", "16", given=["--csv"]),
    ("compare", "gate"): differs("--gate", "islands.count<0", inputs=["mapped.tar", "mapped.tar"]),
    ("analyze", "resolution"): differs("--resolution", "256", given=["--csv"]),
    ("analyze", "unwrap-missing"): differs("--unwrap-missing", inputs=["in.tar"]),
    "csv": differs("--csv"),
    "islands": differs("--islands"),
    ("render", "unwrap-missing"): differs("--unwrap-missing", inputs=["cad.obj"]),
    "grid": differs("--grid", "padding=3,5", given=["--json"]),
    "metric": differs("--metric", "coverage", given=["--json"]),
    "save-params": differs("--save-params", "made"),
    "save-manifest": differs("--save-manifest", "made"),
    ("optimize", "output"): differs("--output", "made.tar"),
    ("optimize", "on-error"): differs("--on-error", "drop", given=MADE,
                                      inputs=["broken.obj", "parts.obj"]),
    ("optimize", "ply-uv"): differs("--ply-uv", "wedge", given=MADE, inputs=["mesh.ply"]),
    ("optimize", "stl"): differs("--stl", "replace", given=MADE + ["--format=tar"],
                                 inputs=["mesh.stl"]),
    ("optimize", "stl-to"): differs("--stl-to", "ply", given=MADE, inputs=["mesh.stl"]),
    ("optimize", "off"): differs("--off", "stoff", given=MADE, inputs=["mesh.off"]),
    ("optimize", "uv-type"): differs("--uv-type", "u16", given=MADE,
                                     inputs=[gltf("good-plain.glb")]),
    ("optimize", "gltf-atlas"): differs("--gltf-atlas", "file", given=MADE,
                                        inputs=[gltf("good-shared-meshes.glb")]),
    ("optimize", "pages"): differs("--pages", "2", given=["--texels-per-unit=2000", "--json"],
                                   inputs=["cad.obj"]),
    ("optimize", "format"): differs("--format", "zip", given=["-o", "made.out"]),
    ("optimize", "compress"): differs("--compress", "gzip", given=["-o", "made.out"]),
    ("optimize", "seek-table"): differs("--seek-table",
                                        given=["-o", "made.out", "--compress=zstd"]),
    # pictures
    "what": differs("--what", "mesh"),
    "colour": differs("--colour", "stretch"),
    "svg": differs("--svg"),
    "size": differs("--size", "256"),
    "views": differs("--views", "1", given=["--what=mesh"]),
    "up": differs("--up", "z", given=["--what=mesh"]),
    "turn": differs("--turn", "90", given=["--what=mesh"]),
    "checker": differs("--checker", "4", given=["--colour=checker"]),
    "background": differs("--background", "102030"),
    "hide": differs("--hide", "seams"),
    # formats
    "ply-uv": differs("--ply-uv", "wedge", inputs=["mesh.ply"]),
    "stl": differs("--stl", "replace", given=["--format=tar"], inputs=["mesh.stl"]),
    "stl-to": differs("--stl-to", "ply", inputs=["mesh.stl"]),
    "off": differs("--off", "stoff", inputs=["mesh.off"]),
    "texcoord": texcoord,
    "uv-type": differs("--uv-type", "u16", inputs=[gltf("good-plain.glb")]),
    "gltf-atlas": differs("--gltf-atlas", "file", inputs=[gltf("good-shared-meshes.glb")]),
    # atlas
    ("unwrap", "preset"): differs("--preset", "fast", inputs=["gyroid.obj"]),
    "max-stretch": differs("--max-stretch", "2", inputs=["gyroid.obj"]),
    "max-chart-triangles": differs("--max-chart-triangles", "20"),
    "seams": differs("--seams", "material", inputs=["parts.obj"]),
    "keep-charts": differs("--keep-charts", inputs=["second-page.obj"]),
    "whole-charts": differs("--whole-charts", inputs=["gyroid.obj"]),
    "fix-winding": differs("--fix-winding", inputs=["turned.obj"]),
    "resolution": differs("--resolution", "64"),
    "padding": differs("--padding", "9"),
    "texels-per-unit": differs("--texels-per-unit", "5"),
    ("unwrap", "pages"): differs("--pages", "2", given=["--texels-per-unit=2000"],
                                 inputs=["cad.obj"]),
    "pack-effort": differs("--pack-effort", "64", inputs=["gyroid.obj"]),
    # resources
    "workers": more_threads("--workers", 1, 2),
    "readers": more_threads("--readers", 1, 3),
    "memory": lowers("--memory", "1M", r"budget peak (\d+)", inputs=["uneven.tar"],
                     gen=GEN_MANY, compare=["uneven.tar", "uneven.tar"], optimize=OPTIMIZE_LARGE),
    "queue": lowers("--queue", "1", r"window peak (\d+)", inputs=["uneven.tar"], gen=GEN_MANY,
                    compare=["uneven.tar", "uneven.tar"], optimize=OPTIMIZE_LARGE),
    "timeout": ends_early("--timeout"),
    "member-timeout": member_timeout,
    "stall-timeout": ends_early("--stall-timeout"),
    # settings
    "preset": run_preset,
    "config": config,
    "no-config": no_config,
    "params": differs("--params", "params"),
    "params-from": differs("--params-from", "manifest"),
    ("cache", "print-config"): tells("--print-config", r"(?m)^cache-max-size = 10G +# built-in$"),
    "print-config": tells("--print-config", r"(?m)^workers = auto +# built-in$"),
    "list-options": tells("--list-options", r'"name": "list-options"'),
    # messages
    "json": differs("--json"),
    "completion": lambda place, command: b"uvpipe" in place.run(
        command, ["--completion=bash"], []).out,
    "report": report,
    "report-html": report_html,
    "report-html-meshes": report_html_meshes,
    "report-html-worst": report_html_worst,
    "progress": progress,
    "progress-interval": progress_interval,
    "color": color,
    "quiet": quiet,
    "verbose": tells("--verbose", r"s wall, "),
    "help": tells("--help", "Usage: uvpipe"),
    "version": tells("--version", r"^uvpipe \d+\.\d+"),
}


def cover(place, command, name):
    """Why the option is not covered; empty when it is."""
    see = ENTRIES.get((command, name), ENTRIES.get(name))
    if see is None:
        return f"--{name} has no entry in ENTRIES of {os.path.basename(__file__)}: add one that " \
               "shows what it changes"
    try:
        return "" if see(place, command) else f"--{name} changed nothing that was looked at"
    except (OSError, AttributeError, KeyError, IndexError, subprocess.SubprocessError,
            ValueError) as failure:
        return f"--{name}: {type(failure).__name__}: {failure}"


def cover_command(uvpipe, command, names, talks):
    """What is wrong with the options of one command, in a folder of its own."""
    wrong = []
    with tempfile.TemporaryDirectory(prefix="uvp_options_") as folder:
        place = Place(uvpipe, folder)
        for name in names:
            began = time.monotonic()
            why = cover(place, command, name)
            if talks:
                print(f"{command} --{name}: {why or 'seen'} ({time.monotonic() - began:.1f} s)")
            if why:
                wrong.append(f"{command}: {why}")
    return wrong


def main():
    uvpipe, wanted = os.path.abspath(sys.argv[1]), sys.argv[2:]
    table = json.loads(subprocess.run([uvpipe, "--list-options"], check=True,
                                      capture_output=True).stdout)
    pairs = [(command, row["name"]) for row in table["options"] for command in row["commands"]]
    known = {name if isinstance(name, str) else name[1] for name in ENTRIES}
    wrong = [f"ENTRIES has {name!r}, which is no option" for name in
             sorted(known - {row["name"] for row in table["options"]})]
    unknown = sorted({command for command, _ in pairs} - set(COMMANDS))
    wrong += [f"{command} has no line in COMMANDS of {os.path.basename(__file__)}"
              for command in unknown]
    jobs = [(command, [name for c, name in pairs
                       if c == command and (not wanted or name in wanted)])
            for command in COMMANDS]
    # Most of the time is waiting for limits of time: commands can do that side by side.
    with concurrent.futures.ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
        for found in pool.map(lambda job: cover_command(uvpipe, *job, bool(wanted)), jobs):
            wrong += found
    print("\n".join(wrong))
    print(f"{len(pairs)} options of {len(table['commands'])} commands, {len(wrong)} wrong")
    return 1 if wrong or not pairs else 0


if __name__ == "__main__":
    sys.exit(main())
