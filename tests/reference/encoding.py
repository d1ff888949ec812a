"""What an encoding may change in causal attention. The plain case, which changes nothing, is NoPE.

Shapes everywhere: queries, keys, values [batch, heads, time, head_width]; logits [batch, heads, time, time], query
position first. Cells with key position > query position are masked later, so an encoding may leave any finite number
there. Learned parameters arrive as a dictionary of tensors, so that autograd gives their gradients.
"""

import math

import torch


class Encoding:
    """NoPE (2203.16634, 2305.19466) and the base of all others."""

    defaults = {}  # hyper-parameter -> default, as in a config's [encoding] section
    where = "attention"  # or "input"
    shared_by_layers = False

    def __init__(self, **options):
        for name, value in {**self.defaults, **options}.items():
            if name not in self.defaults:
                raise ValueError(f"{type(self).__name__} has no hyper-parameter '{name}'")
            setattr(self, name, value)

    def shapes(self, heads, head_width):
        """Shapes of the learned parameters, by name."""
        return {}

    def logits(self, queries, keys, parameters):
        return content(queries, keys)

    def output(self, weights, values, parameters):
        """weights [batch, heads, time, time] -> [batch, heads, time, head_width]"""
        return weights @ values


def content(queries, keys):
    """q_i . k_j / sqrt(d)"""
    return queries @ keys.transpose(-1, -2) / math.sqrt(queries.shape[-1])


def positions(like):
    """0 .. time-1 as float64, whatever the type of `like` [..., time, head_width]: angles are rounded once, at the end."""
    return torch.arange(like.shape[-2], dtype=torch.float64)


def distances(time):
    """n = i - j as integers [time, time]; the masked cells hold 0."""
    index = torch.arange(time)
    return (index[:, None] - index[None, :]).clamp(min=0)
