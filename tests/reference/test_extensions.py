"""Checks context extensions: literal loops, numbers of other code, identities; and what the cases promise.

    python3 tests/reference/test_extensions.py
"""

import math
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import torch

from attention import make
from cases import CASES
from extensions import make_extension
from problems import ROPE, TIME, TRAIN_LENGTH, WIDTH, Problem, answer, by_loops, turned
from vectors import problem


class DistanceMaps(Problem):
    """Each pair of tokens as a query and a key that stand where the papers put them."""

    def agree(self, extension, query_at, key_at, seen=lambda i, j: True):
        logit = lambda i, j: self.rotated(i, j, query_at(i, j), key_at(i, j))
        self.same(answer(ROPE, extension=extension)[0, 0], by_loops(logit, seen=seen))

    def test_rerope(self):
        self.agree({"type": "rerope", "window": 4}, lambda i, j: i if i - j < 4 else 4, lambda i, j: j if i - j < 4 else 0)

    def test_leaky_rerope(self):
        w, s = 4, 2.5
        self.agree({"type": "leaky_rerope", "window": w, "factor": s},
                   lambda i, j: i if i - j < w else (i + w * (s - 1)) / s, lambda i, j: j if i - j < w else j / s)

    def test_self_extend(self):
        group, w = 3, 5
        for dialect, share in (("paper", 1), ("real", w / group)):
            self.agree({"type": "self_extend", "group": group, "window": w, "dialect": dialect},
                       lambda i, j: i if i - j < w else i // group + w - share, lambda i, j: j if i - j < w else j // group)

    def test_dual_chunk(self):
        for c, w, dialect in ((5, 2, "official"), (5, 2, "paper"), (5, 3, "official"), (5, 3, "paper")):
            s, largest = c - w, c if dialect == "official" else c - 1

            def query_at(i, j):
                apart = i // s - j // s
                return i % s if apart == 0 else min(i % s + s, largest) if apart == 1 else min(2 * s - 1, largest)

            self.agree({"type": "dual_chunk", "chunk_size": c, "window": w, "dialect": dialect}, query_at,
                       lambda i, j: j % s)
        for dialect, largest in (("official", 10), ("paper", 9)):  # the paper's figure
            figure = make_extension({"type": "dual_chunk", "chunk_size": 10, "window": 4, "dialect": dialect,
                                     "original_length": 12})
            distance, i = figure.distances(torch.arange(24.0, dtype=torch.float64)).tril(), torch.arange(24)
            self.assertEqual(distance.max().item(), largest)
            near = (i[:, None] // 6 - i // 6 <= 1) & (i[:, None] % 6 <= 4 - (dialect == "paper")) & (i[:, None] >= i)
            self.assertTrue((distance == i[:, None] - i)[near].all())

    def test_streaming(self):
        """By a cache from which a token is put out after each query, once it holds more than sinks and recent ones."""
        sinks, recent = 2, 3
        cache, place = [], {}
        for i in range(TIME):
            cache.append(i)
            for index, token in enumerate(cache):
                place[i, token] = index
            if len(cache) > sinks + recent:
                del cache[sinks]
        self.agree({"type": "streaming", "sinks": sinks, "recent": recent}, lambda i, j: place[i, i],
                   lambda i, j: place[i, j], seen=lambda i, j: (i, j) in place)

    def test_block_causal(self):
        self.agree({"type": "block_causal", "block": 3}, lambda i, j: i, lambda i, j: j, lambda i, j: i // 3 - j // 3 <= 1)

    def test_xpos_is_stretched_by_the_same_distance(self):
        def logit(i, j):
            distance = min(i - j, 4)
            total = 0.0
            for t in range(WIDTH // 2):
                x = [torch.zeros(WIDTH, dtype=torch.float64) for _ in range(2)]
                for y, full in zip(x, (self.q[i], self.k[j])):
                    y[2 * t:2 * t + 2] = full[2 * t:2 * t + 2]
                zeta = (2 * t / WIDTH + 0.4) / 1.4
                total += turned(x[0], distance, layout="interleaved") @ x[1] * zeta ** (distance / 512)
            return total / self.root

        self.same(answer({"type": "xpos"}, extension={"type": "rerope", "window": 4})[0, 0], by_loops(logit))


class Frequencies(Problem):
    def of(self, extension, base=1000.0, width=8, time=203):
        made = make_extension(extension)
        theta = make({"type": "rope", "base": base}).theta(width)
        return made.frequencies(theta, base, time).tolist(), made.temperature(time)

    def near(self, extension, expected, temperature=1.0, **sizes):
        found, factor = self.of(extension, **sizes)
        for a, b in zip(found, expected, strict=True):
            self.assertAlmostEqual(a / b, 1, places=6)
        self.assertAlmostEqual(factor, temperature, places=6)

    def test_numbers_of_the_library_transformers(self):
        """What ROPE_INIT_FUNCTIONS of transformers 5.24.0 gives for head width 8, base 1000, trained at 64, read at 203."""
        self.near({"type": "yarn", "factor": 4.0, "dialect": "official", "original_length": 64},
                  [1.0, 0.1111424631, 0.00790569415, 0.001405853313], 1.1386294361119891)
        self.near({"type": "yarn", "factor": 4.0, "dialect": "official", "original_length": 64},
                  [1.0, 0.6784247193, 0.4536323544, 0.2976834077], 1.1386294361119891, base=3.0)  # the ramp ends beyond the last pair
        self.near({"type": "llama3", "factor": 8.0, "original_length": 64},
                  [1.0, 0.06430987243, 0.003952847075, 0.0007029266565])
        self.near({"type": "dynamic_ntk", "dialect": "hf", "alpha": 2.0, "original_length": 64},
                  [1.0, 0.1017149108, 0.01034592308, 0.001052334644])
        self.near({"type": "longrope", "factor": 4.0, "factors": [1.0, 1.5, 2.5, 4.0], "original_length": 64},
                  [1.0, 0.1185519607, 0.01264911064, 0.001405853313], 1.1547005383792515)

    def test_formulas(self):
        theta = [1000 ** (-2 * t / 8) for t in range(4)]
        self.near({"type": "linear", "factor": 3.0, "original_length": 64}, [x / 3 for x in theta])
        base = 1000 * 3 ** (8 / 6)
        self.near({"type": "ntk", "factor": 3.0, "original_length": 64}, [base ** (-2 * t / 8) for t in range(4)])
        base = 1000 * (203 / 64) ** (8 / 6)
        self.near({"type": "dynamic_ntk", "original_length": 64}, [base ** (-2 * t / 8) for t in range(4)])
        expected = []
        for x in theta:
            kept = min(1, max(0, (64 * x / (2 * math.pi) - 1) / 31))
            expected.append((1 - kept) * x / 4 + kept * x)
        self.near({"type": "yarn", "factor": 4.0, "original_length": 64}, expected, 0.1 * math.log(4) + 1)

    def test_rotation_by_position(self):
        """A temperature and LongRoPE's first positions, by the rotation of single vectors."""
        factors = [1.0, 1.5, 2.5, 4.0]
        scaled = [10000 ** (-2 * t / 8) / factor for t, factor in enumerate(factors)]
        temperature = math.sqrt(1 + math.log(3) / math.log(TRAIN_LENGTH))

        def at(x, position):
            return turned(x, position) if position < 4 else turned(x, position, theta=scaled, temperature=temperature)

        extension = {"type": "longrope", "factor": 3.0, "factors": factors, "unscaled_positions": 4}
        logit = lambda i, j: at(self.q[i], i) @ at(self.k[j], j) / self.root
        self.same(answer(ROPE, extension=extension)[0, 0], by_loops(logit))
        yarn = make_extension({"type": "yarn", "factor": 4.0, "original_length": TRAIN_LENGTH})
        theta = yarn.frequencies(make(ROPE).theta(WIDTH), 10000.0, TIME).tolist()
        logit = lambda i, j: self.rotated(i, j, i, j, theta=theta, temperature=0.1 * math.log(4) + 1)
        self.same(answer(ROPE, extension={"type": "yarn", "factor": 4.0})[0, 0], by_loops(logit))


class Identities(Problem):
    def reduces(self, extension, to=None, section=ROPE, **choices):
        self.same(answer(section, extension=extension, **choices), answer(section, extension=to))

    def test_extensions_that_change_nothing(self):
        ones = [1.0] * (WIDTH // 2)
        for extension in ({"type": "linear"}, {"type": "ntk"}, {"type": "yarn"}, {"type": "yarn", "dialect": "official"},
                          {"type": "llama3", "factor": 1.0}, {"type": "longrope", "factors": ones},
                          {"type": "dynamic_ntk", "original_length": TIME},
                          {"type": "dynamic_ntk", "original_length": TIME, "dialect": "hf", "alpha": 3.0},
                          {"type": "rerope", "window": TIME}, {"type": "leaky_rerope", "window": 4, "factor": 1.0},
                          {"type": "self_extend", "group": 1, "window": 4}, {"type": "self_extend", "window": TIME},
                          {"type": "dual_chunk", "chunk_size": 2 * TIME, "window": 4},
                          {"type": "block_causal", "block": (TIME + 1) // 2},
                          {"type": "streaming", "sinks": 2, "recent": TIME - 3}):
            with self.subTest(extension):
                self.reduces(extension)

    def test_among_extensions(self):
        scaled = {"type": "longrope", "factors": [3.0] * (WIDTH // 2)}
        self.reduces(scaled, {"type": "linear", "factor": 3.0})
        self.reduces({"type": "leaky_rerope", "window": 4, "factor": 1e15}, {"type": "rerope", "window": 4})
        self.reduces({"type": "yarn", "alpha": 1e9, "beta": 2e9}, {"type": "linear", "factor": 1.0})

    def test_crowd_is_rerope(self):
        """Distances clamped to the largest trained one are ReRoPE with the window L - 1."""
        clamped = lambda i, j: self.rotated(i, j, min(i - j, TRAIN_LENGTH - 1), 0)
        self.same(answer(ROPE, extension={"type": "rerope", "window": TRAIN_LENGTH - 1})[0, 0], by_loops(clamped))


class Cases(unittest.TestCase):
    def test_boundaries_are_crossed_at_odd_places(self):
        """A window or block that is no multiple of 8 and ends inside: else a kernel's tiles could hide it."""
        for name, case in CASES.items():
            if case.time < 200:
                continue
            sizes = [case.attention.get("chunk", 0), *({"window", "block", "chunk_size", "recent"} & case.extension.keys())]
            for size in (case.extension[s] if isinstance(s, str) else s for s in sizes):
                if size:
                    self.assertTrue(size % 8 and size < case.time / 2, name)

    def test_cope_counts_stay_off_whole_numbers(self):
        for name in ("cope-long", "cope-long-per_head"):
            tensors, _ = problem(name)
            counts = make(CASES[name].section).count(torch.tensor(tensors["queries"]), torch.tensor(tensors["keys"]))
            inside = counts[(counts > 0) & (counts < 63.001)]  # 63 is where they are cut
            self.assertGreater(len(inside), 30000)
            self.assertGreater((inside - inside.round()).abs().min().item(), 1e-4)


if __name__ == "__main__":
    unittest.main()
