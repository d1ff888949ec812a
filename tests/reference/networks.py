"""Biases that a small network makes, of the distance or of the logits themselves."""

import math

import torch
import torch.nn.functional as functional

from biases import Alibi, Bias, Fire, KerpleLog
from encoding import Encoding


class Cpb(Bias):
    """Continuous position bias: w2 act(w1 . x + b1) + b2 of x, which `distance` chooses.

    linear: n. log: ln(1 + n). fourier: sines, then cosines, of n base^(-2f/features). swin (2111.09883, their code):
    log2(1 + 8 n/(P - 1)) / 3, P the training length, no b2, and 16 sigmoid(.) of the result.
    """

    defaults = {"distance": "log", "hidden": 256, "activation": "relu", "features": 16, "base": 20000.0}

    def shapes(self, heads, head_width):
        inputs = (self.hidden, self.features) if self.distance == "fourier" else (self.hidden,)
        shapes = {"w1": inputs, "b1": (self.hidden,), "w2": (heads, self.hidden), "b2": (heads,)}
        if self.distance == "swin":
            del shapes["b2"]
        return shapes

    def inputs(self, n):
        """n [rows] -> [rows, features]"""
        if self.distance == "fourier":
            turns = n[:, None] * self.base ** -(torch.arange(0, self.features, 2, dtype=torch.float64) / self.features)
            return torch.cat([turns.sin(), turns.cos()], dim=-1)
        if self.distance == "swin":
            n = torch.log2(1 + 8 * n / (self.train_length - 1)) / math.log2(8)
        elif self.distance == "log":
            n = torch.log1p(n)
        return n[:, None]

    def bias(self, heads, parameters, places):
        n, row = places.distance.unique(return_inverse=True)
        w1 = parameters["w1"].reshape(self.hidden, -1)
        before = self.inputs(n).to(w1.dtype) @ w1.T + parameters["b1"]
        hidden = functional.silu(before) if self.activation == "silu" else torch.relu(before)
        result = hidden @ parameters["w2"].T  # [distance, heads]
        result = 16 * torch.sigmoid(result) if self.distance == "swin" else result + parameters["b2"]
        return result.T[:, row]


class Dape(Encoding):
    """DAPE (2405.14722): e + B + f([e; B]) in each cell, f: 2H -> hidden -> LeakyReLU(0.01) -> H, all heads together.

    B is the bias of `base_encoding` with its default hyper-parameters; its learned ones are `base_encoding.NAME` here.
    """

    defaults = {"base_encoding": "kerple_log", "hidden": 32}
    adds_by_query = True
    bases = {"alibi": Alibi, "kerple_log": KerpleLog, "fire": Fire}
    prefix = "base_encoding."

    def __init__(self, **options):
        super().__init__(**options)
        self.base = self.bases[self.base_encoding]()

    def shapes(self, heads, head_width):
        shapes = {self.prefix + name: shape for name, shape in self.base.shapes(heads, head_width).items()}
        return {**shapes, "w1": (self.hidden, 2 * heads), "b1": (self.hidden,), "w2": (heads, self.hidden), "b2": (heads,)}

    def logits(self, queries, keys, parameters, places):
        e = self.content(queries, keys, parameters, places)
        own = {n.removeprefix(self.prefix): p for n, p in parameters.items() if n.startswith(self.prefix)}
        bias = self.base.addition(queries, keys, own, places)
        both = torch.cat([e, bias.expand_as(e)], dim=1)  # [batch, 2 heads, time, time]
        hidden = torch.einsum("bcij,mc->bmij", both, parameters["w1"]) + parameters["b1"][:, None, None]
        mixed = torch.einsum("bmij,hm->bhij", functional.leaky_relu(hidden, 0.01), parameters["w2"])
        return e + bias + mixed + parameters["b2"][:, None, None]
