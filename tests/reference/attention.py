"""The attention problem: every encoding by its config name, and plain whole-matrix causal attention."""

import torch

from biases import Alibi, Fire, KerpleLog, KerplePower, Sandwich, T5Bias
from content_dependent import Cope, Forgetting
from encoding import Encoding
from input_tables import Learned, Sinusoidal
from relative_keys import Shaw, TransformerXL
from rotations import PRope, Rope, Xpos

ENCODINGS = {
    "none": Encoding, "sinusoidal": Sinusoidal, "learned": Learned, "shaw": Shaw, "transformer_xl": TransformerXL,
    "t5_bias": T5Bias, "alibi": Alibi, "kerple_log": KerpleLog, "kerple_power": KerplePower, "sandwich": Sandwich,
    "fire": Fire, "rope": Rope, "p_rope": PRope, "xpos": Xpos, "cope": Cope, "forgetting": Forgetting,
}


def make(section):
    """The encoding of a config's [encoding] section, e.g. {"type": "rope", "layout": "half_split"}."""
    options = dict(section)
    return ENCODINGS[options.pop("type")](**options)


def attention(encoding, queries, keys, values, parameters):
    """softmax over j <= i of the encoding's logits, times values: [batch, heads, time, head_width]"""
    time = queries.shape[2]
    logits = encoding.logits(queries, keys, parameters)
    future = torch.ones(time, time, dtype=torch.bool).triu(1)
    weights = logits.masked_fill(future, -torch.inf).softmax(dim=-1)
    return encoding.output(weights, values, parameters)
