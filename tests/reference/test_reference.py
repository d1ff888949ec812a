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
from problems import HEADS, TIME, TRAIN_LENGTH, WIDTH, answer, by_loops, draw, parameters_of, qkv, turned
from rotations import Rope, pairs

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

    def agree(self, section, expected, parameters=None):
        torch.testing.assert_close(answer(section, parameters)[0, 0], expected, rtol=1e-12, atol=1e-13)

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

    def test_cable(self):
        steps = parameters_of(make({"type": "cable"}))["gate_logits"][0, 0]
        for scaling, root in (("scaled", self.root), ("unscaled", 1.0)):
            logit = lambda i, j: (self.q[i] @ self.k[j] / root
                                  - sum(math.log1p(math.exp(steps[l])) for l in range(j + 1, i + 1)))
            self.agree({"type": "cable", "scaling": scaling}, by_loops(logit))

    def test_bam(self):
        given = parameters_of(make({"type": "bam", "learned_location": True}))
        given["shape"] = given["shape"].abs()
        p = {name: x[0].item() for name, x in given.items()}
        for learned in (False, True):
            away = lambda n: abs(n + (2 * math.sinh(p["loc"]) if learned else 0.0)) + 1e-5
            logit = lambda i, j: self.q[i] @ self.k[j] / self.root - math.exp(p["scale"]) * away(i - j) ** p["shape"]
            self.agree({"type": "bam", "learned_location": learned}, by_loops(logit), given)

    def test_cpb(self):
        silu = lambda x: x / (1 + math.exp(-x))
        inputs = {"linear": lambda n: [n], "log": lambda n: [math.log(1 + n)],
                  "swin": lambda n: [math.log2(1 + 8 * n / (TRAIN_LENGTH - 1)) / 3],
                  "fourier": lambda n: [f(n * 20000 ** (-k / 8)) for f in (math.sin, math.cos) for k in range(8)]}
        for distance, features in inputs.items():
            for activation, act in (("relu", lambda x: max(x, 0.0)), ("silu", silu)):
                section = {"type": "cpb", "distance": distance, "hidden": 5, "activation": activation}
                p = parameters_of(make(section, TRAIN_LENGTH))

                def bias(n):
                    total = 0.0
                    for unit in range(5):
                        weights = p["w1"][unit].reshape(-1)
                        before = sum(w * x for w, x in zip(weights, features(n), strict=True)) + p["b1"][unit]
                        total += p["w2"][0, unit] * act(before.item())
                    return 16 / (1 + math.exp(-total)) if distance == "swin" else total + p["b2"][0]

                table = [bias(n) for n in range(TIME)]
                self.agree(section, by_loops(lambda i, j: self.q[i] @ self.k[j] / self.root + table[i - j]))

    def test_pope(self):
        p = parameters_of(make({"type": "pope"}))["bias"][0].clamp(-2 * math.pi, 0)
        softplus = lambda x: math.log1p(math.exp(x))

        def logit(i, j):
            return sum(softplus(self.q[i, c]) * softplus(self.k[j, c]) * math.cos((j - i) * 10000 ** (-c / WIDTH) + p[c])
                       for c in range(WIDTH)) / self.root

        self.agree({"type": "pope"}, by_loops(logit))

    def test_path(self):
        p = {name: x[0, 0] for name, x in parameters_of(make({"type": "path", "gate": "scaled"})).items()}
        transitions = []
        for w, u in zip(p["directions"], p["strength_logits"]):
            w = w / w.norm()
            transitions.append(torch.eye(WIDTH).double() - 2 / (1 + math.exp(-u)) * torch.outer(w, w))

        def logit(i, j, gate):
            row = self.q[i]
            for l in range(i, j, -1):
                row = row @ transitions[l]
            decay = sum(-math.log1p(math.exp(-p["gate_logits"][l])) for l in range(j + 1, i + 1))
            return row @ self.k[j] / self.root + {"none": 0.0, "unscaled": decay, "scaled": decay / self.root}[gate]

        for gate in ("none", "unscaled", "scaled"):
            self.agree({"type": "path", "gate": gate}, by_loops(lambda i, j: logit(i, j, gate)))

    def test_dape(self):
        q, k, _ = qkv()
        for base in ("alibi", "kerple_log", "fire"):
            section = {"type": "dape", "base_encoding": base, "hidden": 5}
            p = parameters_of(make(section))
            own = {n.removeprefix("base_encoding."): x for n, x in p.items() if n.startswith("base_encoding.")}
            bias = make({"type": base}).bias(HEADS, own, Places(TIME))

            def logit(i, j):
                e = [(q[0, h, i] @ k[0, h, j] / self.root).item() for h in range(HEADS)]
                both = torch.tensor(e + bias[:, i, j].tolist(), dtype=torch.float64)
                hidden = p["w1"] @ both + p["b1"]
                hidden = torch.where(hidden > 0, hidden, 0.01 * hidden)
                return e[0] + bias[0, i, j] + p["w2"][0] @ hidden + p["b2"][0]

            self.agree(section, by_loops(logit))

    def test_selective_rope(self):
        steps = parameters_of(make({"type": "selective_rope"}))["angles"][0, 0]
        theta = [500000 ** (-2 * t / WIDTH) for t in range(WIDTH // 2)]

        def logit(i, j):
            between = [theta[t] * sum(steps[l, t] for l in range(j + 1, i + 1)) for t in range(WIDTH // 2)]
            return turned(self.q[i], 1, theta=between) @ self.k[j] / self.root

        self.agree({"type": "selective_rope"}, by_loops(logit))

    def test_grape_key(self):
        p = parameters_of(make({"type": "grape_key"}))
        softplus = lambda x: math.log1p(math.exp(x))
        rate, u = alibi_slopes(HEADS)[0] * softplus(p["omega"][0]), p["u"][0] / p["u"][0].norm()
        logit = lambda i, j: (self.q[i] @ self.k[j] / self.root
                              - (i - j) * rate * softplus(u @ self.k[j] / self.root))
        self.agree({"type": "grape_key"}, by_loops(logit))


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

    def test_later_encodings(self):
        none, alibi = answer({"type": "none"}), answer({"type": "alibi"})
        gates = parameters_of(make({"type": "cable"}))
        negative = {"gate_logits": -gates["gate_logits"]}
        self.same(answer({"type": "cable"}, gates), answer({"type": "forgetting"}, negative))
        slopes = torch.tensor(alibi_slopes(HEADS), dtype=torch.float64)
        location = {"shape": torch.ones_like(slopes), "scale": slopes.log(), "loc": torch.zeros_like(slopes)}
        self.same(answer({"type": "bam", "learned_location": True}, location), alibi)
        turns = {"angles": torch.ones(2, HEADS, TIME, WIDTH // 2, dtype=torch.float64)}
        for layout in ("half_split", "interleaved"):
            rope = answer({"type": "rope", "layout": layout, "base": 500000.0})
            self.same(answer({"type": "selective_rope", "layout": layout}, turns), rope)
        still = parameters_of(make({"type": "path"}))
        still["strength_logits"] = torch.full_like(still["strength_logits"], -1e3)
        self.same(answer({"type": "path"}, still), none)
        for section, to in (({"type": "cpb"}, none), ({"type": "dape", "base_encoding": "alibi"}, alibi)):
            p = parameters_of(make(section))
            p["w2"] = torch.zeros_like(p["w2"])
            self.same(answer(section, p), to)
        p = parameters_of(make({"type": "grape_key"}))
        p["omega"] = torch.full_like(p["omega"], -1e3)
        self.same(answer({"type": "grape_key"}, p), none)

    def test_distances_alone(self):
        """Attention of the last 5 positions among themselves does not depend on where they stand."""
        q, k, v = qkv()
        for name in ("rope", "p_rope", "xpos", "alibi", "sandwich", "shaw", "transformer_xl", "kerple_log", "bam", "cpb",
                     "pope", "dape"):
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
