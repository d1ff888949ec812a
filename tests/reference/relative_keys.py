"""Encodings that give every distance a vector of its own."""

import math

import torch

from encoding import Encoding, content, distances


class Shaw(Encoding):
    """Shaw et al. (1803.02155), equations 3 and 4, causal half: one row per distance up to `clip`, shared by the heads."""

    defaults = {"clip": 16, "use_values": True}

    def shapes(self, heads, head_width):
        return {"keys": (self.clip + 1, head_width), "values": (self.clip + 1, head_width)}

    def rows(self, table, time):
        """[clip+1, d] -> [time, time, d]"""
        return table[distances(time).clamp(max=self.clip)]

    def logits(self, queries, keys, parameters):
        relative = self.rows(parameters["keys"], queries.shape[2])
        added = torch.einsum("bhid,ijd->bhij", queries, relative)
        return content(queries, keys) + added / math.sqrt(queries.shape[-1])

    def output(self, weights, values, parameters):
        result = weights @ values
        if self.use_values:
            relative = self.rows(parameters["values"], values.shape[2])
            result = result + torch.einsum("bhij,ijd->bhid", weights, relative)
        return result


class TransformerXL(Encoding):
    """((q_i + u_h).k_j + (q_i + v_h).(R_n W_h)) / sqrt(d) (Dai et al., 1901.02860, section 3.3)"""

    defaults = {"base": 10000.0}

    def shapes(self, heads, head_width):
        width = heads * head_width
        return {"u": (heads, head_width), "v": (heads, head_width), "projection": (width, width)}

    def logits(self, queries, keys, parameters):
        heads, time, head_width = queries.shape[1:]
        width = parameters["projection"].shape[0]
        turns = torch.arange(0, width, 2, dtype=torch.float64) / width
        angles = torch.arange(time, dtype=torch.float64)[:, None] * self.base ** -turns
        sinusoid = torch.cat([angles.sin(), angles.cos()], dim=-1).to(queries.dtype)  # [distance, C]
        relative = (sinusoid @ parameters["projection"]).reshape(time, heads, head_width)
        by_content = torch.einsum("bhid,bhjd->bhij", queries + parameters["u"][:, None, :], keys)
        by_distance = torch.einsum("bhid,ijhd->bhij", queries + parameters["v"][:, None, :], relative[distances(time)])
        return (by_content + by_distance) / math.sqrt(head_width)
