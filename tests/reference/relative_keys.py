"""Encodings that give every distance a vector of its own."""

import math

import torch

from encoding import Encoding, content


class Shaw(Encoding):
    """Shaw et al. (1803.02155), equations 3 and 4, causal half: one row per distance up to `clip`, shared by the heads."""

    defaults = {"clip": 16, "use_values": True}
    adds_by_query = True

    def shapes(self, heads, head_width):
        rows = (self.clip + 1, head_width)
        return {"keys": rows, "values": rows} if self.use_values else {"keys": rows}

    def addition(self, queries, keys, parameters, places):
        relative = parameters["keys"][places.steps(self.clip)]  # [time, time, d]
        return torch.einsum("bhid,ijd->bhij", queries, relative) / math.sqrt(queries.shape[-1])

    def output(self, weights, values, parameters, places):
        result = weights @ values
        if self.use_values:
            relative = parameters["values"][places.steps(self.clip)]
            result = result + torch.einsum("bhij,ijd->bhid", weights, relative)
        return result


class TransformerXL(Encoding):
    """((q_i + u_h).k_j + (q_i + v_h).(R_n W_h)) / sqrt(d) (Dai et al., 1901.02860, section 3.3)

    The width C of R_n is that of the model; `width` says it where it is not heads * head_width.
    """

    defaults = {"base": 10000.0}
    adds_by_query = True
    width = None

    def shapes(self, heads, head_width):
        row = (heads, head_width)
        return {"u": row, "v": row, "projection": (self.width or heads * head_width, heads * head_width)}

    def addition(self, queries, keys, parameters, places):
        heads, head_width = queries.shape[1], queries.shape[3]
        width = parameters["projection"].shape[0]
        turns = torch.arange(0, width, 2, dtype=torch.float64) / width
        distances, row = places.distance.unique(return_inverse=True)
        angles = distances[:, None] * self.base ** -turns
        sinusoid = torch.cat([angles.sin(), angles.cos()], dim=-1).to(queries.dtype)  # [distance, C]
        relative = (sinusoid @ parameters["projection"]).reshape(-1, heads, head_width)[row]  # [time, time, heads, d]
        by_content = torch.einsum("hd,bhjd->bhj", parameters["u"], keys)[:, :, None, :]
        by_distance = torch.einsum("bhid,ijhd->bhij", queries + parameters["v"][:, None, :], relative)
        return (by_content + by_distance) / math.sqrt(head_width)
