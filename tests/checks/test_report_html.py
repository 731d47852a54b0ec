#!/usr/bin/env python3
"""The page of --report-html, as a reader has it: in a browser without a window.

Usage: test_report_html.py UVPIPE
Exit:  0 all well, 1 something is wrong, 77 there is no browser here (what needs none is tested).
"""

import io
import json
import math
import os
import re
import signal
import subprocess
import sys
import tarfile
import tempfile
import time
import unittest

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
import browser  # noqa: E402

UVPIPE = None
MANY = 100_000
HOSTILE = [
    b"</script><img src=x onerror=document.title='out'>.obj",
    b"<!--<script>document.title='out'</script>.obj",
    b"\xe2\x80\xaejbo.turned",
    b"new\nline.obj",
    b"bad\xff\xfebytes.obj",
    b"line\xe2\x80\xa8end.obj",
    b"quote\"'&amp;\\.obj",
]
TIMES = {"time", "load", "decode", "topology", "segment", "flatten", "merge", "pack", "verify",
         "encode", "render"}


# ---- input ----

def bump(n, height):
    """A grid of n * n squares over a hill: the higher, the more stretch."""
    lines = []
    for y in range(n + 1):
        for x in range(n + 1):
            z = height * math.exp(-8 * ((x / n - 0.5) ** 2 + (y / n - 0.5) ** 2))
            lines.append(f"v {x / n:.5f} {y / n:.5f} {z:.5f}")
    for y in range(n):
        for x in range(n):
            a = y * (n + 1) + x + 1
            lines.append(f"f {a} {a + 1} {a + n + 2}\nf {a} {a + n + 2} {a + n + 1}")
    return "\n".join(lines).encode() + b"\n"


def add(archive, name, data):
    info = tarfile.TarInfo(name if isinstance(name, str) else os.fsdecode(name))
    info.size = len(data)
    archive.addfile(info, io.BytesIO(data))


def sample(path, hostile=False):
    with tarfile.open(path, "w", format=tarfile.GNU_FORMAT, encoding="utf-8",
                      errors="surrogateescape") as archive:
        for i in range(16):
            add(archive, f"models/hill-{i:02d}.obj", bump(8 + i, 0.1 * i))
        add(archive, "models/broken.obj", b"v 0 0 0\nf 1 2 3\n")
        add(archive, "readme.txt", b"only text\n")
        for name in HOSTILE if hostile else []:
            add(archive, name, bump(4, 0.3))


def many(path):
    """A hundred thousand members, a quarter of them small meshes; headers written by hand, which
    is quicker."""
    shapes = []
    for k in range(8):
        shape = f"v 0 0 {k}\nv 1 0 0\nv 0 1 0\nv 1 1 {k / 8}\nf 1 2 3\nf 2 4 3\n".encode()
        shapes.append((len(shape), shape.ljust(512, b"\0")))
    with open(path, "wb") as file:
        for i in range(MANY):
            size, body = shapes[i * 7919 % 8]
            suffix = "obj" if i % 4 == 3 else "txt"
            name = f"set-{i % 97:02d}/mesh-{i:06d}.{suffix}".encode()
            head = bytearray(512)
            head[0:len(name)] = name
            head[100:157] = b"0000644\0" + b"0000000\0" * 2 + b"%011o\0" % size + \
                b"00000000000\0" + b"        " + b"0"
            head[257:265] = b"ustar\x0000"
            head[148:156] = b"%06o\0 " % sum(head)
            file.write(head + body)
        file.write(bytes(1024))


def run(*words, expect=(0,), **more):
    done = subprocess.run([UVPIPE, *words], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                          timeout=120, check=False, **more)
    if done.returncode not in expect:
        raise AssertionError(f"{words}: exit code {done.returncode}: {done.stderr.decode()}")
    return done.returncode


# ---- a page, read without a browser ----

def elements(page, pattern):
    found = re.findall(r'<script type="application/json" ' + pattern + r">(.*?)</script>", page,
                       re.DOTALL)
    return [json.loads(text) for text in found]


def read_page(path):
    with open(path, encoding="utf-8") as file:
        page = file.read()
    head = elements(page, 'id="run-data"')[0]
    keys = [column["key"] for column in head["columns"]]
    rows = {}
    for chunk in elements(page, 'class="rows"'):
        for i in range(chunk["n"]):
            def cell(column, i=i):
                return column[i] if isinstance(column, list) else column
            seq = chunk["seq"][i] if isinstance(chunk["seq"], list) else chunk["seq"] + i
            text = cell(chunk["text"])
            rows[seq] = {
                "name": chunk["name"][i], "status": head["statuses"][cell(chunk["status"])],
                "text": chunk["texts"][text - 1] if text else "",
                **{key: cell(cells) for key, cells in zip(keys, chunk["cells"])},
            }
    return {"run": head, "rows": rows, "exhibits": elements(page, 'class="exhibit"'),
            "timeline": elements(page, 'id="timeline-data"')[0]}


def without_times(page):
    rows = {seq: {key: value for key, value in row.items() if key not in TIMES}
            for seq, row in page["rows"].items()}
    return rows, page["exhibits"]


class Folder(unittest.TestCase):
    """A folder to work in."""

    def setUp(self):
        self.folder = tempfile.TemporaryDirectory(prefix="uvpipe-page-")
        self.addCleanup(self.folder.cleanup)

    def path(self, name):
        return os.path.join(self.folder.name, name)


class Content(Folder):
    """What is in the file, whoever opens it."""

    def test_same_for_any_number_of_workers(self):
        sample(self.path("in.tar"))
        first = None
        for words in (["--workers=0"], ["--workers=1"], ["--workers=2"], ["--workers=16"],
                      ["--workers=16", "--unordered"]):
            run(self.path("in.tar"), "--report-html", self.path("page.html"),
                "--report-html-meshes=5", *words, expect=(2,))
            now = without_times(read_page(self.path("page.html")))
            first = first or now
            self.assertEqual(first, now, words)
        rows, exhibits = first
        self.assertEqual(len(rows), 18)
        self.assertEqual(rows[16]["status"], "failed")
        self.assertEqual(rows[17]["text"], "not a mesh format")
        worst = sorted((seq for seq in range(16)), key=lambda seq: -rows[seq]["stretch"])
        self.assertEqual({one["seq"] for one in exhibits} - set(worst[:6]), set())

    def test_what_is_worst_can_be_chosen(self):
        sample(self.path("in.tar"))
        for what, expected in (("triangles", [15, 14, 13]), ("charts", None), ("packing", None),
                               ("time", None), ("stretch", None)):
            run(self.path("in.tar"), "--report-html", self.path("page.html"),
                "--report-html-meshes=3", "--report-html-worst", what, expect=(2,))
            page = read_page(self.path("page.html"))
            self.assertEqual(page["run"]["worst"], what)
            self.assertEqual(len(page["exhibits"]), 3)
            if expected:
                self.assertEqual([one["seq"] for one in page["exhibits"]], expected)
        run(self.path("in.tar"), "--report-html", self.path("page.html"),
            "--report-html-meshes=0", expect=(2,))
        self.assertEqual(read_page(self.path("page.html"))["exhibits"], [])

    def test_timelines_add_up(self):
        sample(self.path("in.tar"))
        run(self.path("in.tar"), "--workers=2", "--readers=2", "--report-html",
            self.path("page.html"), expect=(2,))
        page = read_page(self.path("page.html"))
        threads = page["timeline"]["threads"]
        self.assertEqual([thread["name"] for thread in threads],
                         ["writer", "worker-0", "worker-1", "reader-0", "reader-1"])
        for thread in threads:
            told = sum(state["us"] for state in thread["states"])
            self.assertAlmostEqual(told, thread["ended_us"] - thread["began_us"],
                                   delta=len(thread["states"]) + 2)
            self.assertLessEqual(thread["ended_us"], 1.01e6 *
                                 page["run"]["run"]["wall_seconds"] + 1000)

    def test_failed_and_stopped_runs(self):
        sample(self.path("in.tar"))
        with open(self.path("in.tar"), "rb") as whole, open(self.path("cut.tar"), "wb") as cut:
            cut.write(whole.read()[:200_000])
        run(self.path("cut.tar"), "--report-html", self.path("page.html"), expect=(1,))
        page = read_page(self.path("page.html"))
        self.assertEqual(page["run"]["run"]["exit_code"], 1)
        self.assertIn("text", page["run"]["run"]["error"])
        self.assertGreater(len(page["rows"]), 2)
        for number in (signal.SIGINT, signal.SIGTERM):
            os.unlink(self.path("page.html"))
            self.stop_by(number)
            page = read_page(self.path("page.html"))
            self.assertEqual(page["run"]["run"]["signal"], number)
            self.assertGreater(len(page["rows"]), 2)

    def stop_by(self, number):
        with subprocess.Popen([UVPIPE, "--workers=1", "--report-html", self.path("page.html"),
                               "--report", self.path("lines")], stdin=subprocess.PIPE,
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
            with open(self.path("in.tar"), "rb") as whole:
                process.stdin.write(whole.read()[:200_000])
                process.stdin.flush()
            end = time.monotonic() + 30  # it takes what was read, then waits for more
            while time.monotonic() < end and not self.has_lines():
                time.sleep(0.05)
            time.sleep(0.2)
            process.send_signal(number)
            process.wait(30)
        self.assertEqual(os.listdir(self.folder.name).count("page.html"), 1)

    def has_lines(self):
        time.sleep(0.3)
        return os.path.exists(self.path("lines"))

    def test_other_commands(self):
        sample(self.path("in.tar"))
        run(self.path("in.tar"), "-o", self.path("out.tar"), expect=(2,))
        for command, statuses in (("check", {"valid", "failed", "passed"}),
                                  ("analyze", {"analyzed", "failed", "passed"}),
                                  ("list", {"mesh", "failed", "passed"})):
            run(command, self.path("out.tar"), "--report-html", self.path("page.html"),
                expect=(0, 2))
            page = read_page(self.path("page.html"))
            self.assertEqual(page["run"]["run"]["command"], command)
            self.assertEqual({row["status"] for row in page["rows"].values()}, statuses)
            self.assertEqual(len(page["exhibits"]), 0 if command == "list" else 12)

    def test_a_file_whole_or_not_at_all(self):
        sample(self.path("in.tar"))
        run(self.path("in.tar"), "--report-html", self.path("none/page.html"), expect=(1,))
        run(self.path("in.tar"), "--report-html", self.path("in.tar"), expect=(64,))
        run(self.path("in.tar"), "--report-html", self.path("x"), "--report", self.path("x"),
            expect=(64,))
        run(self.path("in.tar"), "--report-html", self.path("x"), "-o", self.path("x"),
            expect=(64,))
        run(self.path("in.tar"), "--report-html", "/dev/full", expect=(1,))
        self.assertEqual(os.listdir(self.folder.name), ["in.tar"])


@unittest.skipIf(browser.missing(), f"{browser.missing()} is not installed")
class Page(Folder):
    """What a reader sees and does."""

    session = None

    @classmethod
    def setUpClass(cls):
        cls.session = browser.Browser()
        cls.session.__enter__()

    @classmethod
    def tearDownClass(cls):
        cls.session.__exit__(None, None, None)

    def open(self, page, width=1280, height=900, **more):
        session = self.session
        session.fit(width, height, **more)
        session.log()
        session.requests()
        seconds = session.open(page)
        session.wait("document.documentElement.dataset.ready === 'yes'")
        return session, seconds

    def text(self, session, selector):
        return session.run("return document.querySelector(arguments[0]).textContent", selector)

    def column(self, session, n):
        """What the rows that can be seen have in a column."""
        return session.run("return [...document.querySelectorAll('#table tr.row')]"
                           ".map((row) => row.children[arguments[0]].textContent)", n)

    def place_of(self, session, key):
        return session.run("return [...document.querySelectorAll('#table th button')]"
                           ".findIndex((button) => button.dataset.key === arguments[0])", key)

    def filter(self, session, text):
        session.run("const input = document.getElementById('filter'); input.value = arguments[0];"
                    "input.dispatchEvent(new KeyboardEvent('keydown', {key: 'Enter'}))", text)

    def colors_of(self, session, selector):
        """How many colours a picture has."""
        return session.run(
            "const copy = document.createElement('canvas'); copy.width = copy.height = 200;"
            "const g = copy.getContext('2d');"
            "g.drawImage(document.querySelector(arguments[0]), 0, 0, 200, 200);"
            "const data = new Uint32Array(g.getImageData(0, 0, 200, 200).data.buffer);"
            "return new Set(data).size", selector)

    def picture(self, session, selector):
        return session.run("return document.querySelector(arguments[0]).toDataURL()", selector)

    def nothing_bad(self, session, page):
        self.assertEqual(session.log(), [])
        other = [url for url in session.requests()
                 if url != "file://" + page and not url.startswith("data:")]
        self.assertEqual(other, [])

    def test_reads_sorts_filters_and_shows(self):
        page = self.path("page.html")
        sample(self.path("in.tar"))
        run(self.path("in.tar"), "--report-html", page, "--report-html-meshes=16", expect=(2,))
        session, _ = self.open(page)
        self.assertIn("in.tar", session.run("return document.title"))
        self.assertEqual(self.text(session, "#count"), "18 members")
        self.assertIn("18members read", self.text(session, "#cards"))
        self.assertIn("16with new UVs", self.text(session, "#cards"))
        self.sorts(session)
        self.filters(session)
        self.shows(session)
        self.assertGreater(self.colors_of(session, "#timeline-canvas"), 3)
        self.assertEqual(session.run("return document.querySelectorAll('#histograms svg').length"),
                         6)
        self.nothing_bad(session, page)

    def sorts(self, session):
        names = self.column(session, 1)
        self.assertIn("hill-00.obj", names[0])
        triangles = self.place_of(session, "triangles")
        session.click("th button[data-key=triangles]")
        values = [int(text.replace(",", "")) for text in self.column(session, triangles)
                  if text[0].isdigit()]
        self.assertEqual(values, sorted(values, reverse=True))
        self.assertEqual(len(values), 16)
        session.click("th button[data-key=triangles]")
        self.assertIn("hill-00.obj", self.column(session, 1)[0])
        self.assertEqual(self.column(session, triangles)[-1], "\u2013")  # without one: last
        session.click("th button[data-key=name]")
        names = self.column(session, 1)
        self.assertIn("broken", names[0])
        self.assertIn("readme", names[-1])

    def filters(self, session):
        for text, count in (("hill", 16), ("HILL-0", 10), ("status:failed", 1), ("-hill", 2),
                            ("hill triangles>500", 8), ("triangles>=0.512k", 8),
                            ("packing<0%", 0), ("format:obj -status:failed", 16),
                            ("text:\"mesh format\"", 1), ("", 18)):
            self.filter(session, text)
            self.assertEqual(len(self.column(session, 1)), count, text)
            self.assertTrue(session.run("return document.getElementById('filter-error').hidden"))
        self.filter(session, "triangels>5")
        self.assertIn("triangels", self.text(session, "#filter-error"))
        self.assertEqual(len(self.column(session, 1)), 18)
        self.filter(session, "")
        session.run("document.querySelector('#histograms .hit').dispatchEvent(new Event('click'))")
        self.assertIn("time<", session.run("return document.getElementById('filter').value"))
        self.assertLess(len(self.column(session, 1)), 18)
        session.click("#filter-clear")
        self.assertEqual(len(self.column(session, 1)), 18)

    def shows(self, session):
        self.filter(session, "hill-15")
        session.run("document.querySelector('#table tr.row').click()")
        self.assertEqual(self.text(session, "#member-name"), "models/hill-15.obj")
        self.assertTrue(session.run("return document.getElementById('solid-none').hidden"))
        session.wait("document.getElementById('solid').width > 300")
        time.sleep(0.3)
        self.assertGreater(self.colors_of(session, "#solid"), 20)
        self.assertGreater(self.colors_of(session, "#layout"), 3)
        before = self.picture(session, "#solid")
        self.assertEqual(before, self.picture(session, "#solid"))
        session.drag("#solid", 120, 40)
        time.sleep(0.3)
        self.assertNotEqual(before, self.picture(session, "#solid"))
        session.click("#member-reset")
        time.sleep(0.3)
        self.assertEqual(before, self.picture(session, "#solid"))
        for mode in ("charts", "stretch"):
            session.click(f"[data-mode={mode}]")
            time.sleep(0.3)
            self.assertNotEqual(before, self.picture(session, "#solid"))
        layout = self.picture(session, "#layout")
        session.run("document.getElementById('layout').dispatchEvent("
                    "new KeyboardEvent('keydown', {key: '+'}))")
        time.sleep(0.3)
        self.assertNotEqual(layout, self.picture(session, "#layout"))
        self.filter(session, "broken")
        session.run("document.querySelector('#table tr.row').click()")
        self.assertIn("failed", self.text(session, "#member-facts"))
        self.assertEqual(session.run(
            "return document.getElementById('views').offsetHeight"), 0)

    def test_names_do_nothing(self):
        page = self.path("page.html")
        sample(self.path("in.tar"), hostile=True)
        run(self.path("in.tar"), "--report-html", page, "--report-html-meshes=30", expect=(2,))
        session, _ = self.open(page)
        self.filter(session, "-hill -readme -broken")
        self.assertNotEqual(session.run("return document.title"), "out")
        self.assertEqual(session.run("return document.querySelectorAll('img').length"), 0)
        shown = " ".join(self.column(session, 1))
        for text in ("</script><img src=x onerror=document.title='out'>.obj", "<!--<script>",
                     "\\xe2\\x80\\xae", "new\\x0aline.obj", "bad\\xff\\xfebytes.obj",
                     "quote\"'&amp;\\.obj"):
            self.assertIn(text, shown)
        session.run("for (const button of document.querySelectorAll('#worst button'))"
                    " { button.click(); }")
        self.nothing_bad(session, page)

    def test_on_a_phone_and_in_the_dark(self):
        page = self.path("page.html")
        sample(self.path("in.tar"), hostile=True)
        run(self.path("in.tar"), "--report-html", page, expect=(2,))
        session, _ = self.open(page, 375, 812, phone=True, dark=True)
        width = session.run("return [document.documentElement.scrollWidth, innerWidth]")
        self.assertEqual(width, [375, 375])
        ground = session.run("return getComputedStyle(document.body).backgroundColor")
        self.assertEqual(ground, "rgb(18, 22, 28)")
        self.nothing_bad(session, page)

    def test_other_ends_and_commands(self):
        sample(self.path("in.tar"))
        with open(self.path("in.tar"), "rb") as whole, open(self.path("cut.tar"), "wb") as cut:
            cut.write(whole.read()[:200_000])
        for name, words, expect, sentence in (
                ("a.html", [self.path("cut.tar")], (1,), "Failed: "),
                ("b.html", ["list", self.path("in.tar")], (2,), "something to look at"),
                ("c.html", ["check", self.path("in.tar")], (2,), "something to look at"),
                ("d.html", ["--workers=0", "--include=none", self.path("in.tar")], (0,),
                 "Complete")):
            run(*words, "--report-html", self.path(name), expect=expect)
            session, _ = self.open(self.path(name))
            self.assertIn(sentence, self.text(session, "#outcome"))
            self.nothing_bad(session, self.path(name))

    def test_a_hundred_thousand(self):
        page = self.path("page.html")
        many(self.path("in.tar"))
        run(self.path("in.tar"), "--report-html", page)
        session, seconds = self.open(page)
        self.assertEqual(self.text(session, "#count"), "100,000 members")
        took = {}
        for key in ("triangles", "name", "stretch", "time", "seq"):
            took[key] = session.run(
                "const began = performance.now();"
                "document.querySelector(`th button[data-key=${arguments[0]}]`).click();"
                "document.getElementById('table').offsetHeight;"
                "return performance.now() - began", key)
        began = time.monotonic()
        self.filter(session, "set-07 mesh-09 size>0")
        took["filter"] = 1000 * (time.monotonic() - began)
        self.assertEqual(len(set(self.column(session, 1))), len(self.column(session, 1)))
        self.assertTrue(all("set-07/mesh-09" in name for name in self.column(session, 1)))
        self.assertEqual(self.text(session, "#count"), "103 of 100,000 members")
        self.filter(session, "")
        session.run("document.getElementById('table').scrollTop = 1e9")
        session.wait("[...document.querySelectorAll('#table tr.row')].pop()"
                     ".textContent.includes('mesh-099999')")
        self.assertLess(session.run("return document.querySelectorAll('#table tr').length"), 100)
        print(f"100,000 members: {os.path.getsize(page) / 1e6:.1f} MB, opens in {seconds:.2f} s, "
              + ", ".join(f"{key} {ms:.0f} ms" for key, ms in took.items()), flush=True)
        self.assertLess(seconds, 20)
        self.assertLess(max(took.values()), 2500)
        self.nothing_bad(session, page)


def main():
    global UVPIPE
    if len(sys.argv) < 2:
        print(__doc__, file=sys.stderr)
        return 2
    UVPIPE = os.path.abspath(sys.argv[1])
    result = unittest.main(argv=[sys.argv[0], *sys.argv[2:]], exit=False, verbosity=1).result
    if not result.wasSuccessful():
        return 1
    if browser.missing():
        print(f"skipped: {browser.missing()} is not installed")
        return 77
    return 0


if __name__ == "__main__":
    sys.exit(main())
