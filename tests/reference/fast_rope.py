"""RoPE attention as one would write it for speed in PyTorch on a CPU: the quickest of the usual ways, all measured.

Tables of cos and sin are made once; the halves of q and k are turned by slices (half_split), which beat complex numbers,
rotate_half and roll.
"""

import math

import torch
import torch.nn.functional as functional

from rotations import Rope


class FastRope:
    """Like attention.attention with {"type": "rope", "layout": "half_split"}, for one shape.

    By scaled_dot_product_attention where `fused`, which PyTorch has since 2.0. Else the causal mask is added by baddbmm,
    which beat masked_fill and a separate addition in 1.13.
    """

    def __init__(self, time, head_width, dtype=torch.float32, fused=False):
        angles = torch.arange(time, dtype=torch.float64)[:, None] * Rope().theta(head_width)
        self.cos, self.sin = angles.cos().to(dtype), angles.sin().to(dtype)
        self.fused = fused
        self.mask = None if fused else torch.full((time, time), -torch.inf, dtype=dtype).triu(1)

    def turn(self, x):
        first, second = x.chunk(2, dim=-1)
        return torch.cat((first * self.cos - second * self.sin, first * self.sin + second * self.cos), dim=-1)

    def __call__(self, encoding, queries, keys, values, parameters, choices):
        q, k = self.turn(queries), self.turn(keys)
        if self.fused:
            return functional.scaled_dot_product_attention(q, k, values, is_causal=True)
        batch, heads, time, head_width = queries.shape
        flat = (batch * heads, time, head_width)
        logits = torch.baddbmm(self.mask.expand(batch * heads, time, time), q.view(flat), k.view(flat).transpose(1, 2),
                               alpha=1 / math.sqrt(head_width))
        return (logits.softmax(dim=-1) @ values.reshape(flat)).view(queries.shape)
