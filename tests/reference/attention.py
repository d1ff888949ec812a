"""The attention problem: every encoding by its config name, and plain whole-matrix causal attention."""

import math

import torch
import torch.nn.functional as functional

from biases import Alibi, Bam, Fire, KerpleLog, KerplePower, Sandwich, T5Bias
from composition import Composition
from content_dependent import Cable, Cope, Forgetting, GrapeKey, Path
from encoding import Encoding, Places
from extensions import make_extension
from input_tables import Learned, Sinusoidal
from networks import Cpb, Dape
from relative_keys import Shaw, TransformerXL
from rotations import Pope, PRope, Rope, SelectiveRope, Xpos

ENCODINGS = {
    "none": Encoding, "sinusoidal": Sinusoidal, "learned": Learned, "shaw": Shaw, "transformer_xl": TransformerXL,
    "t5_bias": T5Bias, "alibi": Alibi, "kerple_log": KerpleLog, "kerple_power": KerplePower, "sandwich": Sandwich,
    "fire": Fire, "rope": Rope, "p_rope": PRope, "xpos": Xpos, "cope": Cope, "forgetting": Forgetting,
    "cable": Cable, "bam": Bam, "cpb": Cpb, "pope": Pope, "path": Path, "dape": Dape, "selective_rope": SelectiveRope,
    "grape_key": GrapeKey,
}


def make(section, train_length=None):
    """The encoding of a config's [encoding] section, e.g. {"type": "rope", "layout": "half_split"} or "rope+kerple_log"."""
    options = dict(section)
    kinds = [ENCODINGS[name] for name in options.pop("type").split("+")]
    if len(kinds) > 1:
        if unknown := options.keys() - {name for kind in kinds for name in kind.defaults}:
            raise ValueError(f"{section['type']} has no hyper-parameter {sorted(unknown)}")
        encoding = Composition([kind(**{n: v for n, v in options.items() if n in kind.defaults}) for kind in kinds])
    else:
        encoding = kinds[0](**options)
    encoding.train_length = train_length
    return encoding


class Choices:
    """A vector file's `attention`, or a config's [attention]: what attention does beside its encoding. All off by default.

    scale         "ssmax": row i times s_h ln(i+1) (2501.19399), with `bias` plus b_h; "logn": max(1, ln(i+1)/ln L), or with
                  dialect "unclipped" without the max; "llama4": 1 + coefficient ln(floor((i+1)/floor) + 1). It multiplies
                  the content, with `scales_bias` what the encoding adds as well.
    window        a query sees so many keys, itself included; a list has one for each head, 0 is no limit
    chunk         a query sees its own block of so many keys
    sink          "one": a logit of 0 joins each softmax; "learned": one logit a head
    qk_norm       "rms": queries and keys over their root mean square, times `gain`, after the rotation
    kind          "linear": RoFormer's equation 19, elu + 1; "stick_breaking" (2410.17980) with `attend_current`, `remainder`
    """

    defaults = {"scale": "constant", "bias": False, "scales_bias": False, "dialect": "clipped", "floor": 8192,
                "coefficient": 0.1, "window": 0, "chunk": 0, "sink": "none", "qk_norm": "none", "gain": 1.0,
                "epsilon": 0.0, "kind": "softmax", "feature": "elu1", "attend_current": False, "remainder": "none"}

    def __init__(self, **options):
        for name, value in {**self.defaults, **options}.items():
            if name not in self.defaults:
                raise ValueError(f"attention has no key '{name}'")
            setattr(self, name, value)

    def shapes(self, heads):
        """Learned parameters, by their names below `attention.`"""
        names = (["s"] if self.scale == "ssmax" else []) + (["b"] if self.bias else [])
        return {name: (heads,) for name in names + (["sink"] if self.sink == "learned" else [])}

    def row_factors(self, time, train_length, learned):
        """[heads or 1, time, 1]; rows count from 0 and row i sees i + 1 keys"""
        seen = torch.arange(1, time + 1, dtype=torch.float64)[:, None]
        if self.scale == "ssmax":
            factor = learned["s"][:, None, None] * seen.log()
            return factor + learned["b"][:, None, None] if self.bias else factor
        if self.scale == "logn":
            factor = seen.log() / math.log(train_length)
            return (factor if self.dialect == "unclipped" else factor.clamp(min=1.0))[None]
        return (1 + self.coefficient * torch.log(torch.floor(seen / self.floor) + 1))[None]

    def normalised(self, x):
        return self.gain * x * torch.rsqrt(x.square().mean(-1, keepdim=True) + self.epsilon)

    def visible(self, time, extension):
        """[heads or 1, time, time]"""
        i = torch.arange(time)
        n = i[:, None] - i[None, :]
        seen = (n >= 0)[None]
        windows = torch.tensor(self.window if isinstance(self.window, (list, tuple)) else [self.window])[:, None, None]
        seen = seen & ((n < windows) | (windows == 0))
        if self.chunk:
            block = torch.div(i, self.chunk, rounding_mode="floor")
            seen = seen & (block[:, None] == block[None, :])
        told = None if extension is None else extension.visible(time)
        return seen if told is None else seen & told


def attention(encoding, queries, keys, values, parameters, choices=Choices(), positions=None, extension=None):
    """softmax over the visible keys j <= i of the encoding's logits, times values: [batch, heads, time, head_width]

    parameters: the encoding's, its inputs for each token, and those of `choices` as `attention.NAME`.
    positions: [time] float64 or None for 0 .. time-1; extension: of extensions.py
    """
    time = queries.shape[2]
    places = Places(time, positions, extension)
    visible = choices.visible(time, extension)
    learned = {n.removeprefix("attention."): p for n, p in parameters.items() if n.startswith("attention.")}
    own = {n: p for n, p in parameters.items() if not n.startswith("attention.")}
    if choices.qk_norm == "rms":
        # A rotation changes no length, so before it is after it; xPos and a temperature do.
        if encoding.stretches or (extension is not None and extension.temperature(time) != 1.0):
            raise ValueError("query-key norm after a rotation that also stretches would undo the stretch")
        queries, keys = choices.normalised(queries), choices.normalised(keys)
    if choices.kind == "linear":
        return linear(encoding, queries, keys, values, visible, places, choices.epsilon)

    if choices.scale == "constant":
        logits = encoding.logits(queries, keys, own, places)
    else:
        factor = choices.row_factors(time, encoding.train_length, learned).to(queries.dtype)
        if choices.scales_bias:
            logits = encoding.logits(queries, keys, own, places) * factor
        elif encoding.adds_by_query:
            raise ValueError("a factor of the row without what the encoding adds is not defined where that holds queries")
        else:
            content = encoding.content(queries, keys, own, places)
            logits = content * factor + encoding.addition(queries, keys, own, places)
    if choices.kind == "stick_breaking":
        weights, remainder = stick_breaking(logits, visible, choices.attend_current)
        output = encoding.output(weights, values, own, places)
        return output + remainder[..., None] * values if choices.remainder == "value" else output
    logits = logits.masked_fill(~visible, -torch.inf)
    if choices.sink != "none":
        sink = learned["sink"] if choices.sink == "learned" else torch.zeros(logits.shape[1], dtype=logits.dtype)
        column = sink[:, None, None].expand(*logits.shape[:3], 1)
        weights = torch.cat([logits, column], dim=-1).softmax(dim=-1)[..., :-1]
    else:
        weights = logits.softmax(dim=-1)
    return encoding.output(weights, values, own, places)


def stick_breaking(logits, visible, attend_current):
    """(A_ij = sigmoid(e_ij) times the product over visible l > j of 1 - sigmoid(e_il), what is left of each row)"""
    if not attend_current:
        visible = visible & ~torch.eye(logits.shape[-1], dtype=torch.bool)
    broken = functional.logsigmoid(-logits).masked_fill(~visible, 0.0)
    after = broken.flip(-1).cumsum(-1).flip(-1) - broken  # the sum over l > j
    weights = torch.exp(functional.logsigmoid(logits) + after).masked_fill(~visible, 0.0)
    return weights, 1 - weights.sum(-1)


def linear(encoding, queries, keys, values, visible, places, epsilon):
    """RoFormer (2104.09864), equation 19, on 2006.16236: the numerator is rotated, the denominator is not."""
    if places.mapped or not (type(encoding) is Encoding or isinstance(encoding, Rope)):
        raise ValueError("linear attention has no logits: it takes a rotation, and no more")
    q, k = functional.elu(queries) + 1, functional.elu(keys) + 1
    turned_q, turned_k = encoding.turned(q, k, places)
    above = (turned_q @ turned_k.transpose(-1, -2)).masked_fill(~visible, 0.0) @ values
    below = (q @ k.transpose(-1, -2)).masked_fill(~visible, 0.0).sum(-1, keepdim=True)
    return above / (below + epsilon)
