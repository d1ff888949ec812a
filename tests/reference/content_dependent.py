"""Encodings whose positions depend on what the tokens say: where a token stands does not matter to most of them."""

import math

import torch
import torch.nn.functional as functional

from biases import alibi_slopes
from encoding import Encoding, content


class Cope(Encoding):
    """Golovneva et al. (2405.18719), equations 3 to 6: positions are counted by gates, their vectors interpolated."""

    defaults = {"positions": 64, "per_head": False}
    adds_by_query = True

    def shapes(self, heads, head_width):
        shape = (self.positions, head_width)
        return {"embedding": (heads, *shape) if self.per_head else shape}

    def count(self, queries, keys):
        """p_ij = the sum over t = j..i of g_it, before it is cut; masked columns have no gate."""
        return torch.sigmoid(content(queries, keys)).tril().flip(-1).cumsum(-1).flip(-1)

    def addition(self, queries, keys, parameters, places):
        position = self.count(queries, keys).clamp(max=self.positions - 1)  # passes no gradient where it is cut
        below, above = position.detach().floor(), position.detach().ceil()
        share = position - below
        scores = queries @ parameters["embedding"].transpose(-1, -2)  # q_i . E[p], [batch, heads, time, positions]
        return (1 - share) * scores.gather(-1, below.long()) + share * scores.gather(-1, above.long())


def between(step):
    """step [..., time] -> the sum of step over l = j+1..i, [..., time, time]"""
    total = step.cumsum(-1)
    return total[..., :, None] - total[..., None, :]


class Gated(Encoding):
    """A decay for each token; in a model gate_logits [batch, heads, time] are weight_h . x + bias_h."""

    def token_inputs(self, head_width):
        return {"gate_logits": ()}

    def layer_shapes(self, heads, width):
        return {"weight": (heads, width), "bias": (heads,)}


class Forgetting(Gated):
    """FoX (Lin et al., 2503.02130), equation 3: e += sum over l = j+1..i of ln sigmoid(g_l)"""

    def addition(self, queries, keys, parameters, places):
        return between(functional.logsigmoid(parameters["gate_logits"]))


class Cable(Gated):
    """CABLE (2503.08067): e += -sum over l = j+1..i of softplus(a_l). Dialect "unscaled", their code: no 1/sqrt(d)."""

    defaults = {"scaling": "scaled"}

    @property
    def changes_product(self):
        return self.scaling == "unscaled"

    def content(self, queries, keys, parameters, places):
        return queries @ keys.transpose(-1, -2) if self.scaling == "unscaled" else content(queries, keys)

    def addition(self, queries, keys, parameters, places):
        return -between(functional.softplus(parameters["gate_logits"]))


class GrapeKey(Encoding):
    """GRAPE (2512.07805), additive with key gates: e += -n m_h softplus(omega_h) softplus(u_h . k_j / sqrt(d)), |u_h| = 1."""

    def shapes(self, heads, head_width):
        return {"omega": (heads,), "u": (heads, head_width)}

    def addition(self, queries, keys, parameters, places):
        slopes = torch.tensor(alibi_slopes(queries.shape[1]), dtype=queries.dtype)
        rate = slopes * functional.softplus(parameters["omega"])
        direction = parameters["u"] / parameters["u"].norm(dim=-1, keepdim=True)
        gate = functional.softplus(torch.einsum("bhjd,hd->bhj", keys, direction) / math.sqrt(keys.shape[-1]))
        return -places.distance.to(queries.dtype) * (rate[:, None] * gate)[:, :, None, :]


class Path(Encoding):
    """PaTH (2505.16381): e = q_i . H_i ... H_{j+1} k_j / sqrt(d), H_l = I - b_l w_l w_l^T, |w_l| = 1, b_l = 2 sigmoid.

    gate = "unscaled": a forget gate is added as in FoX; "scaled", their code: divided by sqrt(d) too.
    """

    defaults = {"gate": "none"}

    def token_inputs(self, head_width):
        inputs = {"directions": (head_width,), "strength_logits": ()}
        return inputs if self.gate == "none" else {**inputs, "gate_logits": ()}

    def content(self, queries, keys, parameters, places):
        time, width = queries.shape[2:]
        w = parameters["directions"] / parameters["directions"].norm(dim=-1, keepdim=True)
        b = 2 * torch.sigmoid(parameters["strength_logits"])[..., None]
        carried, diagonals = queries, []  # of row i what is left of q_i at column i - n, for one n after the other
        for n in range(time):
            diagonals.append((carried * keys[:, :, :time - n]).sum(-1))
            w_j, b_j = w[:, :, 1:time - n], b[:, :, 1:time - n]
            rest = carried[:, :, 1:]
            carried = rest - b_j * (rest * w_j).sum(-1, keepdim=True) * w_j
        # the n-th diagonal: row i = n.., column i - n
        logits = torch.stack([functional.pad(d, (n, 0)) for n, d in enumerate(diagonals)], dim=-1)  # [b, h, i, n]
        index = torch.arange(time)
        return logits.gather(-1, (index[:, None] - index).clamp(min=0).expand_as(logits)) / math.sqrt(width)

    def addition(self, queries, keys, parameters, places):
        if self.gate == "none":
            return 0.0
        decay = between(functional.logsigmoid(parameters["gate_logits"]))
        return decay / math.sqrt(queries.shape[-1]) if self.gate == "scaled" else decay
