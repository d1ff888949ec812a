#!/usr/bin/env python3
"""Follows a study that trains, as a browser and as somebody who means harm: test_serve.py LENGTHWISE

The page shows the cells and their curves, which grow while they train, and carries no message on the console; texts of a
folder that means harm stay text. The server answers on 127.0.0.1 alone, to GET and HEAD, by its own name, nothing but its
seven pages, and changes no file. Exit status 77 where there is no Chart.js: skipped; without Chromium its part is.
"""

import errno
import http.client
import json
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

SKIPPED = 77
PROGRAM = None
CONFIG = """name = "followed"
[corpus]
name = "synthetic"
[model]
layers = 1
width = 16
heads = 2
feed_forward = 32
[train]
length = 16
batch = 8
steps = 1000000
log_every = 2
checkpoint_every = 100000
[evaluate]
lengths = [16]
stride = 8
targets = 256
"""


def browser():
    return next((found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))), None)


class Server:
    def __init__(self, folder):
        self.process = subprocess.Popen([PROGRAM, "serve", folder, "--port", "0"], stdout=subprocess.PIPE, text=True)
        self.port = int(re.search(r"127\.0\.0\.1:(\d+)/", self.process.stdout.readline())[1])

    def ask(self, path, method="GET", **headers):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        connection.request(method, path, headers=headers)
        answer = connection.getresponse()
        found = answer.status, answer.read(), dict(answer.getheaders())
        connection.close()
        return found

    def raw(self, request):
        with socket.create_connection(("127.0.0.1", self.port), timeout=20) as s:
            try:
                s.sendall(request)
                s.shutdown(socket.SHUT_WR)
                return b"".join(iter(lambda: s.recv(65536), b""))
            except OSError as e:  # what is no request is hung up on, before or after its last byte
                if e.errno not in (errno.ECONNRESET, errno.EPIPE, errno.ENOTCONN):
                    raise
                return b""

    def end(self):
        self.process.terminate()
        code = self.process.wait(timeout=20)
        self.process.stdout.close()
        return code


def opened(server, folder, *options):
    done = subprocess.run([browser(), "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={folder}/profile", "--enable-logging=stderr",
                           "--v=0", "--virtual-time-budget=9000", *options, "--dump-dom", f"http://127.0.0.1:{server.port}/"],
                          capture_output=True, text=True, timeout=120)
    return done.stdout, [line for line in done.stderr.splitlines() if "CONSOLE" in line]


class Running(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.folder.cleanup)
        cls.path = Path(cls.folder.name)
        (cls.path / "followed.toml").write_text(CONFIG)
        cls.training = subprocess.Popen([PROGRAM, "run", cls.path / "followed.toml", "encoding.type=rope,alibi", "--jobs", "2", "--threads", "1", "--quiet",
                                    "--output", cls.path / "study"])
        cls.addClassCleanup(cls.training.wait)
        cls.addClassCleanup(cls.training.terminate)
        for metrics in [cls.path / f"study/encoding.type={cell}/metrics.jsonl" for cell in ("rope", "alibi")]:
            while not metrics.exists() or metrics.stat().st_size < 2000:
                time.sleep(0.05)
        cls.server = Server(cls.path / "study")
        cls.addClassCleanup(cls.server.end)

    def curve(self):
        status, text, _ = self.server.ask("/curves.json")
        self.assertEqual(status, 200)
        return {c["folder"]: c["training"] for c in json.loads(text)}

    def test_curves_are_those_of_the_metrics_and_grow(self):
        before = self.curve()["encoding.type=rope"]
        while self.curve()["encoding.type=rope"][-1][0] < before[-1][0] + 100:
            time.sleep(0.1)
        lines = map(json.loads, (self.path / "study/encoding.type=rope/metrics.jsonl").read_text().splitlines()[:len(before)])
        losses = {line["step"]: line["loss"] / 0.6931471805599453 for line in lines}
        for step, bits in before[:20]:
            self.assertAlmostEqual(losses.get(step, bits), bits, places=12)
        self.assertLess(before[-1][1], before[0][1])
        self.assertLessEqual(len(self.curve()["encoding.type=rope"]), 400)

    def test_state_is_what_status_says(self):
        standing = json.loads(self.server.ask("/standing.json")[1])
        self.assertEqual([c["status"] for c in standing["cells"]], ["running", "running"])
        self.assertGreater(standing["cells"][0]["step"], 0)
        self.assertGreater(standing["seconds_left"], 0)

    def test_the_page_in_a_browser(self):
        if not browser():
            self.skipTest("there is no Chromium")
        document, console = opened(self.server, self.path, "--window-size=380,800")
        self.assertEqual(console, [])
        self.assertGreaterEqual(int(re.search(r'data-looks="(\d+)"', document)[1]), 2)
        self.assertGreater(int(re.search(r'data-points="(\d+)"', document)[1]), 10)
        self.assertIn(">rope</button>", document)
        self.assertRegex(document, r"2 cells: 2 running; about [\d:]+ left")


class Hostile(unittest.TestCase):
    """A study whose names and texts are markup, whose metrics are a link out of it, beside files that are nobody's business."""

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.path = Path(cls.folder.name)
        study = cls.path / "study"
        cls.cells = ["<img src=x onerror=document.title=1>", "linked", "failed"]
        for cell in cls.cells:
            (study / cell).mkdir(parents=True)
        (cls.path / "secret.jsonl").write_text('{"step":7,"loss":1.0,"seconds":1,"tokens_per_second":1}\n')
        (study / "secret.txt").write_text("secret")
        (study / "linked/metrics.jsonl").symlink_to(cls.path / "secret.jsonl")
        (study / cls.cells[0] / "metrics.jsonl").write_text('{"step":1,"loss":1.0,"seconds":1,"tokens_per_second":1}\n\x00<script>\n')
        (study / "failed/failure.json").write_text(json.dumps({"schema": 1, "exit_code": 5, "message": "<b id=bold>\u0007</b>"}))
        (study / "study.json").write_text(json.dumps({"schema": 1, "name": "</title><script>alert(1)</script>", "question": "", "cells": [
            {"folder": cell, "config_hash": "a", "varied": {}, "config": {"seed": 1}} for cell in cls.cells]}))
        cls.before = {p: (p.lstat().st_mtime_ns, p.lstat().st_size) for p in sorted(cls.path.rglob("*"))}
        cls.server = Server(study)

    @classmethod
    def tearDownClass(cls):
        cls.server.end()
        cls.folder.cleanup()

    def test_nothing_but_the_pages(self):
        for path in ("/secret.txt", "/study.json", "/linked/metrics.jsonl", "/../secret.jsonl", "/..%2fsecret.jsonl", "//etc/passwd", "/%2e%2e/secret.jsonl",
                     "/follow.js/../../secret.jsonl", "/report/", "/follow.html", "/index.html", "/favicon.ico"):
            self.assertEqual(self.server.ask(path)[0], 404, path)
        for request in (b"GET ../secret.jsonl HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n\r\n", b"GET http://127.0.0.1/ HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n\r\n"):
            self.assertIn(b"404", self.server.raw(request % self.server.port).split(b"\r\n")[0])
        self.assertEqual(self.server.raw(b"\x00\xff" * 4000), b"")
        self.server.raw(b"GET / HTTP/1.1\r\nX: " + b"a" * 100000 + b"\r\n\r\n")
        self.assertEqual(self.server.ask("/")[0], 200)  # and is alive

    def test_a_link_out_of_the_folder_is_not_followed(self):
        curves = {c["folder"]: c["training"] for c in json.loads(self.server.ask("/curves.json")[1])}
        self.assertEqual(curves["linked"], [])
        self.assertEqual([step for step, _ in curves[self.cells[0]]], [1])

    def test_reads_only(self):
        for method in ("POST", "PUT", "DELETE", "OPTIONS"):
            self.assertEqual(self.server.ask("/", method)[0], 405, method)
        status, body, headers = self.server.ask("/", "HEAD")
        self.assertEqual((status, body), (200, b""))
        self.assertGreater(int(headers["Content-Length"]), 500)
        self.server.ask("/report")
        self.assertEqual({p: (p.lstat().st_mtime_ns, p.lstat().st_size) for p in sorted(self.path.rglob("*"))}, self.before)

    def test_this_machine_alone(self):
        self.assertEqual(self.server.ask("/", Host="evil.example")[0], 403)
        self.assertEqual(self.server.ask("/", Host=f"localhost:{self.server.port}")[0], 200)
        listening = [line.split()[1] for line in Path("/proc/net/tcp").read_text().splitlines()[1:] if line.split()[3] == "0A"]
        mine = [address for address in listening if address.endswith(f":{self.server.port:04X}")]
        self.assertEqual(mine, [f"0100007F:{self.server.port:04X}"])

    def test_policy(self):
        headers = self.server.ask("/")[2]
        self.assertIn("script-src 'self';", headers["Content-Security-Policy"])
        self.assertEqual(headers["X-Content-Type-Options"], "nosniff")
        self.assertEqual(headers["Cache-Control"], "no-store")

    def test_texts_stay_text_in_a_browser(self):
        if not browser():
            self.skipTest("there is no Chromium")
        document, console = opened(self.server, self.path)
        self.assertEqual(console, [])
        self.assertNotIn("<img", document)
        self.assertNotIn("<b id", document)
        self.assertNotIn("<script>alert", document)
        self.assertIn("&lt;img", document)
        self.assertRegex(document, r"<title>\d+ % &lt;/title&gt;")

    def test_a_folder_that_is_no_study_and_a_port_that_is_taken(self):
        done = subprocess.run([PROGRAM, "serve", self.path], capture_output=True, text=True)
        self.assertEqual(done.returncode, 2, done.stderr)
        done = subprocess.run([PROGRAM, "serve", self.path / "study", "--port", str(self.server.port)], capture_output=True, text=True)
        self.assertEqual(done.returncode, 6, done.stderr)
        self.assertIn("--port", done.stderr)


if __name__ == "__main__":
    PROGRAM = Path(sys.argv.pop(1)).resolve()
    if not any(Path(f).exists() for f in ("/usr/share/javascript/chart.js/chart.min.js", "/usr/share/nodejs/chart.js/dist/chart.min.js")):
        print("skipped: there is no Chart.js")
        sys.exit(SKIPPED)
    unittest.main()
