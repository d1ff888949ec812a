#!/usr/bin/env python3
"""Opens a report's page in headless Chromium: test_page.py LENGTHWISE

Checks that the page loads without a message on the console, that its numbers are those of result.json under every protocol,
that a press on a legend hides a curve in every chart and in the table, and that nothing is asked of the network.
Exit status 77 where there is no Chromium or no Chart.js: skipped.
"""

import json
import math
import shutil
import statistics
import struct
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

SKIPPED = 77
LENGTHS = [16, 32, 64]
PROTOCOLS = ["non_overlapping", "sliding", "fixed_targets"]
PROGRAM = None

# What a user does, and what the page then holds, as JSON at the end of the document.
ACTIONS = """<script>
const found = {tables: {}, errors: []};
addEventListener("error", e => found.errors.push(e.message));
const table = () => [...document.querySelectorAll("#numbers tbody tr")].map(r => [r.querySelector("th").textContent, [...r.querySelectorAll("td")].map(c => ({mean: c.dataset.mean, best: c.classList.contains("best"), text: c.textContent}))]);
for (const input of document.querySelectorAll("#protocols input")) { input.click(); found.tables[input.value] = table(); }
const visible = id => { const c = Chart.getChart(id); return c.data.datasets.filter((d, i) => d.label === "rope" && c.isDatasetVisible(i)).length; };
const rope = () => [...document.querySelectorAll("#legend button")].find(b => b.textContent === "rope");
found.before = ["by-length", "by-step"].map(visible);
rope().focus();
rope().click();
found.after = ["by-length", "by-step"].map(visible);
found.pressed = rope().getAttribute("aria-pressed");
found.focused = document.activeElement === rope();
found.rows = [...document.querySelectorAll("#numbers tbody tr")].filter(r => getComputedStyle(r).display !== "none").length;
rope().click();
found.again = ["by-length", "by-step"].map(visible);
document.querySelector("#log-y").click();
found.axis = Chart.getChart("by-length").options.scales.y.type;
const chart = Chart.getChart("by-length"), at = chart.getDatasetMeta(0).data[1];
chart.tooltip.setActiveElements([{datasetIndex: 0, index: 1}], {x: at.x, y: at.y}); chart.update();
found.tooltip = chart.tooltip.title.concat(chart.tooltip.body.flatMap(b => b.lines));
found.used = [...document.querySelectorAll("#used tbody tr")].map(r => [...r.children].map(c => c.textContent));
found.heads = [...document.querySelectorAll("#heads tbody tr")].map(r => [...r.children].map(c => [c.textContent, c.style.getPropertyValue("--heat")]));
found.watched = [...document.querySelectorAll("#watched option")].map(o => o.textContent);
document.querySelector('#facts-of-attention input[value="logit"]').click();
found.logits = document.querySelector("#heads tbody td").textContent;
found.claims = [...document.querySelectorAll(".claim .verdict")].map(v => v.textContent);
found.title = document.title; found.question = document.getElementById("question").textContent;
found.bold = document.querySelectorAll("#question b").length;
found.wide = document.documentElement.scrollWidth > document.documentElement.clientWidth;
const out = document.createElement("pre"); out.id = "found"; out.textContent = JSON.stringify(found).replaceAll("<", "\\\\u003c"); document.body.append(out);
</script></body>"""


def perplexity(encoding, seed, length, protocol):
    return {"rope": 4, "alibi": 5.01}[encoding] + seed / 10 + (length / 16 if encoding == "rope" else 0) + PROTOCOLS.index(protocol) / 64


def loss(encoding, byte, context):
    """In nats: bytes differ; a context of up to 4 bytes costs one more, and more than 16, the training length, cost rope two."""
    return byte * 7919 % 1000 / 200 + (1 if context <= 4 else 2 if encoding == "rope" and context > 16 else 0)


def write_array(file, type, shape, values):
    """A .npy file: magic, version, the header's length, the header, little-endian numbers."""
    header = f"{{'descr': '<{type}', 'fortran_order': False, 'shape': {shape}, }}".ljust(117) + "\n"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header.encode() +
                     struct.pack(f"<{len(values)}{ {'i8': 'q', 'f4': 'f', 'f8': 'd'}[type] }", *values))


def write_losses(folder, encoding, protocol, length, step):
    """Windows advance by `step` through one document."""
    windows = range(0, 2048 - length + 1, step)
    values = [loss(encoding, first + p, p) if p > length - step else math.nan for first in windows for p in range(1, length + 1)]
    write_array(folder / "nll" / f"{length}-{protocol}.npy", "f4", (len(windows), length), values)
    write_array(folder / "windows" / f"{length}-{protocol}.npy", "i8", (len(windows), 2), [x for first in windows for x in (0, first)])


def weight_beyond(seed, length, layer, head):
    return 0 if length == 16 else length / 256 + layer / 8 + head / 16 + seed / 64


def text_error(encoding, protocol, length):
    """The standard error of a mean loss over texts: from blocks of 16 bytes, side by side those of one place in a window."""
    if (protocol, length) == ("sliding", 16):  # each byte from the ninth on, with more than 8 before it
        groups = [[sum(loss(encoding, byte, 16) for byte in range(first, first + 16)) for first in range(9, 2033, 16)]]
    elif protocol == "non_overlapping" and length in (16, 64):
        groups = [[sum(loss(encoding, first + p, p) for p in range(place + 1, place + 17)) for first in range(0, 2048 - length + 1, length)]
                  for place in range(0, length, 16)]
    else:
        return 0
    targets = sum(16 * len(group) for group in groups)
    return math.sqrt(sum(len(group) * statistics.variance(group) for group in groups)) / targets


def write_study(folder):
    cells = []
    for encoding in ("rope", "alibi"):
        for seed in (1, 2, 3):
            name = f"encoding.type={encoding},seed={seed}"
            cells.append({"folder": name, "config_hash": "c" * 64, "varied": {"encoding.type": encoding, "seed": seed},
                          "config": {"seed": seed, "encoding.type": encoding}})
            evaluation = []
            for protocol in PROTOCOLS:
                for length in LENGTHS:
                    p = perplexity(encoding, seed, length, protocol)
                    evaluation.append({"length": length, "protocol": protocol, "stride": 8, "extension": "none", "status": "ok", "targets": 1000,
                                       "nll": math.log(p), "nll_standard_error": 0.01, "perplexity": p, "bits_per_byte": math.log2(p)})
            result = {"schema": 1, "config_hash": "c" * 64, "digest": "d" * 64, "encoding": encoding, "seed": seed, "parameters": 1000,
                      "corpus": {"name": "made up", "sha256": "e" * 64},
                      "train": {"length": 16, "steps": 20, "tokens": 1000, "final_loss": 1.5, "seconds": 2.0}, "evaluation": evaluation}
            (folder / name).mkdir(parents=True)
            for protocol, length, step in (("non_overlapping", 16, 16), ("sliding", 16, 8), ("non_overlapping", 64, 64)):
                write_losses(folder / name, encoding, protocol, length, step)
            if encoding == "rope":
                for length in LENGTHS:
                    facts = [weight_beyond(seed, length, layer, head) if fact == 3 else fact for layer in (0, 1) for head in (0, 1) for fact in range(6)]
                    write_array(folder / name / "attention" / f"{length}-fixed_targets.npy", "f8", (2, 2, 6), facts)
            (folder / name / "result.json").write_text(json.dumps(result))
            (folder / name / "metrics.jsonl").write_text("".join(json.dumps({"step": s, "loss": 5 / s}) + "\n" for s in range(1, 21)))
    # Markup in a text must stay text.
    study = {"schema": 1, "name": "made </script> up", "question": "Does <b>this</b> & that hold?", "cells": cells}
    (folder / "study.json").write_text(json.dumps(study))


def browser():
    return next((found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))), None)


def opened(page, folder, *options):
    """The document after its scripts, and what the console said."""
    done = subprocess.run([browser(), "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={folder}/profile", "--enable-logging=stderr",
                           "--v=0", "--host-resolver-rules=MAP * ~NOTFOUND", "--virtual-time-budget=4000", *options, "--dump-dom", page.as_uri()],
                          capture_output=True, text=True, timeout=120)
    return done.stdout, [line for line in done.stderr.splitlines() if "CONSOLE" in line]


class Page(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        folder = Path(cls.folder.name)
        write_study(folder / "study")
        subprocess.run([PROGRAM, "report", folder / "study", "--html", folder / "page.html"], check=True, capture_output=True)
        cls.text = (folder / "page.html").read_text()
        test = folder / "test.html"
        head, tail = cls.text.rsplit("</body>", 1)
        test.write_text(head + ACTIONS + tail)
        document, cls.console = opened(test, folder, "--window-size=380,800")
        cls.found = json.loads(document.rpartition('<pre id="found">')[2].partition("</pre>")[0].replace("&gt;", ">").replace("&amp;", "&"))

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def test_loads_without_a_message(self):
        self.assertEqual(self.console, [])
        self.assertEqual(self.found["errors"], [])

    def test_asks_nothing_of_the_network(self):
        for word in ('src="', "<link", "@import", "fetch("):
            self.assertNotIn(word, self.text.replace("data:image", ""), word)

    def test_numbers_are_those_of_the_results(self):
        for protocol in PROTOCOLS:
            rows = dict(self.found["tables"][protocol])
            self.assertEqual(list(rows), ["rope", "alibi"])
            for encoding, cells in rows.items():
                for length, cell in zip(LENGTHS, cells):
                    values = [perplexity(encoding, seed, length, protocol) for seed in (1, 2, 3)]
                    self.assertAlmostEqual(float(cell["mean"]), statistics.mean(values), places=12)
                    half = 4.302652729911275 * statistics.stdev(values) / 3**0.5  # Student's t, two degrees of freedom
                    expected = f"{statistics.mean(values):.2f}{' ★' if cell['best'] else ''}± {statistics.stdev(values):.2f}"
                    self.assertTrue(cell["text"].startswith(expected), (cell["text"], expected))
                    high = float(cell["text"].rpartition(", ")[2].rstrip("]"))
                    # Where losses were recorded, the text's part is in the interval too, with more degrees of freedom.
                    more = 4.302652729911275 * text_error(encoding, protocol, length) * statistics.mean(values)
                    self.assertGreaterEqual(high, statistics.mean(values) + half - 0.005)
                    self.assertLessEqual(high, statistics.mean(values) + math.hypot(half, more) + 0.005)
                    self.assertEqual(more > 0, (protocol, length) in (("non_overlapping", 16), ("sliding", 16), ("non_overlapping", 64)))
            # rope is 4 + length / 16 and alibi 5.01.
            self.assertEqual([cell["best"] for cell in rows["alibi"]], [False, True, True])

    def test_a_press_on_the_legend_hides_a_curve(self):
        self.assertEqual(self.found["before"], [1, 2])  # training and validation losses
        self.assertEqual(self.found["after"], [0, 0])
        self.assertEqual(self.found["again"], [1, 2])
        self.assertEqual(self.found["pressed"], "false")
        self.assertTrue(self.found["focused"])  # the keyboard stays where it was
        self.assertEqual(self.found["rows"], 1)

    def test_axes_values_and_claims(self):
        self.assertEqual(self.found["axis"], "linear")
        self.assertEqual(self.found["tooltip"][0], "rope at 32 bytes")
        self.assertTrue(self.found["tooltip"][1].startswith("perplexity 6.23"), self.found["tooltip"])
        claims = (Path(__file__).resolve().parents[3] / "configs/claims.toml").read_text().count("[[claim]]")
        self.assertEqual(len(self.found["claims"]), claims)

    def test_context_used_is_where_the_losses_settle_and_rise(self):
        self.assertEqual(self.found["used"], [["rope", "5", "0.000", "+0.000 ± 0.000", "64", "17", "+2.885 ± 0.000"],
                                              ["alibi", "5", "0.000", "+0.000 ± 0.000", "64", "not seen", "+0.000 ± 0.000"]])

    def test_heads_against_length_are_means_over_seeds(self):
        self.assertEqual(self.found["watched"], ["rope"])
        mean = lambda length, layer, head: statistics.mean(weight_beyond(seed, length, layer, head) for seed in (1, 2, 3))
        most = mean(64, 1, 1)
        for (head, *cells), (layer, own) in zip(self.found["heads"], [(layer, own) for layer in (0, 1) for own in (0, 1)], strict=True):
            self.assertEqual(head[0], f"{layer + 1}, {own + 1}")
            for (text, heat), length in zip(cells, LENGTHS, strict=True):
                value = mean(length, layer, own)
                self.assertAlmostEqual(float(text), value, delta=0.005 * max(value, 0.1))
                self.assertAlmostEqual(float(heat), value / most, delta=0.001)
        self.assertEqual(self.found["logits"], "5")

    def test_texts_are_text_and_a_phone_is_wide_enough(self):
        self.assertEqual(self.found["title"], "made </script> up - Lengthwise")
        self.assertEqual(self.found["question"], "Does <b>this</b> & that hold?")
        self.assertEqual(self.found["bold"], 0)
        self.assertFalse(self.found["wide"])

    def test_a_perplexity_beyond_a_double_is_left_out_and_said(self):
        folder = Path(self.folder.name)
        for file in (folder / "study").glob("*alibi*/result.json"):
            result = json.loads(file.read_text())
            for e in result["evaluation"]:
                if e["length"] > 16:
                    e |= {"nll": 800, "perplexity": None, "bits_per_byte": 800 / math.log(2)}
            file.write_text(json.dumps(result))
        subprocess.run([PROGRAM, "report", folder / "study", "--html", folder / "beyond.html"], check=True, capture_output=True)
        document, console = opened(folder / "beyond.html", folder)
        self.assertEqual(console, [])
        self.assertEqual(document.count("beyond 1e308</td>"), 2)
        self.assertIn("2 perplexities beyond 1e308 not shown; bits per byte are.", document)


if __name__ == "__main__":
    PROGRAM = sys.argv.pop(1)
    charts = ["/usr/share/javascript/chart.js/chart.min.js", "/usr/share/nodejs/chart.js/dist/chart.min.js"]
    for there, what in ((browser(), "Chromium (scripts/setup --browser)"), (any(Path(c).exists() for c in charts), "Chart.js (libjs-chart.js)")):
        if not there:
            print(f"skipped: there is no {what}")
            sys.exit(SKIPPED)
    unittest.main()
