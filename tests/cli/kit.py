#!/usr/bin/env python3
"""Makes inputs for the cases and looks at outputs. kit.py COMMAND ARGUMENTS..."""
import io
import json
import os
import pty
import select
import signal
import subprocess
import sys
import tarfile
import threading
import time
import zipfile

CUBE = """# a cube of quads
o cube
v 0 0 0
v 1 0 0
v 1 1 0
v 0 1 0
v 0 0 1
v 1 0 1
v 1 1 1
v 0 1 1
f 1 4 3 2
f 5 6 7 8
f 1 2 6 5
f 2 3 7 6
f 3 4 8 7
f 4 1 5 8
"""

UVS = "v 0 0 0\nv 1 0 0\nv 0 1 0\nvt 0 0\nvt 1 0\nvt 0 1\nf 1/1 2/2 3/3\n"
# A unit square of two triangles, and UVs for it.
SQUARE = "v 0 0 0\nv 1 0 0\nv 1 1 0\nv 0 1 0\n"
ALONG = "f 1/1 2/2 3/3\nf 1/1 3/3 4/4\n"
LAYOUTS = {
    "valid": "vt 0.1 0.1\nvt 0.9 0.1\nvt 0.9 0.9\nvt 0.1 0.9\n" + ALONG,
    "folded": "vt 0 0\nvt 1 0\nvt 1 1\nvt 1 0.5\n" + ALONG,
    "twice": "vt 0 0\nvt 1 0\nvt 1 1\nvt 0 1\nf 1/1 2/2 3/3\nf 1/1 3/2 4/3\n",
    "outside": "vt -1.5 0\nvt 2 0\nvt 2 1\nvt -1.5 1\n" + ALONG,
    "unmapped": "vt 0 0\nvt 1 0\nvt 1 1\nf 1/1 2/2 3/3\nf 1/1 3/3 4\n",
    "nan": "vt nan 0\nvt 1 0\nvt 1 1\nvt 0 1\n" + ALONG,
    "collapsed": "vt 0 0\nvt 1 0\nvt 1 1\nvt 0.5 0.5\n" + ALONG,
    "mirrored": "vt 1 0\nvt 0 0\nvt 0 1\nvt 1 1\n" + ALONG,
}

BROKEN = "v 0 0 0\nv 1 0 0\nv 0 1 0\nf 1 2 90\n"


def write_text(path, text):
    with open(path, "w", encoding="ascii") as file:
        file.write(text)


def cube(path):
    write_text(path, CUBE)


def uvs(path):
    write_text(path, UVS)


def layout(path, name):
    write_text(path, SQUARE + LAYOUTS[name])


def broken(path):
    write_text(path, BROKEN)


def grid(path, side):
    """A bent sheet of side * side quads."""
    n = int(side)
    lines = [f"v {x} {y} {(x * x + 3 * y) % 7 / 10}" for y in range(n + 1)
             for x in range(n + 1)]
    lines += [f"f {a} {a + 1} {a + n + 2} {a + n + 1}"
              for a in (y * (n + 1) + x + 1 for y in range(n) for x in range(n))]
    write_text(path, "\n".join(lines) + "\n")


def files_below(folder):
    """Paths of all files, with the folder's own name in front, sorted."""
    return sorted(os.path.join(where, name) for where, _, names in os.walk(folder)
                  for name in names)


def archive(path, *sources):
    """A tar or zip (by its name) of files and folders."""
    names = [name for source in sources
             for name in (files_below(source) if os.path.isdir(source) else [source])]
    if path.endswith(".zip"):
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as out:
            for name in names:
                out.write(name)
        return
    with tarfile.open(path, "w", format=tarfile.PAX_FORMAT) as out:
        for name in names:
            out.add(name)


def odd_name(path, kind):
    """A tar with a broken mesh whose name holds escape sequences or bytes that are not UTF-8."""
    name = b"evil\x1b[2J\n.obj" if kind == "control" else b"bad\xff.obj"
    info = tarfile.TarInfo(name.decode("utf-8", "surrogateescape"))
    data = BROKEN.encode()
    info.size = len(data)
    with tarfile.open(path, "w", format=tarfile.GNU_FORMAT, errors="surrogateescape") as out:
        out.addfile(info, io.BytesIO(data))


def members(path):
    """Name and contents of every file, in order, of a tar, zip or folder."""
    if os.path.isdir(path):
        top = os.path.join(path, "")
        return [(name[len(top):], open(name, "rb").read()) for name in files_below(path)]
    if zipfile.is_zipfile(path) and not tarfile.is_tarfile(path):
        with zipfile.ZipFile(path) as file:
            if file.testzip() is not None:
                sys.exit(f"{path}: a member is damaged")
            return [(info.filename, file.read(info)) for info in file.infolist()
                    if not info.is_dir()]
    with tarfile.open(path) as file:
        return [(info.name, file.extractfile(info).read()) for info in file if info.isfile()]


def why_no_uvs(data):
    """Why an OBJ file is not wholly mapped; empty when it is."""
    count, corners = 0, 0
    for line in data.decode("ascii").splitlines():
        words = line.split()
        if words[:1] == ["vt"]:
            count += 1
            if not all(0 <= float(word) <= 1 for word in words[1:3]):
                return f"outside the page: {line}"
        if words[:1] == ["f"]:
            for word in words[1:]:
                parts = word.split("/")
                corners += 1
                if len(parts) < 2 or not parts[1] or not 1 <= int(parts[1]) <= count:
                    return f"no texture coordinate: {line}"
    return "" if corners else "no faces"


def unwrapped(path):
    """Fails unless the OBJ file is mapped."""
    with open(path, "rb") as file:
        why = why_no_uvs(file.read())
    if why:
        sys.exit(f"{path}: {why}")


def compare(before, after):
    """Same names in the same order; prints the names of what differs; that must be mapped."""
    old, new = members(before), members(after)
    if [name for name, _ in old] != [name for name, _ in new]:
        sys.exit(f"names differ: {[n for n, _ in old]} and {[n for n, _ in new]}")
    for (name, was), (_, now) in zip(old, new):
        if was == now:
            continue
        why = why_no_uvs(now)
        if why:
            sys.exit(f"{name}: {why}")
        print(name)


def names(path):
    for name, _ in members(path):
        print(name)


def report(path, *checks):
    """Every line is an object; each check is a Python expression over `members` and `run`."""
    with open(path, encoding="utf-8") as file:
        objects = [json.loads(line, parse_constant=lambda word: sys.exit(f"{word} in {path}"))
                   for line in file]
    run = objects[-1]
    if run["type"] != "run" or any(thing["version"] != 1 for thing in objects):
        sys.exit(f"{path}: the last object is no run, or a version is not 1")
    scope = {"members": [thing for thing in objects if thing["type"] == "member"],
             "warnings": [thing for thing in objects if thing["type"] == "warning"],
             "run": run}
    for check in checks:
        if not eval(check, scope):  # checks are written in the cases beside this file
            sys.exit(f"{path}: not so: {check}\n{json.dumps(objects, indent=1)}")


def on_terminal(streams, *command):
    """Runs the command with some of 0, 1, 2 on a terminal of 60 columns. Prints what it wrote
    there with escapes shown, and ends with its exit code."""
    master, slave = pty.openpty()
    import fcntl
    import struct
    import termios
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 60, 0, 0))
    ends = [slave if str(i) in streams else None for i in range(3)]
    env = dict(os.environ, TERM="xterm")
    child = subprocess.Popen(command, stdin=ends[0], stdout=ends[1], stderr=ends[2], env=env)
    os.close(slave)
    heard = b""
    while True:
        try:
            piece = os.read(master, 65536)
        except OSError:
            break
        if not piece:
            break
        heard += piece
    code = child.wait()
    sys.stdout.write(repr(heard)[2:-1].replace("\\r\\n", "\n"))
    sys.exit(code if code >= 0 else 128 - code)


def read_for(fd, seconds):
    """What can be read within so many seconds."""
    data, end = b"", time.monotonic() + seconds
    while time.monotonic() < end:
        ready, _, _ = select.select([fd], [], [], end - time.monotonic())
        if ready:
            piece = os.read(fd, 65536)
            if not piece:
                break
            data += piece
    return data


def interrupt(number, times, path, out, *command):
    """Feeds half of the file, then sends the signal while the rest does not come."""
    with open(path, "rb") as file:
        data = file.read()
    half = len(data) // 2 // 512 * 512
    child = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    os.write(child.stdin.fileno(), data[:half])
    heard = read_for(child.stdout.fileno(), 1.5)
    for _ in range(int(times)):
        child.send_signal(signal.Signals[number])
        time.sleep(0.1)
    heard += child.stdout.read()
    child.stdin.close()
    with open(out, "wb") as file:
        file.write(heard)
    try:
        code = child.wait(20)
    except subprocess.TimeoutExpired:
        child.kill()
        sys.exit("it did not stop")
    sys.exit(code if code >= 0 else 128 - code)


def second_member(path):
    """Prints where the second member of a tar or zip begins."""
    if path.endswith(".zip"):
        with open(path, "rb") as file:
            print(file.read().index(b"PK\3\4", 4))
    else:
        with tarfile.open(path) as file:
            print(file.getmembers()[1].offset)


def trickle(cut, path, out, *command):
    """Feeds so many bytes of the file, and the rest only after a while. Prints whether anything
    came out before."""
    with open(path, "rb") as file:
        data = file.read()
    child = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    os.write(child.stdin.fileno(), data[:int(cut)])
    early = bool(select.select([child.stdout], [], [], 1)[0])
    print("early" if early else "late")
    feeder = threading.Thread(target=lambda: (child.stdin.write(data[int(cut):]),
                                              child.stdin.close()))
    feeder.start()
    with open(out, "wb") as file:
        file.write(child.stdout.read())
    feeder.join()
    sys.exit(child.wait(20))


def feed(path):
    """Writes the file to stdout within about a second, so that whoever reads has to wait."""
    with open(path, "rb") as file:
        data = file.read()
    each = len(data) // 10 + 1
    try:
        for at in range(0, len(data), each):
            os.write(1, data[at:at + each])
            time.sleep(0.1)
    except BrokenPipeError:
        pass


def stop_later(number, *command):
    """Sends the signal when the command has run for a while."""
    child = subprocess.Popen(command, stdin=subprocess.DEVNULL)
    time.sleep(0.5)
    child.send_signal(signal.Signals[number])
    try:
        code = child.wait(20)
    except subprocess.TimeoutExpired:
        child.kill()
        sys.exit("it did not stop")
    sys.exit(code if code >= 0 else 128 - code)


COMMANDS = {"cube": cube, "layout": layout, "uvs": uvs, "broken": broken, "grid": grid,
            "archive": archive, "odd_name": odd_name, "unwrapped": unwrapped,
            "compare": compare, "names": names, "report": report, "on_terminal": on_terminal,
            "interrupt": interrupt, "second_member": second_member, "trickle": trickle,
            "stop_later": stop_later, "feed": feed}

if __name__ == "__main__":
    COMMANDS[sys.argv[1]](*sys.argv[2:])
