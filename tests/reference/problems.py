"""Small attention problems for the tests, and attention a scalar at a time."""

import math
import unittest

import numpy as np
import torch

from attention import Choices, attention, make
from extensions import make_extension

HEADS, TIME, WIDTH = 3, 11, 8
TRAIN_LENGTH = 5
ROPE = {"type": "rope", "layout": "half_split"}  # as `turned` has it


def draw(*shape, seed=0):
    return torch.tensor(np.random.Generator(np.random.PCG64(seed)).standard_normal(shape))


def qkv():
    return tuple(draw(2, HEADS, TIME, WIDTH, seed=seed) for seed in (1, 2, 3))


def parameters_of(encoding, choices=Choices(), fill=None):
    shapes = {**encoding.shapes(HEADS, WIDTH), **{"attention." + n: s for n, s in choices.shapes(HEADS).items()}}
    parameters = {}
    for seed, (name, shape) in enumerate(shapes.items()):
        parameters[name] = draw(*shape, seed=10 + seed) if fill is None else torch.full(shape, fill, dtype=torch.float64)
    for seed, (name, axes) in enumerate(encoding.token_inputs(WIDTH).items()):
        parameters[name] = draw(2, HEADS, TIME, *axes, seed=30 + seed)
    return parameters


def answer(section, parameters=None, fill=None, extension=None, positions=None, problem=None, **choices):
    """The output of the problem `qkv` (or `problem`) with a [encoding] section, an extension's and the keys of Choices."""
    encoding, choices = make(section, TRAIN_LENGTH), Choices(**choices)
    parameters = parameters_of(encoding, choices, fill) if parameters is None else parameters
    extended = make_extension({"original_length": TRAIN_LENGTH, **extension}) if extension else None
    return attention(encoding, *(problem or qkv()), parameters, choices, positions, extended)


def by_loops(logit, value=None, seen=lambda i, j: True, sink=None):
    """Softmax attention of batch 0 and head 0, a scalar at a time. logit(i, j) -> float; value(i, j) -> [d]"""
    values = qkv()[2][0, 0]
    rows = []
    for i in range(TIME):
        keys = [j for j in range(i + 1) if seen(i, j)]
        weights = [math.exp(logit(i, j)) for j in keys]
        total = sum(weights) + (0.0 if sink is None else math.exp(sink))
        rows.append(sum(w / total * (values[j] if value is None else value(i, j)) for w, j in zip(weights, keys)))
    return torch.stack(rows)


def turned(x, position, base=10000.0, layout="half_split", theta=None, temperature=1.0):
    """x [d] with its pairs turned by position * theta_t, a pair at a time."""
    result, half = [0.0] * len(x), len(x) // 2
    for t in range(half):
        a, b = (t, t + half) if layout == "half_split" else (2 * t, 2 * t + 1)
        angle = position * (base ** (-2 * t / len(x)) if theta is None else theta[t])
        cos, sin = math.cos(angle) * temperature, math.sin(angle) * temperature
        result[a], result[b] = x[a] * cos - x[b] * sin, x[a] * sin + x[b] * cos
    return torch.tensor(result, dtype=torch.float64)


def constant(number):
    return torch.full((HEADS,), number, dtype=torch.float64)


class Problem(unittest.TestCase):
    """Batch 0 and head 0 of the problem, for loops."""

    def setUp(self):
        q, k, v = qkv()
        self.q, self.k, self.v = q[0, 0], k[0, 0], v[0, 0]
        self.root = math.sqrt(WIDTH)

    def e(self, i, j):
        return self.q[i] @ self.k[j] / self.root

    def rotated(self, i, j, query_at, key_at, **options):
        return turned(self.q[i], query_at, **options) @ turned(self.k[j], key_at, **options) / self.root

    def same(self, first, second):
        torch.testing.assert_close(first, second, rtol=1e-12, atol=1e-13)
