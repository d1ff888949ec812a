#!/usr/bin/env python3
"""Reads event files back with TensorBoard's own package: test_tensorboard.py LENGTHWISE

The package comes from PyPI into a virtual environment beside the program, once. Exit status 77 where it cannot be had: skipped.
"""

import json
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

SKIPPED = 77
PROGRAM = None
PACKAGE = "tensorboard==2.20.0"

READER = """
import json, sys
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
events = EventAccumulator(sys.argv[1], size_guidance={"scalars": 0})
events.Reload()
from tensorboard.util import tensor_util
tensors = {tag: [[e.step, float(tensor_util.make_ndarray(e.tensor_proto)), e.wall_time] for e in events.Tensors(tag)] for tag in events.Tags()["tensors"]}
scalars = {tag: [[e.step, e.value, e.wall_time] for e in events.Scalars(tag)] for tag in events.Tags()["scalars"]}
print(json.dumps({**tensors, **scalars}))
"""


def python_with_tensorboard():
    home = Path(PROGRAM).resolve().parents[1] / "tensorboard"
    python = home / "bin/python"
    if subprocess.run([python, "-c", "import tensorboard"], capture_output=True).returncode == 0 if python.exists() else False:
        return python
    made = subprocess.run([sys.executable, "-m", "venv", home], capture_output=True)
    got = subprocess.run([python, "-m", "pip", "install", "--quiet", PACKAGE], capture_output=True) if made.returncode == 0 else made
    return python if got.returncode == 0 else None


class Events(unittest.TestCase):
    def test_scalars_are_those_of_the_records(self):
        with tempfile.TemporaryDirectory() as folder:
            study, events = Path(folder, "study"), Path(folder, "events")
            subprocess.run([PROGRAM, "run", Path(__file__).resolve().parents[3] / "configs/quickstart.toml", "corpus.name=synthetic", "encoding.type=alibi,rope",
                            "model.layers=1", "model.width=16", "model.heads=2", "model.feed_forward=32", "train.length=16", "train.batch=8", "train.steps=30",
                            "train.validate_every=10", "train.validation_targets=256", "evaluate.lengths=[16,300]", "evaluate.targets=600",
                            "evaluate.stride=16", "--quiet", "--output", study], check=True, capture_output=True)
            subprocess.run([PROGRAM, "report", study, "--tensorboard", events], check=True, capture_output=True)
            self.assertEqual(sorted(p.name for p in events.iterdir()), ["encoding.type=alibi", "encoding.type=rope"])
            for cell in events.iterdir():
                read = subprocess.run([PYTHON, "-c", READER, cell], capture_output=True, text=True)
                self.assertEqual(read.returncode, 0, read.stderr)
                found = json.loads(read.stdout)
                lines = [json.loads(line) for line in (study / cell.name / "metrics.jsonl").read_text().splitlines()]
                result = json.loads((study / cell.name / "result.json").read_text())
                for tag in ("loss", "validation_loss", "tokens_per_second"):
                    wanted = [(line["step"], line[tag], line["seconds"]) for line in lines if tag in line]
                    self.assertEqual([step for step, _, _ in found[tag]], [step for step, _, _ in wanted])
                    for (_, value, seconds), (_, right, when) in zip(found[tag], wanted):
                        self.assertAlmostEqual(value, right, delta=1e-6 * abs(right))
                        self.assertAlmostEqual(seconds, when, delta=1e-9)
                for protocol in ("non_overlapping", "sliding", "fixed_targets"):
                    right = {e["length"]: e["bits_per_byte"] for e in result["evaluation"] if e["protocol"] == protocol}
                    values = {step: value for step, value, _ in found[f"bits_per_byte/{protocol}"]}
                    self.assertEqual(sorted(values), [16, 300])
                    for length, bits in right.items():
                        self.assertAlmostEqual(values[length], bits, delta=1e-6 * bits)


if __name__ == "__main__":
    PROGRAM = sys.argv.pop(1)
    PYTHON = python_with_tensorboard()
    if PYTHON is None:
        print(f"skipped: {PACKAGE} cannot be installed")
        sys.exit(SKIPPED)
    unittest.main()
