"""What an encoding may change in causal attention. The plain case, which changes nothing, is NoPE.

Shapes everywhere: queries, keys, values [batch, heads, time, head_width]; logits [batch, heads, time, time], query
position first. Cells that a query does not see are masked later, so an encoding may leave any finite number there.
Learned parameters, and what a layer makes of its input for each token, arrive as a dictionary of tensors, so that
autograd gives their gradients.
"""

import math

import torch


class Places:
    """Where the tokens stand: `at` [time] float64, 0 .. time-1 unless said. Causality goes by index, never by these.

    `distance` [time, time] is the magnitude |p_i - p_j|, or what a distance map (extensions.py) says instead; then
    `mapped` is true, and a rotation turns each pair of tokens by that. `extension` changes a rotation's frequencies.
    """

    def __init__(self, time, at=None, extension=None):
        self.at = torch.arange(time, dtype=torch.float64) if at is None else torch.as_tensor(at, dtype=torch.float64)
        if self.at.shape != (time,):
            raise ValueError(f"{list(self.at.shape)} positions for {time} tokens")
        self.extension = extension
        told = None if extension is None else extension.distances(self.at)
        self.mapped = told is not None
        self.distance = told if self.mapped else (self.at[:, None] - self.at[None, :]).abs()

    def steps(self, longest=None):
        """Distances rounded down to whole ones, for what has a row for each of them."""
        whole = self.distance.floor().long()
        return whole if longest is None else whole.clamp(max=longest)


class Encoding:
    """NoPE (2203.16634, 2305.19466) and the base of all others."""

    defaults = {}  # hyper-parameter -> default, as in a config's [encoding] section
    where = "attention"  # or "input"
    shared_by_layers = False
    stretches = False  # whether a rotation changes lengths too
    adds_by_query = False  # the addition holds queries, so a factor of the row would be ambiguous
    train_length = None  # set by make(), for those that know it

    def __init__(self, **options):
        for name, value in {**self.defaults, **options}.items():
            if name not in self.defaults:
                raise ValueError(f"{type(self).__name__} has no hyper-parameter '{name}'")
            setattr(self, name, value)

    def shapes(self, heads, head_width):
        """Shapes of the learned parameters, by name."""
        return {}

    def token_inputs(self, head_width):
        """What a layer gives for each token and head beside queries, keys and values: name -> axes after [b, h, t]."""
        return {}

    @property
    def changes_product(self):
        return type(self).content is not Encoding.content

    def turned(self, queries, keys, places):
        """Queries and keys as they stand in the product."""
        return queries, keys

    def content(self, queries, keys, parameters, places):
        return content(queries, keys)

    def addition(self, queries, keys, parameters, places):
        """What is added to the content, after the division by sqrt(d)."""
        return 0.0

    def logits(self, queries, keys, parameters, places):
        added = self.addition(queries, keys, parameters, places)
        return self.content(queries, keys, parameters, places) + added

    def output(self, weights, values, parameters, places):
        """weights [batch, heads, time, time] -> [batch, heads, time, head_width]"""
        return weights @ values


def content(queries, keys):
    """q_i . k_j / sqrt(d)"""
    return queries @ keys.transpose(-1, -2) / math.sqrt(queries.shape[-1])
