#!/usr/bin/env python3
"""A small terminal: runs a command on it, and judges what a user would see.

screen.py [--columns N] [--rows N] [--resize N] [--truncate] [--set NAME=VALUE]... COMMAND...

Prints the lines that stay on the screen and above it when the command has ended, wrapped ones
joined, and ends with its exit code. --resize: the terminal becomes N columns wide while the
command runs; lines are wrapped anew, or, with --truncate, cut. While it runs, whenever a status
was drawn:
- the cursor rests in the first column, and the status stands below everything else;
- no status was left behind above it;
- no character was lost at the right, and none wrapped.
The last line printed is "status: drawn N times, M lines" on stderr, and which marks it had.
"""
import argparse
import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import time
import unicodedata

STATUS = re.compile(r"^ *(\d+ ok( |$)|\d+%( |$)|[\d.]+ [kMG]?B( |$))")


def width_of(char):
    if unicodedata.combining(char):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


class Row:
    def __init__(self):
        self.cells = []        # strings; "" behind a wide character
        self.wraps = False     # goes on in the next row

    def text(self):
        return "".join(self.cells).rstrip()


class Terminal:
    """Knows what a status needs, and nothing else: the rest is an error."""

    def __init__(self, columns, rows):
        self.columns, self.height = columns, rows
        self.rows = [Row()]    # all that was ever printed; the screen is the end of it
        self.y = self.x = 0
        self.autowrap = True
        self.colours = set()
        self.faults = []
        self.drawn = 0
        self.most_rows = 0
        self.seen = ""
        self.rest = ""
        self.unsettled = 0     # so many frames may still be of the size before

    def fault(self, text):
        self.faults.append(f"{text} (row {self.y}, column {self.x})")

    def line_feed(self):
        self.y += 1
        if self.y == len(self.rows):
            self.rows.append(Row())

    def put(self, char):
        columns = width_of(char)
        if columns == 0:
            return
        if self.x + columns > self.columns:
            if not self.autowrap:
                if not self.unsettled:
                    self.fault(f"{char!r} is lost at the right")
                return
            self.rows[self.y].wraps = True
            self.line_feed()
            self.x = 0
        cells = self.rows[self.y].cells
        cells.extend(" " * (self.x + columns - len(cells)))
        cells[self.x] = char
        if columns == 2:
            cells[self.x + 1] = ""
        self.x += columns

    def clear_line(self):
        del self.rows[self.y].cells[self.x:]
        self.rows[self.y].wraps = False

    def control(self, parameters, final):
        if final == "K" and not parameters:
            self.clear_line()
        elif final == "J" and not parameters:
            self.clear_line()
            del self.rows[self.y + 1:]
        elif final == "A" and not parameters:
            self.y = max(self.y - 1, len(self.rows) - self.height, 0)
        elif parameters == "?7" and final in "lh":
            self.autowrap = final == "h"
            if self.autowrap:
                self.judge()
        elif final == "m":
            self.colours.add(parameters)
        else:
            self.fault(f"unknown sequence {parameters}{final}")

    def judge(self):
        """A status was drawn."""
        self.drawn += 1
        self.unsettled = max(self.unsettled - 1, 0)
        status = [row.text() for row in self.rows[self.y:]]
        self.most_rows = max(self.most_rows, len(status))
        self.seen += "\n".join(status) + "\n"
        if self.x != 0:
            self.fault("the cursor does not rest at the beginning")
        if not status or not STATUS.match(status[0]):
            self.fault(f"no status at the cursor: {status}")
        for row in self.rows[:self.y]:
            if STATUS.match(row.text()):
                self.fault(f"left behind: {row.text()}")

    def feed(self, text):
        text = self.rest + text
        self.rest = ""
        while text:
            if text[0] == "\033":
                match = re.match(r"\033\[([?\d;]*)([A-Za-z])", text)
                if not match:
                    self.rest = text
                    if len(text) > 16:
                        self.fault(f"unknown sequence {text[:16]!r}")
                        self.rest = ""
                    return
                self.control(match.group(1), match.group(2))
                text = text[match.end():]
                continue
            if text[0] == "\r":
                self.x = 0
            elif text[0] == "\n":
                self.line_feed()
            elif ord(text[0]) < 32:
                self.fault(f"control character {text[0]!r}")
            else:
                self.put(text[0])
            text = text[1:]

    def resize(self, columns, truncate):
        self.unsettled = 3
        old, self.columns = self.rows, columns
        if truncate:
            for row in old:
                del row.cells[columns:]
            self.x = min(self.x, columns - 1)
            return
        self.rows, at = [], 0
        here = self.y
        self.y = None
        while at < len(old):
            first = at
            cells = list(old[at].cells)
            while old[at].wraps and at + 1 < len(old):
                at += 1
                cells += old[at].cells
            at += 1
            top = len(self.rows)
            for start in range(0, max(len(cells), 1), columns):
                row = Row()
                row.cells = cells[start:start + columns]
                row.wraps = start + columns < len(cells)
                self.rows.append(row)
            if first <= here < at:
                self.y = top
        self.x = min(self.x, columns - 1)

    def lines(self):
        joined, text = [], ""
        for row in self.rows:
            text += "".join(row.cells)
            if not row.wraps:
                joined.append(text.rstrip())
                text = ""
        return joined


def set_size(fd, columns, rows):
    fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))


def run(args):
    terminal = Terminal(args.columns, args.rows)
    master, slave = pty.openpty()
    set_size(slave, args.columns, args.rows)
    env = dict(os.environ, TERM="xterm-256color")
    env.update(word.split("=", 1) for word in args.set)
    child = subprocess.Popen(args.command, stdout=subprocess.DEVNULL,
                             stderr=slave, env=env)
    os.close(slave)
    decoder = __import__("codecs").getincrementaldecoder("utf-8")("replace")
    resized = args.resize is None
    signalled = args.signal is None
    end = time.monotonic() + 80
    while True:
        if not select.select([master], [], [], 1)[0]:
            if time.monotonic() > end:
                child.kill()
                sys.exit("it does not end")
            continue
        try:
            piece = os.read(master, 65536)
        except OSError:
            break
        if not piece:
            break
        terminal.feed(decoder.decode(piece))
        if not resized and terminal.drawn >= 3:
            resized = True
            set_size(master, args.resize, args.rows)
            terminal.resize(args.resize, args.truncate)
        if not signalled and terminal.drawn >= 3:
            signalled = True
            child.send_signal(signal.Signals[args.signal])
    return terminal, child.wait()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--columns", type=int, default=80)
    parser.add_argument("--rows", type=int, default=24)
    parser.add_argument("--resize", type=int)
    parser.add_argument("--truncate", action="store_true")
    parser.add_argument("--signal")
    parser.add_argument("--seen", action="store_true", help="print every status instead")
    parser.add_argument("--set", action="append", default=[])
    parser.add_argument("command", nargs=argparse.REMAINDER)
    args = parser.parse_args()
    terminal, code = run(args)
    lines = terminal.lines()
    while lines and not lines[-1]:
        lines.pop()
    print(terminal.seen if args.seen else "\n".join(lines))
    marks = "utf-8" if re.search("[▕✓█]", terminal.seen) else "ascii"
    colours = "colours" if terminal.colours - {"", "0"} else "plain"
    print(f"status: drawn {terminal.drawn} times, {terminal.most_rows} lines, {marks}, {colours}",
          file=sys.stderr)
    if terminal.x != 0 or any(STATUS.match(line) for line in lines):
        terminal.fault("debris at the end: " + "|".join(lines))
    if terminal.faults:
        sys.exit("\n".join(terminal.faults[:5]))
    sys.exit(code if code >= 0 else 128 - code)


if __name__ == "__main__":
    main()
