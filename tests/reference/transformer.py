"""The decoder which Lengthwise trains, in plain PyTorch: pre-norm, byte vocabulary, no linear biases.

Parameters are a dictionary of tensors under the names of Lengthwise's parameter files; weights are stored [input, output]:
`embedding` [256, C], `layers.N.norm1.gain|bias` [C], `layers.N.attention.qkv` [C, 3C] (all heads of q, then k, then v),
`layers.N.attention.output` [C, C], `layers.N.norm2.gain|bias`, `layers.N.feed_forward.up|gate` [C, F],
`layers.N.feed_forward.down` [F, C], `norm.gain|bias`, `head` [C, 256], and the encoding's own as `layers.N.encoding.NAME`, or
`encoding.NAME` where one set serves all layers. What the names leave open follows from which are present: a norm without
bias is an RMS norm, a feed-forward with a gate is SwiGLU, a model without a head is tied to its embedding. What they do not show
is said: `squared_relu`, and what attention does beside its encoding (attention.Choices; its learned ones are `layers.N.attention.NAME`).
"""

import math

import numpy as np
import torch
import torch.nn.functional as functional

from attention import Choices, attention, make
from content_dependent import Gated
from encoding import Places

EPSILON = 1e-5


def has_layer(encoding):
    """Whether the model makes what the encoding takes for each token: gate logits, and nothing else so far."""
    return isinstance(encoding, Gated) or not encoding.token_inputs(2)


class Transformer:
    def __init__(self, parameters, heads, section, attend=attention, choices=Choices(), squared_relu=False):
        """section: the config's [encoding]; attend: like attention.attention, for a faster one"""
        self.parameters = parameters
        self.heads = heads
        self.encoding = make(section)
        self.scale_embedding = section["type"] == "sinusoidal"
        self.attend = attend
        self.choices = choices
        self.squared_relu = squared_relu  # max(0, x)^2 in place of GELU
        self.layers = sum(name.endswith(".attention.qkv") for name in parameters)

    def norm(self, x, name):
        gain, bias = self.parameters[name + ".gain"], self.parameters.get(name + ".bias")
        if bias is not None:
            return functional.layer_norm(x, gain.shape, gain, bias, EPSILON)
        return x * torch.rsqrt(x.square().mean(-1, keepdim=True) + EPSILON) * gain

    def encoding_parameters(self, layer, x):
        """The learned ones of this layer; of a gate the logits [batch, heads, time] that they make from its input."""
        own, shared = f"layers.{layer}.encoding.", "encoding."
        found = {name.removeprefix(prefix): tensor for prefix in (shared, own)
                 for name, tensor in self.parameters.items() if name.startswith(prefix)}
        for learned in self.choices.shapes(self.heads):
            found["attention." + learned] = self.parameters[f"layers.{layer}.attention.{learned}"]
        if isinstance(self.encoding, Gated):
            found["gate_logits"] = (x @ found["weight"].T + found["bias"]).transpose(1, 2)
        return found

    def attention(self, x, layer):
        batch, time, width = x.shape
        name = f"layers.{layer}.attention."
        qkv = (x @ self.parameters[name + "qkv"]).view(batch, time, 3, self.heads, width // self.heads)
        queries, keys, values = qkv.permute(2, 0, 3, 1, 4)  # each [batch, heads, time, head_width]
        mixed = self.attend(self.encoding, queries, keys, values, self.encoding_parameters(layer, x), self.choices)
        return mixed.transpose(1, 2).reshape(batch, time, width) @ self.parameters[name + "output"]

    def feed_forward(self, x, layer):
        name = f"layers.{layer}.feed_forward."
        hidden = x @ self.parameters[name + "up"]
        if name + "gate" in self.parameters:
            hidden = functional.silu(x @ self.parameters[name + "gate"]) * hidden
        elif self.squared_relu:
            hidden = torch.relu(hidden).square()
        else:
            hidden = functional.gelu(hidden, approximate="tanh")
        return hidden @ self.parameters[name + "down"]

    def logits(self, tokens):
        """tokens [batch, time] -> [batch, time, 256]"""
        embedding = self.parameters["embedding"]
        width = embedding.shape[1]
        x = functional.embedding(tokens, embedding)
        if self.scale_embedding:
            x = x * math.sqrt(width)
        if self.encoding.where == "input":
            table = self.encoding.table(Places(tokens.shape[1]), width, {"table": self.parameters.get("encoding.table")})
            x = x + table.to(x.dtype)
        for layer in range(self.layers):
            x = x + self.attention(self.norm(x, f"layers.{layer}.norm1"), layer)
            x = x + self.feed_forward(self.norm(x, f"layers.{layer}.norm2"), layer)
        x = self.norm(x, "norm")
        return x @ (self.parameters["head"] if "head" in self.parameters else embedding.T)

    def loss(self, tokens, reduction="mean"):
        """Cross entropy in nats of tokens [batch, time + 1], each from those before it; "none": of every target, flat."""
        logits = self.logits(tokens[:, :-1])
        return functional.cross_entropy(logits.flatten(0, 1), tokens[:, 1:].flatten(), reduction=reduction)


def random_parameters(width, heads, layers, feed_forward, section, train_length=128, norm="layer", activation="gelu",
                      tied=False, seed=0, choices=Choices(), zero_outputs=False):
    """A start for tests and benchmarks, as float64 arrays: N(0, 0.02), gains 1, biases 0, KERPLE's in (0.1, 1).

    zero_outputs: what returns to the residual stream (attention.output, feed_forward.down) starts at zero.
    """
    generator = np.random.Generator(np.random.PCG64(seed))
    shapes = {"embedding": (256, width), "norm.gain": (width,), "norm.bias": (width,)}
    if not tied:
        shapes["head"] = (width, 256)
    encoding = make(section)
    if section["type"] == "learned":
        shapes.update({"encoding." + n: s for n, s in encoding.input_shapes(train_length, width).items()})
    for layer in range(layers):
        name = f"layers.{layer}."
        for place in ("norm1", "norm2"):
            shapes[f"{name}{place}.gain"] = shapes[f"{name}{place}.bias"] = (width,)
        shapes[name + "attention.qkv"] = (width, 3 * width)
        shapes[name + "attention.output"] = (width, width)
        shapes.update({f"{name}attention.{learned}": shape for learned, shape in choices.shapes(heads).items()})
        shapes[name + "feed_forward.up"] = (width, feed_forward)
        shapes[name + "feed_forward.down"] = (feed_forward, width)
        if activation == "swiglu":
            shapes[name + "feed_forward.gate"] = (width, feed_forward)
        own = encoding.layer_shapes(heads, width) if isinstance(encoding, Gated) else encoding.shapes(
            heads, width // heads)
        shapes.update({("encoding." if encoding.shared_by_layers else name + "encoding.") + n: s for n, s in own.items()})
    parameters = {}
    for name, shape in shapes.items():
        if ".encoding.r" in name:
            parameters[name] = generator.uniform(0.1, 1.0, shape)
        elif name.endswith((".gain", ".attention.s")):
            parameters[name] = np.ones(shape)
        elif zero_outputs and name.endswith(("attention.output", "feed_forward.down")):
            parameters[name] = np.zeros(shape)
        elif name.endswith(".bias") and "encoding" not in name:
            if norm == "layer":
                parameters[name] = np.zeros(shape)
        else:
            parameters[name] = 0.02 * generator.standard_normal(shape)
    return parameters
