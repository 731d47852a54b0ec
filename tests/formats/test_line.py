#!/usr/bin/env python3
"""The whole line over samples of every registered format at once: in every container, with any
number of workers, in little memory, by file and by pipe.

Usage: test_line.py UVPIPE FORMATS_DEF MADE
Exit:  0 all well, 1 complaints.
"""

import os
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
import every_format_kit as kit  # noqa: E402

STATUSES = {"ok", "passed", "failed"}
ALONE = ("--stl=pass", "--off=pass")  # formats without room for UVs are left as they are
INPUTS = (("tar", None), ("zip", None), ("cpio", None), ("tar", "gzip"), ("tar", "zstd"),
          ("tar", "xz"), ("cpio", "bzip2"))


class Line:
    def __init__(self, uvpipe, definitions, made):
        self.uvpipe = uvpipe
        self.made = made
        self.formats = kit.formats(definitions)
        self.found = []

    def complain(self, text):
        self.found.append(text)

    def expect(self, fact, text):
        if not fact:
            self.complain(text)

    def run(self, data, *options, **how):
        return kit.Run(self.uvpipe, data, "--quiet", *options, **how)

    # ---- what goes in ----

    def few(self):
        """Of every format some of each kind, what lies beside them, and other files."""
        members = {"read me.txt": b"not a mesh\n", "empty.obj": b""}
        for name in self.formats:
            samples = kit.samples(name, self.made)
            # what lies beside comes first: in little memory nobody waits long for it
            for path in samples:
                if not kit.is_sample(path):
                    members[f"some/{name}/{path}"] = samples[path]
            for kind, count in (("good-", 4), ("bad-", 2), ("unsupported-", 2)):
                chosen = [path for path in samples if kit.is_sample(path, kind)]
                chosen = chosen[:count] + chosen[-count:] + [
                    path for path in chosen if kit.is_sample(path, "good-beside")]
                for path in chosen:
                    members[f"some/{name}/{path}"] = samples[path]
        members["last.bin"] = bytes(range(256)) * 40
        return members

    def all_good(self):
        return {f"{name}/{path}": data for name in self.formats
                for path, data in kit.samples(name, self.made).items()
                if not kit.is_sample(path, "bad-", "unsupported-")}

    # ---- what comes out ----

    def judge(self, label, members, run):
        """Every member in one status, all that was not unwrapped bit for bit."""
        out = kit.unpack(run.out)
        told = [record["name"] for record in run.told]
        self.expect(sorted(told) == sorted(members), f"{label}: not every member is told once")
        counts = {status: 0 for status in STATUSES}
        expected = []
        for path, before in members.items():
            record = run.records[path]
            self.expect(record["status"] in STATUSES, f"{label}: {path}: {record['status']}")
            counts[record["status"]] += 1
            expected.append(path)
            if record["status"] == "ok" and record["added"]:
                expected.append(path + record["added"])
                self.expect(len(out.get(path + record["added"], b"")) > 0,
                            f"{label}: {path}: nothing beside it")
            elif record["status"] == "ok":
                self.expect(out.get(path) != before, f"{label}: {path}: told ok, unchanged")
            else:
                self.expect(out.get(path) == before, f"{label}: {path}: changed")
        summary = {"ok": run.summary["ok"], "passed": run.summary["passed"],
                   "failed": run.summary["failed"]}
        self.expect(summary == counts, f"{label}: the summary says {summary}, not {counts}")
        self.expect(run.code == (2 if counts["failed"] else 0), f"{label}: exit {run.code}")
        for kind, status in (("good-", {"ok", "passed"}), ("bad-", {"failed", "passed"}),
                             ("unsupported-", {"passed"})):
            for path in members:
                if kit.is_sample(path, kind):
                    self.expect(run.records[path]["status"] in status,
                                f"{label}: {path}: {run.records[path]['status']}")
        return out, expected

    def check_containers(self):
        members = self.few()
        wanted = None
        for container, codec in INPUTS:
            if codec is not None and codec not in kit.CODECS:
                continue
            label = f"{container} {codec}"
            data = kit.PACKERS[container](members)
            data = kit.CODECS[codec][0](data) if codec else data
            first = self.run(data, "--workers=0", pipe=False)
            out, expected = self.judge(label, members, first)
            self.expect(list(out) == expected, f"{label}: another order")
            wanted = wanted or out
            self.expect(out == wanted, f"{label}: other contents than in the first container")
            self.check_ways(label, data, first, out)

    def check_ways(self, label, data, first, out):
        for options in (("--workers=0",), ("--workers=1",), ("--workers=2",), ("--workers=16",),
                        ("--queue=1", "--workers=2"), ("--memory=1M", "--workers=2"),
                        ("--memory=1M", "--queue=1", "--readers=1")):
            for pipe in (False, True):
                run = self.run(data, *options, pipe=pipe)
                way = f"{label} {' '.join(options)} {'pipe' if pipe else 'file'}"
                self.expect(run.out == first.out, f"{way}: other bytes")
                self.expect({p: r["status"] for p, r in run.records.items()} ==
                            {p: r["status"] for p, r in first.records.items()},
                            f"{way}: other statuses")
        for workers in (0, 2, 16):
            run = self.run(data, "--unordered", f"--workers={workers}")
            self.expect(kit.unpack(run.out) == out, f"{label}: unordered, {workers} workers")

    def check_folder(self):
        members = self.few()
        with tempfile.TemporaryDirectory(prefix="uvp_every_") as top:
            for path, data in members.items():
                os.makedirs(os.path.dirname(os.path.join(top, "in", path)), exist_ok=True)
                with open(os.path.join(top, "in", path), "wb") as file:
                    file.write(data)
            wanted = kit.unpack(self.run(kit.pack_tar(members)).out)
            for workers in (0, 2):
                target = os.path.join(top, f"out{workers}")
                result = subprocess.run([self.uvpipe, "-q", f"--workers={workers}",
                                         os.path.join(top, "in"), "-o", target + "/"],
                                        capture_output=True, check=False)
                self.expect(result.returncode == 2, f"folder: exit {result.returncode}")
                found = {}
                for where, _, names in os.walk(target):
                    for name in names:
                        path = os.path.join(where, name)
                        with open(path, "rb") as file:
                            found[os.path.relpath(path, target)] = file.read()
                found = {path.removeprefix("in/"): data for path, data in found.items()}
                self.expect(found == wanted, f"folder, {workers} workers: other contents: "
                            f"{sorted(set(found) ^ set(wanted))}")

    def check_validity(self):
        """What was unwrapped is valid to the judge; nothing old is left, which might not be."""
        members = self.all_good()
        for options in ((), ("--ply-uv=wedge", "--off=stoff", "--stl-to=ply"),
                        ("--stl-to=glb", "--preset=fast", "--gltf-atlas=file")):
            run = self.run(kit.pack_tar(members), "--existing=replace", *options)
            verdicts = self.run(run.out, command=("check",)).records
            for path, record in run.records.items():
                if record["status"] != "ok":
                    continue
                path += "" if not record["added"] or record["added"] == ".uvpipe.bin" \
                    else record["added"]
                verdict = verdicts[path]["status"]
                self.expect(verdict == "valid", f"check {options}: {path}: {verdict}")

    def check_again(self):
        """A second run leaves what has UVs now as it is."""
        first = self.run(kit.pack_tar(self.few()), *ALONE)
        second = self.run(first.out, *ALONE)
        self.expect(first.out == second.out, "a second run changed something")
        self.expect(second.summary["ok"] == 0, "a second run unwrapped something")

    def check_conversions(self):
        """tar to zip to cpio to tar: contents as if it had been one run."""
        data = kit.pack_tar(self.few())
        direct = kit.unpack(self.run(data, *ALONE).out)
        for way in (("zip", "tar"), ("cpio", "zip", "tar"), ("zip", "cpio", "tar")):
            for workers in (0, 2):
                out = data
                for kind in way:
                    out = self.run(out, f"--format={kind}", f"--workers={workers}", *ALONE).out
                self.expect(kit.unpack(out) == direct, f"{way}, {workers} workers")
        for codec in ("gzip", "zstd", "xz", "bzip2"):
            if codec in kit.CODECS:
                out = self.run(data, f"--compress={codec}", *ALONE).out
                self.expect(kit.unpack(out) == direct, f"compressed by {codec}")


def main():
    line = Line(*sys.argv[1:])
    for step in (line.check_containers, line.check_folder, line.check_validity,
                 line.check_again, line.check_conversions):
        step()
    print("\n".join(line.found + [f"{len(line.found)} complaints"]))
    return 1 if line.found else 0


if __name__ == "__main__":
    sys.exit(main())
