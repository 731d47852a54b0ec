"""A browser without a window, driven over WebDriver by the standard library alone.

    with Browser() as browser:
        browser.fit(1280, 900)
        browser.open("/tmp/report.html")
        browser.run("return document.title")

Only the loopback is used; the driver and what it started end with the block. `missing()` says
which program is not installed.
"""

import base64
import json
import os
import re
import shutil
import subprocess
import tempfile
import time
import urllib.error
import urllib.request

START_SECONDS = 30
CALL_SECONDS = 60
CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
ELEMENT = "element-6066-11e4-a52e-4f735466cecf"


def _find(names):
    for name in names:
        path = shutil.which(name)
        if path:
            return path
    return None


def missing():
    """The program that is not here, or None."""
    if _find(CHROMIUM) is None:
        return "chromium"
    return None if _find(("chromedriver",)) else "chromedriver (package chromium-driver)"


class BrowserError(Exception):
    """What the driver answers when something cannot be done."""


class Browser:
    """One session."""

    def __init__(self):
        self.folder = tempfile.TemporaryDirectory(prefix="uvpipe-browser-")
        self.driver = None
        self.base = None

    def __enter__(self):
        self.driver = subprocess.Popen(
            [_find(("chromedriver",)), "--port=0", "--allowed-ips="],
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
            env=dict(os.environ, HOME=self.folder.name, TMPDIR=self.folder.name))
        try:
            port = self._read_port()
            self.base = f"http://127.0.0.1:{port}/session"
            answer = self._call("POST", "", {"capabilities": {"alwaysMatch": self._wanted()}})
            self.base += "/" + answer["sessionId"]
        except BaseException:
            self._stop()
            raise
        return self

    def __exit__(self, *unused):
        try:
            self._call("DELETE", "")
        except (BrowserError, OSError):
            pass
        self._stop()

    def _stop(self):
        self.driver.terminate()
        try:
            self.driver.wait(10)
        except subprocess.TimeoutExpired:
            self.driver.kill()
            self.driver.wait()
        self.driver.stdout.close()
        for _ in range(20):  # the browser may still be putting its profile away
            try:
                self.folder.cleanup()
                return
            except OSError:
                time.sleep(0.1)

    def _read_port(self):
        end = time.monotonic() + START_SECONDS
        while time.monotonic() < end:
            line = self.driver.stdout.readline()
            found = re.search(r"successfully on port (\d+)", line)
            if found:
                return int(found.group(1))
            if not line:
                break
        raise BrowserError("the driver does not start")

    def _wanted(self):
        arguments = [
            "--headless=new", "--window-size=1280,900",
            "--disable-dev-shm-usage", "--no-first-run", "--disable-background-networking",
            "--disable-component-update", "--disable-sync", "--disable-extensions",
            "--hide-scrollbars", "--force-device-scale-factor=1", "--lang=en",
            # WebGL without a graphics card
            "--use-angle=swiftshader", "--enable-unsafe-swiftshader", "--ignore-gpu-blocklist",
            "--host-resolver-rules=MAP * ~NOTFOUND",
            f"--user-data-dir={self.folder.name}/profile",
        ]
        if os.geteuid() == 0:
            arguments.append("--no-sandbox")
        options = {"binary": _find(CHROMIUM), "args": arguments}
        return {
            "browserName": "chrome",
            "goog:chromeOptions": options,
            "goog:loggingPrefs": {"browser": "ALL", "performance": "ALL"},
        }

    def _call(self, method, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.base + path, data, method=method,
                                         headers={"Content-Type": "application/json"})
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with opener.open(request, timeout=CALL_SECONDS) as answer:
                return json.load(answer)["value"]
        except urllib.error.HTTPError as error:
            text = json.loads(error.read() or b"{}").get("value", {}).get("message", "")
            raise BrowserError(f"{method} {path}: {text}") from None

    # ---- what a test does ----

    def fit(self, width, height, phone=False, dark=False):
        """The size of what can be seen, and the colours that the system is said to like."""
        self.tool("Emulation.setDeviceMetricsOverride", {
            "width": width, "height": height, "mobile": phone, "deviceScaleFactor": 1})
        self.tool("Emulation.setEmulatedMedia", {"features": [
            {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}]})

    def open(self, path):
        """Opens a file; returns the seconds until its script had run."""
        began = time.monotonic()
        self._call("POST", "/url", {"url": "file://" + os.path.abspath(path)})
        return time.monotonic() - began

    def run(self, script, *arguments):
        """The body of a function in the page; returns what it returns."""
        return self._call("POST", "/execute/sync", {"script": script, "args": list(arguments)})

    def wait(self, script, seconds=10):
        """Until the expression is true."""
        end = time.monotonic() + seconds
        while not self.run("return Boolean(" + script + ")"):
            if time.monotonic() > end:
                raise BrowserError("not within " + str(seconds) + " s: " + script)
            time.sleep(0.05)

    def find(self, selector):
        found = self._call("POST", "/element", {"using": "css selector", "value": selector})
        return found[ELEMENT]

    def click(self, selector):
        self._call("POST", f"/element/{self.find(selector)}/click", {})

    def type(self, selector, text):
        self._call("POST", f"/element/{self.find(selector)}/value", {"text": text})

    def clear(self, selector):
        self._call("POST", f"/element/{self.find(selector)}/clear", {})

    def drag(self, selector, x, y):
        """By so many pixels, from the middle of an element."""
        origin = {ELEMENT: self.find(selector)}
        self._call("POST", "/actions", {"actions": [{
            "type": "pointer", "id": "mouse", "parameters": {"pointerType": "mouse"},
            "actions": [
                {"type": "pointerMove", "duration": 0, "origin": origin, "x": 0, "y": 0},
                {"type": "pointerDown", "button": 0},
                {"type": "pointerMove", "duration": 60, "origin": "pointer", "x": x, "y": y},
                {"type": "pointerUp", "button": 0},
            ]}]})

    def tool(self, command, parameters):
        """A command of the browser's own protocol."""
        return self._call("POST", "/goog/cdp/execute", {"cmd": command, "params": parameters})

    def log(self):
        """What the page said since the last time: errors, warnings and all else."""
        return self._call("POST", "/se/log", {"type": "browser"})

    def requests(self):
        """Addresses that pages which are files asked for since the last time."""
        found = []
        for entry in self._call("POST", "/se/log", {"type": "performance"}):
            message = json.loads(entry["message"])["message"]
            if (message["method"] == "Network.requestWillBeSent"
                    and message["params"]["documentURL"].startswith("file:")):
                found.append(message["params"]["request"]["url"])
        return found

    def shoot(self, path, full=False):
        """A picture of what can be seen, or of the whole page."""
        answer = self.tool("Page.captureScreenshot",
                           {"format": "png", "captureBeyondViewport": full})
        with open(path, "wb") as file:
            file.write(base64.b64decode(answer["data"]))
