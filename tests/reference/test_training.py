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
from attention import ENCODINGS, Choices, make
from fast_rope import FastRope
from training import Schedule, clip, decays, is_matrix_of_a_layer, newton_schulz, optimizer, train_step
from transformer import Transformer, has_layer, random_parameters

SCRIPT = Path(__file__).resolve().parents[2] / "scripts/verify_with_pytorch"
WIDTH, HEADS, LENGTH = 16, 2, 12
TRAINED = [name for name in ENCODINGS if has_layer(make({"type": name}))]


def model_of(section, dtype=torch.float64, squared_relu=False, choices=Choices(), **options):
    arrays = random_parameters(WIDTH, HEADS, 2, 32, section, train_length=LENGTH, choices=choices, **options)
    parameters = {n: torch.tensor(a, dtype=dtype, requires_grad=True) for n, a in arrays.items()}
    return Transformer(parameters, HEADS, section, choices=choices, squared_relu=squared_relu)


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

    def test_options_by_hand(self):
        """Squared ReLU, query-key norm, and outputs at zero: the first logits are those of the embedding alone."""
        tokens = random_tokens(2, LENGTH)
        start = model_of({"type": "rope"}, zero_outputs=True, choices=Choices(qk_norm="rms", gain=1.2, epsilon=1e-5))
        p = start.parameters
        x = p["embedding"][tokens]
        x = (x - x.mean(-1, keepdim=True)) / (x.var(-1, unbiased=False, keepdim=True) + 1e-5).sqrt()
        torch.testing.assert_close(start.logits(tokens), x @ p["head"])
        model, hidden = model_of({"type": "none"}, squared_relu=True), torch.linspace(-1, 1, WIDTH).double()
        up, down = (model.parameters[f"layers.0.feed_forward.{n}"] for n in ("up", "down"))
        expected = sum(max(0.0, (hidden @ up[:, f]).item()) ** 2 * down[f] for f in range(up.shape[1]))
        torch.testing.assert_close(model.feed_forward(hidden, 0), expected)
        # Queries and keys of any length attend alike.
        normed = model_of({"type": "rope"}, choices=Choices(qk_norm="rms", gain=1.2))
        before = normed.loss(random_tokens(2, LENGTH + 1)).item()
        with torch.no_grad():
            normed.parameters["layers.0.attention.qkv"][:, :2 * WIDTH] *= 7
        self.assertAlmostEqual(normed.loss(random_tokens(2, LENGTH + 1)).item(), before, places=12)

    def test_learned_choices_learn(self):
        choices = Choices(scale="ssmax", bias=True, sink="learned", window=5)
        model = model_of({"type": "rope"}, choices=choices)
        schedule = Schedule(steps=3, rate=1e-2, warmup=0)
        steps, start = optimizer(model.parameters, schedule), {n: p.detach().clone() for n, p in model.parameters.items()}
        for step in range(3):
            train_step(model, steps, schedule, step, random_tokens(4, LENGTH + 1))
        for name in ("s", "b", "sink"):
            self.assertTrue((model.parameters[f"layers.1.attention.{name}"] != start[f"layers.1.attention.{name}"]).all())

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
        linear = Schedule(steps=100, rate=2.0, warmup=10, schedule="linear")
        for step, rate in ((0, 0.2), (9, 2.0), (10, 2.0), (55, 1.0), (99, 2 / 90), (100, 0.0)):
            self.assertAlmostEqual(linear.rate_at(step), rate)
        stable = Schedule(steps=100, rate=2.0, warmup=10, schedule="warmup_stable_decay", cooldown=0.25)
        for step, rate in ((0, 0.2), (9, 2.0), (10, 2.0), (75, 2.0), (80, 1.6), (99, 0.08), (100, 0.0)):
            self.assertAlmostEqual(stable.rate_at(step), rate)

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


class Orthogonalised(unittest.TestCase):
    def test_singular_values(self):
        """Five steps bring them into about [0.7, 1.2], but for those that were tiny: a square matrix has such ones."""
        for rows, columns in ((128, 384), (512, 128), (32, 64), (100, 40), (16, 128)):
            for seed in range(5):
                matrix = torch.tensor(np.random.Generator(np.random.PCG64(seed)).standard_normal((rows, columns)))
                values = torch.linalg.svdvals(newton_schulz(matrix))
                self.assertGreater(values.min().item(), 0.67)
                self.assertLess(values.max().item(), 1.21)

    def test_each_value_goes_its_own_way(self):
        """U S V^T becomes U f(S/|S|) V^T with f five times the polynomial; and so does its transpose."""
        u, s, v = torch.linalg.svd(torch.tensor(np.random.Generator(np.random.PCG64(1)).standard_normal((6, 9))), False)
        x = s / s.norm()
        for _ in range(5):
            x = 3.4445 * x - 4.7750 * x**3 + 2.0315 * x**5
        torch.testing.assert_close(newton_schulz(u @ s.diag() @ v), u @ x.diag() @ v)
        torch.testing.assert_close(newton_schulz((u @ s.diag() @ v).T), (u @ x.diag() @ v).T)
        self.assertEqual(newton_schulz(torch.zeros(2, 3)).tolist(), torch.zeros(2, 3).tolist())

    def test_which_are_matrices(self):
        model = model_of({"type": "transformer_xl"}, activation="swiglu", choices=Choices(sink="learned"))
        matrices = {name for name in model.parameters if is_matrix_of_a_layer(name)}
        parts = ("attention.qkv", "attention.output", "feed_forward.up", "feed_forward.gate", "feed_forward.down")
        self.assertEqual(matrices, {f"layers.{layer}.{part}" for layer in (0, 1) for part in parts})

    def test_muon_by_hand(self):
        """Two steps of one matrix, in numpy and by singular values: longer where there are more outputs than inputs."""
        generator = np.random.Generator(np.random.PCG64(3))
        for shape, longer in (((4, 9), 1.5), ((9, 4), 1.0)):
            schedule = Schedule(steps=10, rate=0.01, matrix_rate=0.1, warmup=0, weight_decay=0.3, clip=0.0, optimizer="muon")
            start, goal = generator.standard_normal(shape), generator.standard_normal(shape)
            x = torch.tensor(start, requires_grad=True)
            steps = optimizer({"layers.0.attention.qkv": x, "head": torch.zeros(1, requires_grad=True)}, schedule)
            value, velocity = start.copy(), np.zeros(shape)
            for _ in range(2):
                steps.zero_grad()
                (0.5 * (x - torch.tensor(goal)).square()).sum().backward()
                steps.step()
                gradient = value - goal
                velocity = 0.95 * velocity + gradient
                u, s, v = np.linalg.svd(gradient + 0.95 * velocity, full_matrices=False)
                s = s / np.linalg.norm(s)
                for _ in range(5):
                    s = 3.4445 * s - 4.7750 * s**3 + 2.0315 * s**5
                value = (1 - 0.1 * 0.3) * value - 0.1 * longer * (u * s) @ v
                np.testing.assert_allclose(x.detach().numpy(), value, rtol=1e-10, atol=1e-12)

    def test_it_learns(self):
        tokens = random_tokens(4, LENGTH + 1)
        model = model_of({"type": "rope"}, squared_relu=True, zero_outputs=True, choices=Choices(qk_norm="rms", gain=1.2))
        schedule = Schedule(steps=20, rate=5e-3, warmup=5, optimizer="muon", schedule="warmup_stable_decay")
        steps = optimizer(model.parameters, schedule)
        losses = [train_step(model, steps, schedule, step, tokens) for step in range(20)]
        self.assertLess(losses[-1], losses[0] - 1)


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
