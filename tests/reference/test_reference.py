"""Checks the reference against numbers from the papers, literal loops, the reductions, and central differences.

    python3 tests/reference/test_reference.py
"""

import math
import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import numpy as np
import torch

import safetensors
from attention import ENCODINGS, attention, make
from biases import alibi_slopes, t5_bucket
from encoding import Places
from rotations import Rope, pairs

HEADS, TIME, WIDTH = 3, 11, 8


def draw(*shape, seed=0):
    return torch.tensor(np.random.Generator(np.random.PCG64(seed)).standard_normal(shape))


def qkv():
    return tuple(draw(2, HEADS, TIME, WIDTH, seed=seed) for seed in (1, 2, 3))


def parameters_of(encoding, fill=None):
    parameters = {}
    for seed, (name, shape) in enumerate(encoding.shapes(HEADS, WIDTH).items()):
        parameters[name] = draw(*shape, seed=10 + seed) if fill is None else torch.full(shape, fill, dtype=torch.float64)
    for seed, (name, axes) in enumerate(encoding.token_inputs(WIDTH).items()):
        parameters[name] = draw(2, HEADS, TIME, *axes, seed=30 + seed)
    return parameters


def answer(section, parameters=None, fill=None):
    encoding = make(section)
    return attention(encoding, *qkv(), parameters_of(encoding, fill) if parameters is None else parameters)


def by_loops(logit, value=None):
    """Softmax attention of batch 0 and head 0, a scalar at a time. logit(i, j) -> float; value(i, j) -> [d]"""
    values = qkv()[2][0, 0]
    rows = []
    for i in range(TIME):
        weights = torch.tensor([math.exp(logit(i, j)) for j in range(i + 1)], dtype=torch.float64)
        weights = weights / weights.sum()
        rows.append(sum(w * (values[j] if value is None else value(i, j)) for j, w in enumerate(weights)))
    return torch.stack(rows)


class KnownNumbers(unittest.TestCase):
    def test_t5_buckets(self):
        self.assertEqual([t5_bucket(n) for n in (0, 15, 16, 112, 113, 128, 5000)], [0, 15, 16, 30, 31, 31, 31])
        for n in range(16, 3000):  # the float formula, away from its edges
            exact = 16 * math.log(n / 16) / math.log(8)
            if abs(exact - round(exact)) > 1e-9:
                self.assertEqual(t5_bucket(n), min(31, 16 + math.floor(exact)))

    def test_alibi_slopes(self):
        self.assertEqual(alibi_slopes(8), [2.0**-h for h in range(1, 9)])
        self.assertEqual(alibi_slopes(6), [.25, .0625, .015625, .00390625, .5, .125])
        self.assertEqual(alibi_slopes(12), [2.0**-h for h in range(1, 9)] + [2**-.5, 2**-1.5, 2**-2.5, 2**-3.5])
        self.assertEqual(alibi_slopes(12, "geometric"), [2.0 ** (-8 * h / 12) for h in range(1, 13)])

    def test_rope_frequencies(self):
        theta = Rope().theta(32)
        np.testing.assert_allclose(theta, [10000 ** (-2 * t / 32) for t in range(16)], rtol=1e-15)
        self.assertEqual(int((2 * math.pi / theta > 128).sum()), 10)  # wavelengths that exceed L = 128

    def test_sinusoid(self):
        table = make({"type": "sinusoidal"}).table(Places(5), 6, {})
        for p in range(5):
            for t in range(3):
                self.assertAlmostEqual(table[p, 2 * t].item(), math.sin(p / 10000 ** (2 * t / 6)), places=15)
                self.assertAlmostEqual(table[p, 2 * t + 1].item(), math.cos(p / 10000 ** (2 * t / 6)), places=15)
        sines_first = make({"type": "sinusoidal", "layout": "concatenated"}).table(Places(5), 6, {})
        self.assertTrue(torch.equal(sines_first, torch.cat([table[:, 0::2], table[:, 1::2]], dim=1)))

    def test_learned_ends(self):
        with self.assertRaises(ValueError):
            make({"type": "learned"}).table(Places(5), 2, {"table": torch.zeros(4, 2)})


class Loops(unittest.TestCase):
    """The formulas once more, a scalar at a time."""

    def setUp(self):
        q, k, v = qkv()
        self.q, self.k, self.v = q[0, 0], k[0, 0], v[0, 0]
        self.root = math.sqrt(WIDTH)

    def agree(self, section, expected):
        torch.testing.assert_close(answer(section)[0, 0], expected, rtol=1e-12, atol=1e-13)

    def test_shaw(self):
        p = parameters_of(make({"type": "shaw", "clip": 4}))
        self.agree({"type": "shaw", "clip": 4},
                   by_loops(lambda i, j: self.q[i] @ (self.k[j] + p["keys"][min(i - j, 4)]) / self.root,
                            lambda i, j: self.v[j] + p["values"][min(i - j, 4)]))

    def test_transformer_xl(self):
        p = parameters_of(make({"type": "transformer_xl"}))
        width = HEADS * WIDTH

        def sinusoid(n):
            angles = [n * 10000 ** (-2 * t / width) for t in range(width // 2)]
            return torch.tensor([math.sin(a) for a in angles] + [math.cos(a) for a in angles], dtype=torch.float64)

        def logit(i, j):
            relative = sinusoid(i - j) @ p["projection"][:, :WIDTH]
            return ((self.q[i] + p["u"][0]) @ self.k[j] + (self.q[i] + p["v"][0]) @ relative) / self.root

        self.agree({"type": "transformer_xl"}, by_loops(logit))

    def test_fire(self):
        p = parameters_of(make({"type": "fire"}))

        def logit(i, j):
            tau = abs(p["threshold"].item() * 512)
            psi = lambda x: math.log(abs(p["c"].item() * x) + 1)
            ratio = psi(i - j) / (psi(max(tau, i)) + 1e-6)
            return self.q[i] @ self.k[j] / self.root + torch.relu(p["w1"] * ratio + p["b1"]) @ p["w2"][0] + p["b2"][0]

        self.agree({"type": "fire"}, by_loops(logit))

    def test_sandwich(self):
        def logit(i, j):
            cosines = sum(math.cos((i - j) / 10000 ** (2 * t / 128)) for t in range(1, 65))
            return self.q[i] @ self.k[j] / self.root + cosines / (8 * 1 / HEADS)

        self.agree({"type": "sandwich"}, by_loops(logit))

    def test_xpos(self):
        def logit(i, j):  # (a' c' + b' d') of a pair turned by the difference, times zeta^(n/B)
            total = 0.0
            for t in range(WIDTH // 2):
                angle = (i - j) * 10000 ** (-2 * t / WIDTH)
                a, b = self.q[i][2 * t:2 * t + 2]
                c, d = self.k[j][2 * t:2 * t + 2]
                turned = (a * c + b * d) * math.cos(angle) + (a * d - b * c) * math.sin(angle)
                total += turned * ((2 * t / WIDTH + 0.4) / 1.4) ** ((i - j) / 512)
            return total / self.root

        self.agree({"type": "xpos"}, by_loops(logit))

    def test_cope(self):
        p = parameters_of(make({"type": "cope", "positions": 4}))

        def logit(i, j):
            gates = [1 / (1 + math.exp(-self.q[i] @ self.k[t] / self.root)) for t in range(j, i + 1)]
            position = min(sum(gates), 3)
            low, high = math.floor(position), math.ceil(position)
            bias = (1 - (position - low)) * self.q[i] @ p["embedding"][low]
            return self.q[i] @ self.k[j] / self.root + bias + (position - low) * self.q[i] @ p["embedding"][high]

        self.agree({"type": "cope", "positions": 4}, by_loops(logit))

    def test_forgetting(self):
        gates = parameters_of(make({"type": "forgetting"}))["gate_logits"][0, 0]

        def logit(i, j):
            return self.q[i] @ self.k[j] / self.root + sum(-math.log1p(math.exp(-gates[l])) for l in range(j + 1, i + 1))

        self.agree({"type": "forgetting"}, by_loops(logit))


class Reductions(unittest.TestCase):
    """Members of the lattice of exact identities."""

    def same(self, first, second, exact=False):
        if exact:
            self.assertTrue(torch.equal(first, second))
        torch.testing.assert_close(first, second, rtol=1e-12, atol=1e-13)

    def test_p_rope(self):
        self.same(answer({"type": "p_rope", "p": 1.0}), answer({"type": "rope"}), exact=True)
        self.same(answer({"type": "p_rope", "p": 0.0}), answer({"type": "none"}), exact=True)

    def test_layouts_are_one_function(self):
        q, k, v = qkv()
        order = torch.cat(pairs(WIDTH, "interleaved"))  # channel (2t, 2t+1) moves to (t, t + d/2)
        half_split = attention(make({"type": "rope", "layout": "half_split"}), q[..., order], k[..., order], v, {})
        self.same(answer({"type": "rope"}), half_split)

    def test_xpos_without_stretch(self):
        self.same(answer({"type": "xpos", "gamma": 1e16}), answer({"type": "rope"}))

    def test_to_none(self):
        for section in ({"type": "shaw"}, {"type": "cope"}, {"type": "transformer_xl"}, {"type": "t5_bias"}):
            self.same(answer(section, fill=0.0), answer({"type": "none"}))
        fire = parameters_of(make({"type": "fire"}))
        fire["w2"] = torch.zeros_like(fire["w2"])
        self.same(answer({"type": "fire"}, fire), answer({"type": "none"}))

    def test_to_alibi(self):
        slopes = torch.tensor(alibi_slopes(HEADS), dtype=torch.float64)
        alibi = answer({"type": "alibi"})
        power = {"r1": slopes, "r2": torch.ones(HEADS, dtype=torch.float64)}
        self.same(answer({"type": "kerple_power", "minimum": 1e-4}, power), alibi)
        gate = -torch.log(torch.expm1(slopes))  # ln sigmoid(gate) = -slope
        self.same(answer({"type": "forgetting"}, {"gate_logits": gate[None, :, None].expand(2, HEADS, TIME)}), alibi)

    def test_distances_alone(self):
        """Attention of the last 5 positions among themselves does not depend on where they stand."""
        q, k, v = qkv()
        for name in ("rope", "p_rope", "xpos", "alibi", "sandwich", "shaw", "transformer_xl", "kerple_log"):
            encoding = make({"type": name})
            parameters = parameters_of(encoding)
            there = encoding.logits(q, k, parameters, Places(TIME))[..., 6:, 6:].tril()
            here = encoding.logits(q[:, :, 6:], k[:, :, 6:], parameters, Places(5)).tril()
            self.same(there, here)


class Gradients(unittest.TestCase):
    def test_central_differences(self):
        for name, kind in ENCODINGS.items():
            if kind.where == "input":
                continue
            options = {"cope": {"positions": 4}, "shaw": {"clip": 2}, "fire": {"hidden": 3, "initial_length": 6},
                       "t5_bias": {"buckets": 4, "max_distance": 5}, "bam": {"learned_location": True},
                       "cpb": {"hidden": 3}, "path": {"gate": "scaled"}, "dape": {"hidden": 3}}.get(name, {})
            encoding = make({"type": name, **options})
            shapes = {n: draw(1, 2, 5, 4, seed=s) for s, n in enumerate(("queries", "keys", "values"))}
            parameters = {n: draw(*shape, seed=9 + s) for s, (n, shape) in enumerate(encoding.shapes(2, 4).items())}
            for n in parameters:  # inside the allowed range, where projection changes nothing
                if n.endswith(("r1", "r2")):
                    parameters[n] = torch.tensor([.4, 1.2]).double()
            if name == "pope":
                parameters["bias"] = -parameters["bias"].abs()
            for n, axes in encoding.token_inputs(4).items():
                parameters[n] = draw(1, 2, 5, *axes, seed=20 + len(parameters))
            names = list(parameters)
            leaves = [t.clone().requires_grad_() for t in (*shapes.values(), *parameters.values())]
            function = lambda q, k, v, *rest: attention(encoding, q, k, v, dict(zip(names, rest)))
            with self.subTest(name):
                self.assertTrue(torch.autograd.gradcheck(function, leaves, eps=1e-6, atol=1e-7, rtol=1e-5))

    def test_projection_passes_the_gradient(self):
        def gradient(section, r1, r2):
            leaves = {"r1": torch.full((HEADS,), r1).double().requires_grad_(),
                      "r2": torch.full((HEADS,), r2).double().requires_grad_()}
            (attention(make(section), *qkv(), leaves) * draw(2, HEADS, TIME, WIDTH, seed=7)).sum().backward()
            return leaves["r1"].grad, leaves["r2"].grad

        for name, outside in (("kerple_log", (-1.0, 0.001)), ("kerple_power", (-1.0, 5.0))):
            inside = (0.01, 2.0 if name == "kerple_power" else 0.01)
            for a, b in zip(gradient({"type": name}, *outside), gradient({"type": name}, *inside)):
                torch.testing.assert_close(a, b)
                self.assertTrue((a != 0).all())


class Files(unittest.TestCase):
    def test_round_trip(self):
        tensors = {"a": np.arange(6.0).reshape(2, 3), "b": np.array([[1, -2]], dtype=np.int32), "c": np.float32([0.5])}
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "x.safetensors"
            safetensors.save(path, tensors, {"key": "value"})
            loaded, metadata = safetensors.load(path)
            self.assertEqual(metadata, {"key": "value"})
            for name, array in tensors.items():
                self.assertEqual(loaded[name].dtype, array.dtype)
                np.testing.assert_array_equal(loaded[name], array)
            path.write_bytes(path.read_bytes()[:-4])
            with self.assertRaises(ValueError):
                safetensors.load(path)


if __name__ == "__main__":
    unittest.main()
