"""Encodings whose positions depend on what the tokens say."""

import torch
import torch.nn.functional as functional

from encoding import Encoding, content


class Cope(Encoding):
    """Golovneva et al. (2405.18719), equations 3 to 6: positions are counted by gates, their vectors interpolated."""

    defaults = {"positions": 64, "per_head": False}

    def shapes(self, heads, head_width):
        shape = (self.positions, head_width)
        return {"embedding": (heads, *shape) if self.per_head else shape}

    def logits(self, queries, keys, parameters):
        raw = content(queries, keys)
        gates = torch.sigmoid(raw).tril()  # masked columns have no gate
        # p_ij = the sum over t = j..i; it passes no gradient where it is cut at positions - 1.
        position = gates.flip(-1).cumsum(-1).flip(-1).clamp(max=self.positions - 1)
        below, above = position.detach().floor(), position.detach().ceil()
        share = position - below
        scores = queries @ parameters["embedding"].transpose(-1, -2)  # q_i . E[p], [batch, heads, time, positions]
        return raw + (1 - share) * scores.gather(-1, below.long()) + share * scores.gather(-1, above.long())


class Forgetting(Encoding):
    """FoX (Lin et al., 2503.02130), equation 3: e += sum over l = j+1..i of ln sigmoid(g_l).

    `gate_logits` [batch, heads, time] stand among the parameters here; in a model they are weight_h . x + bias_h.
    """

    def layer_shapes(self, heads, width):
        return {"weight": (heads, width), "bias": (heads,)}

    def logits(self, queries, keys, parameters):
        decay = functional.logsigmoid(parameters["gate_logits"]).cumsum(-1)
        return content(queries, keys) + decay[..., :, None] - decay[..., None, :]
