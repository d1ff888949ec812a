"""Encodings that are added to the token embedding: a table [time, width]."""

import torch

from encoding import Encoding


class Sinusoidal(Encoding):
    """Vaswani et al. (1706.03762), section 3.5; sine and cosine of a pair share the exponent 2t/C."""

    defaults = {"base": 10000.0, "layout": "interleaved"}
    where = "input"

    def table(self, places, width, parameters):
        turns = torch.arange(0, width, 2, dtype=torch.float64) / width
        angles = places.at[:, None] * self.base ** -turns
        pair = (angles.sin(), angles.cos())
        if self.layout == "concatenated":
            return torch.cat(pair, dim=-1)
        return torch.stack(pair, dim=-1).reshape(-1, width)


class Learned(Encoding):
    """A row for every whole position of the training length; there is none beyond it."""

    defaults = {"length": None}
    where = "input"
    shared_by_layers = True

    def input_shapes(self, train_length, width):
        return {"table": (self.length or train_length, width)}

    def table(self, places, width, parameters):
        rows, at = parameters["table"], places.at.floor().long()
        if at.min() < 0 or at.max() >= rows.shape[0]:
            raise ValueError(f"learned positions end at {rows.shape[0]}, {at.max() + 1} were asked for")
        return rows[at]
