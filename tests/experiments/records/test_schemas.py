#!/usr/bin/env python3
"""Holds what the program writes to docs/schemas, and runs the lines of docs/results.md that load a study: test_schemas.py LENGTHWISE

A schema that says nothing would hold anything: each must refuse its record with a key taken away or of another type. What pandas
has of a study is what the program's own CSV says. Exit status 77 where python3-jsonschema or python3-pandas is missing.
"""

import copy
import csv
import json
import os
import re
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
PROGRAM = None
CONFIG = """name = "small"
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
steps = 20
validate_every = 10
[evaluate]
lengths = [16, 64]
stride = 8
targets = 256
views = ["raw", "cropped"]
"""


TASK = """name = "task"
[corpus]
name = "task"
[task]
name = "copy"
least = 1
most = 4
items = 16
[model]
layers = 1
width = 16
heads = 2
feed_forward = 32
[train]
batch = 8
steps = 2
[evaluate]
lengths = [4, 8]
"""


def schema(name):
    return jsonschema.Draft7Validator(json.loads((ROOT / f"docs/schemas/{name}.schema.json").read_text()))


class Schemas(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.folder.cleanup)
        cls.path = Path(cls.folder.name)
        (cls.path / "small.toml").write_text(CONFIG)
        (cls.path / "task.toml").write_text(TASK)
        subprocess.run([PROGRAM, "run", cls.path / "task.toml", "--quiet", "--output", cls.path / "task"], check=True)
        subprocess.run([PROGRAM, "run", cls.path / "small.toml", "encoding.type=rope,learned", "seed=1,2", "--quiet", "--output", cls.path / "runs/quickstart"],
                       check=True)
        cls.study = cls.path / "runs/quickstart"
        cell = cls.study / "encoding.type=learned,seed=1"
        cls.records = {"study": [json.loads((cls.study / "study.json").read_text())],
                       "result": [json.loads(f.read_text()) for f in cls.study.glob("*/result.json")],
                       "metrics": [json.loads(line) for line in (cell / "metrics.jsonl").read_text().splitlines()]}
        cls.of_task = json.loads((cls.path / "task/cell/result.json").read_text())
        cls.records["result"].append(cls.of_task)
        cls.records["result"] += [json.loads(f.read_text()) for f in (ROOT / "docs/studies").glob("*/*/result.json")]

    def test_records_are_as_their_schemas_say(self):
        for name, records in self.records.items():
            jsonschema.Draft7Validator.check_schema(schema(name).schema)
            self.assertGreater(len(records), 0)
            for record in records:
                self.assertEqual([e.message for e in schema(name).iter_errors(record)], [])
        self.assertIn("out_of_domain", {e["status"] for r in self.records["result"] for e in r["evaluation"]})

    def test_a_schema_refuses_what_is_no_record(self):
        for name, records in self.records.items():
            for key in schema(name).schema["required"]:
                for change in (lambda r: r.pop(key), lambda r: r.update({key: [None]})):
                    record = copy.deepcopy(records[0])
                    change(record)
                    self.assertFalse(schema(name).is_valid(record), f"{name} without or with another {key}")

    def test_exact_match_is_held_and_held_together(self):
        entry = self.of_task["evaluation"][0]
        self.assertEqual(entry["exact_match"], entry["exact"] / entry["items"])
        for key in ("items", "exact_match", "exact_match_interval", "guess"):
            for change in (lambda e: e.pop(key), lambda e: e.update({key: "many"})):
                record = copy.deepcopy(self.of_task)
                change(record["evaluation"][0])
                self.assertFalse(schema("result").is_valid(record), f"a task without or with another {key}")

    def test_what_docs_say_loads_a_study(self):
        code = re.search(r"```python\n(.*?)```", (ROOT / "docs/results.md").read_text(), re.S)[1]
        self.assertLessEqual(len([line for line in code.splitlines() if line]), 10)
        before, found = os.getcwd(), {}
        os.chdir(self.path)
        try:
            exec(code, found)
        finally:
            os.chdir(before)
        subprocess.run([PROGRAM, "report", self.study, "--csv", self.path / "all.csv"], check=True, stdout=subprocess.DEVNULL)
        with open(self.path / "all.csv", newline="") as file:
            rows = list(csv.DictReader(file))
        self.assertEqual(len(found["study"]), len(rows))
        for length in (16, 64):
            own = [float(r["bits_per_byte"]) for r in rows
                   if (r["encoding"], r["protocol"], r["extension"], r["length"]) == ("rope", "fixed_targets", "none", str(length))]
            self.assertEqual(len(own), 2)
            self.assertAlmostEqual(found["table"].loc["rope", length], sum(own) / 2, places=12)


if __name__ == "__main__":
    PROGRAM = Path(sys.argv.pop(1)).resolve()
    try:
        import jsonschema
        import pandas
    except ImportError as missing:
        print(f"skipped: {missing}")
        sys.exit(77)
    unittest.main()
