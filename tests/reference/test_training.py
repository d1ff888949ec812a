"""Checks the model and training of this reference, and scripts/verify_with_pytorch on traces made here.

    python3 tests/reference/test_training.py
"""

import json
import math
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import numpy as np
import torch

import safetensors
import traced_run
from attention import ENCODINGS, make
from fast_rope import FastRope
from training import Schedule, clip, decays, optimizer, train_step
from transformer import Transformer, has_layer, random_parameters

SCRIPT = Path(__file__).resolve().parents[2] / "scripts/verify_with_pytorch"
WIDTH, HEADS, LENGTH = 16, 2, 12
TRAINED = [name for name in ENCODINGS if has_layer(make({"type": name}))]


def model_of(section, dtype=torch.float64, **options):
    arrays = random_parameters(WIDTH, HEADS, 2, 32, section, train_length=LENGTH, **options)
    return Transformer({n: torch.tensor(a, dtype=dtype, requires_grad=True) for n, a in arrays.items()}, HEADS, section)


def random_tokens(*shape):
    return torch.from_numpy(np.random.Generator(np.random.PCG64(5)).integers(0, 256, shape))


class Model(unittest.TestCase):
    def test_every_encoding_learns(self):
        tokens = random_tokens(4, LENGTH + 1)
        for name in TRAINED:
            with self.subTest(name):
                model = model_of({"type": name})
                schedule = Schedule(steps=8, rate=1e-2, warmup=2)
                adamw = optimizer(model.parameters, schedule)
                losses = [train_step(model, adamw, schedule, step, tokens) for step in range(8)]
                self.assertLess(losses[-1], losses[0] - 0.3)
                self.assertTrue(all(p.grad is not None and p.grad.isfinite().all() for p in model.parameters.values()))

    def test_no_look_ahead(self):
        tokens = random_tokens(1, LENGTH)
        changed = tokens.clone()
        changed[0, 7] = (changed[0, 7] + 1) % 256
        for name in TRAINED:
            with self.subTest(name), torch.no_grad():
                model = model_of({"type": name}, norm="rms", activation="swiglu", tied=True)
                torch.testing.assert_close(model.logits(tokens)[0, :7], model.logits(changed)[0, :7])

    def test_fast_rope(self):
        section = {"type": "rope", "layout": "half_split"}
        model, tokens = model_of(section), random_tokens(3, LENGTH + 1)
        plain = model.loss(tokens)
        model.attend = FastRope(LENGTH, WIDTH // HEADS, torch.float64)
        torch.testing.assert_close(model.loss(tokens), plain)


class Training(unittest.TestCase):
    def test_schedule(self):
        schedule = Schedule(steps=100, rate=2.0, warmup=10)
        self.assertAlmostEqual(schedule.rate_at(0), 0.2)
        self.assertAlmostEqual(schedule.rate_at(9), 2.0)
        self.assertAlmostEqual(schedule.rate_at(10), 2.0)
        self.assertAlmostEqual(schedule.rate_at(55), 0.2 + 1.8 / 2)
        self.assertAlmostEqual(schedule.rate_at(100), 0.2)

    def test_clip(self):
        parameters = [torch.zeros(2, requires_grad=True), torch.zeros(1, requires_grad=True)]
        for limit, expected in ((1.0, 0.2), (10.0, 1.0), (0.0, 1.0)):
            parameters[0].grad, parameters[1].grad = torch.tensor([3.0, 0.0]), torch.tensor([4.0])
            self.assertAlmostEqual(clip(parameters, limit), 5.0)
            self.assertAlmostEqual(parameters[0].grad[0].item(), 3.0 * expected, places=6)

    def test_decay(self):
        self.assertTrue(decays("embedding") and decays("head") and decays("layers.0.attention.qkv"))
        self.assertFalse(decays("norm.gain") or decays("layers.0.encoding.projection") or decays("encoding.table"))

    def test_adamw_by_hand(self):
        """Two steps of one number against the written-out update."""
        schedule = Schedule(steps=10, rate=0.1, warmup=0, weight_decay=0.3, clip=0.0)
        x = torch.tensor([0.7], dtype=torch.float64, requires_grad=True)
        adamw = optimizer({"head": x}, schedule)
        value, m, v = 0.7, 0.0, 0.0
        for step in (1, 2):
            adamw.zero_grad()
            x.square().sum().backward()
            adamw.step()
            gradient = 2 * value
            m, v = 0.9 * m + 0.1 * gradient, 0.95 * v + 0.05 * gradient**2
            update = (m / (1 - 0.9**step)) / (math.sqrt(v / (1 - 0.95**step)) + 1e-8)
            value -= 0.1 * (update + 0.3 * value)
            self.assertAlmostEqual(x.item(), value, places=12)


def write_cell(folder, encoding="t5_bias", **options):
    """A cell with its trace, trained here in float32; the text is random bytes."""
    section = {"type": encoding}
    steps, batch = 8, 4
    text = np.random.Generator(np.random.PCG64(6)).integers(97, 101, 6000).astype(np.uint8)
    (folder / "text.txt").write_bytes(text.tobytes())
    (folder / "config.toml").write_text(
        f'seed = 1\n[corpus]\npath = {json.dumps(str(folder / "text.txt"))}\n[model]\nlayers = 2\nheads = {HEADS}\n'
        f'[encoding]\ntype = "{encoding}"\n[train]\nlength = {LENGTH}\nbatch = {batch}\nsteps = {steps}\nrate = 1e-2\n'
        'warmup = 2\nweight_decay = 0.1\nclip = 1.0\n')
    model = model_of(section, torch.float32, **options)
    parameters = model.parameters
    (folder / "trace").mkdir()
    (folder / "nll").mkdir()
    arrays = lambda: {n: p.detach().numpy().copy() for n, p in parameters.items()}
    safetensors.save(folder / "trace/initial.safetensors", arrays())
    starts = np.random.Generator(np.random.PCG64(7)).integers(0, 5000, (steps, batch))
    batches = text[starts[..., None] + np.arange(LENGTH + 1)].astype(np.int32)
    safetensors.save(folder / "trace/batches.safetensors", {"tokens": batches})
    schedule = Schedule(steps=steps, rate=1e-2, warmup=2)
    adamw = optimizer(parameters, schedule)
    losses = [train_step(model, adamw, schedule, s, torch.from_numpy(batches[s].astype(np.int64))) for s in range(steps)]
    np.save(folder / "trace/losses.npy", np.array(losses))
    safetensors.save(folder / "trace/final.safetensors", arrays())
    nll = traced_run.evaluate(model, text[5700:], 20, LENGTH).astype(np.float32)
    nll[-1, 5:] = np.nan  # the last window scores what is left of the targets
    np.save(folder / f"nll/{LENGTH}-non_overlapping.npy", nll)


class Script(unittest.TestCase):
    def run_on(self, change=None, arguments=(), **options):
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            write_cell(folder, **options)
            if change:
                change(folder)
            done = subprocess.run([sys.executable, str(SCRIPT), name, *arguments], capture_output=True, text=True)
            return done.returncode, done.stdout + done.stderr

    def test_agrees(self):
        for options in ({}, {"encoding": "forgetting", "norm": "rms", "activation": "swiglu", "tied": True},
                        {"encoding": "sinusoidal"}):
            code, text = self.run_on(**options)
            self.assertEqual(code, 0, text)
            self.assertIn("evaluation of PyTorch's parameters", text)

    def test_float32_and_fewer_steps(self):
        code, text = self.run_on(arguments=("--dtype", "float32", "--steps", "3"))
        self.assertEqual(code, 0, text)

    def test_wrong_losses(self):
        def change(folder):
            losses = np.load(folder / "trace/losses.npy")
            losses[5] *= 1.002
            np.save(folder / "trace/losses.npy", losses)

        code, text = self.run_on(change)
        self.assertEqual(code, 1, text)
        self.assertIn("DIFFERS  losses of the first 8 steps", text)

    def test_wrong_evaluation(self):
        def change(folder):
            path = folder / f"nll/{LENGTH}-non_overlapping.npy"
            np.save(path, np.load(path) + np.float32(0.01))

        code, text = self.run_on(change)
        self.assertEqual(code, 1, text)

    def test_missing_trace(self):
        code, text = self.run_on(lambda folder: (folder / "trace/losses.npy").unlink())
        self.assertEqual(code, 2, text)
        self.assertIn("losses.npy", text)


if __name__ == "__main__":
    unittest.main()
