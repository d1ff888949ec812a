"""The problems for which vector files are kept: which encoding, how large, and parameters that reach every branch.

A case's name is its file's place below vectors/.
"""

from dataclasses import dataclass, field

import numpy as np


@dataclass(frozen=True)
class Case:
    """Sizes, the [encoding] section, and `special` (generator, shape -> array) for what needs a certain range.

    attention, extension: the sections of those names, without original_length, which is train_length
    positions: time -> where the tokens stand, 0 .. time-1 unless given
    width: the model's, where it is not heads * head_width
    salt: chooses other numbers where those of the name alone will not do
    """

    section: dict
    batch: int = 2
    heads: int = 2
    time: int = 12
    head_width: int = 4
    train_length: int = 16
    special: dict = field(default_factory=dict)
    attention: dict = field(default_factory=dict)
    extension: dict = field(default_factory=dict)
    positions: object = None
    width: int = None
    salt: int = 0


def long(section, **sizes):
    """Problems that cross every tile and block: odd lengths above 200, one sequence, so that a file stays small."""
    return Case(section, **{"batch": 1, "time": 203, **sizes})


def small(section, **sizes):
    return Case(section, **{"batch": 1, "time": 23, **sizes})


def uniform(low, high):
    return lambda generator, shape: generator.uniform(low, high, shape)


def fixed(*numbers):
    def make(generator, shape):
        if shape != (len(numbers),):
            raise ValueError(f"{len(numbers)} numbers for the shape {shape}")
        return list(numbers)

    return make


def below(folder, cases):
    return {f"{folder}/{name}": case for name, case in cases.items()}


ENCODINGS = {
    "none": Case({"type": "none"}),
    # Input tables: width = heads * head_width.
    "sinusoidal": Case({"type": "sinusoidal"}, time=300, head_width=8),
    "sinusoidal-concatenated": Case({"type": "sinusoidal", "layout": "concatenated", "base": 500.0}, time=40),
    "learned": Case({"type": "learned"}, time=9, train_length=12),
    # Biases. With 140 positions T5's last bucket, which starts at 113, is used.
    "t5_bias": Case({"type": "t5_bias"}, batch=1, time=140, head_width=2),
    "t5_bias-unscaled": Case({"type": "t5_bias", "scaling": "unscaled"}, time=24),
    "t5_bias-buckets_8": Case({"type": "t5_bias", "buckets": 8, "max_distance": 20}, time=24),
    "alibi": Case({"type": "alibi"}, batch=1, heads=6, time=10),
    "alibi-geometric": Case({"type": "alibi", "slopes": "geometric"}, batch=1, heads=6, time=10),
    # One parameter of each KERPLE lies below the minimum, one power above 2: projected, with their gradients.
    "kerple_log": Case({"type": "kerple_log"}, heads=3, time=16,
                       special={"r1": fixed(-0.3, 0.7, 1.6), "r2": fixed(0.8, 0.001, 0.4)}),
    "kerple_power": Case({"type": "kerple_power"}, heads=3, time=16,
                         special={"r1": fixed(0.3, -0.2, 0.05), "r2": fixed(-0.1, 0.9, 2.5)}),
    "kerple_power-minimum_0.1": Case({"type": "kerple_power", "minimum": 0.1},
                                     special={"r1": fixed(0.05, 0.4), "r2": fixed(1.3, 0.02)}),
    "sandwich": Case({"type": "sandwich"}, heads=3, time=20),
    "sandwich-width_16": Case({"type": "sandwich", "width": 16}, heads=3, time=20),
    # FIRE's threshold lies inside the sequence: 512 * 0.021 = 10.75, and -0.53 * 16 = -8.48 by its absolute value.
    "fire": Case({"type": "fire"}, time=20, special={"c": fixed(0.1), "threshold": fixed(0.021)}),
    "fire-one_based": Case({"type": "fire", "counting": "one_based", "initial_length": 16}, time=20,
                           special={"c": fixed(-0.37), "threshold": fixed(-0.53)}),
    # Relative keys. 24 positions pass the clip of 16.
    "shaw": Case({"type": "shaw"}, time=24),
    "shaw-clip_3": Case({"type": "shaw", "clip": 3}),
    "transformer_xl": Case({"type": "transformer_xl"}, time=16),
    "transformer_xl-base_100": Case({"type": "transformer_xl", "base": 100.0}, batch=1, heads=3, head_width=2),
    # Rotations. 520 positions show an angle that was not computed in double.
    "rope": Case({"type": "rope"}, time=24, head_width=8),
    "rope-long": Case({"type": "rope"}, batch=1, heads=1, time=520, train_length=520),
    "rope-half_split": Case({"type": "rope", "layout": "half_split"}, head_width=8),
    "rope-fraction_0.5": Case({"type": "rope", "fraction": 0.5}, head_width=8),
    "rope-half_split-fraction_0.5": Case({"type": "rope", "layout": "half_split", "fraction": 0.5}, head_width=8),
    "rope-base_500": Case({"type": "rope", "base": 500}, head_width=8),
    "p_rope": Case({"type": "p_rope"}, head_width=8),
    "p_rope-half_split": Case({"type": "p_rope", "layout": "half_split", "p": 0.6}, head_width=8),
    "xpos": Case({"type": "xpos"}, time=24, head_width=8),
    "xpos-scale_base_8": Case({"type": "xpos", "scale_base": 8, "gamma": 0.7, "base": 1000.0}, head_width=6),
    # With 6 positions CoPE's count is cut, with 64 it is not.
    "cope": Case({"type": "cope"}, time=16),
    "cope-positions_6": Case({"type": "cope", "positions": 6}, time=24),
    "cope-per_head": Case({"type": "cope", "positions": 8, "per_head": True}, time=24),
    "forgetting": Case({"type": "forgetting"}, time=16, special={"gate_logits": uniform(-2.0, 6.0)}),
    # More than one tile of queries and of keys, and more than a tile of relative rows.
    "shaw-long": long({"type": "shaw"}),
    "shaw-long-clip_100": long({"type": "shaw", "clip": 100}),
    "transformer_xl-long": long({"type": "transformer_xl"}, special={"projection": uniform(-0.5, 0.5)}),
    "fire-long": long({"type": "fire"}, special={"c": fixed(0.1), "threshold": fixed(0.93)}),
    "fire-long-initial_length_64": long({"type": "fire", "initial_length": 64},
                                        special={"c": fixed(0.21), "threshold": fixed(0.77)}),
    "fire-long-one_based": long({"type": "fire", "counting": "one_based"},
                                special={"c": fixed(0.1), "threshold": fixed(0.93)}),
    "fire-long-one_based-initial_length_64": long({"type": "fire", "counting": "one_based", "initial_length": 64},
                                                  special={"c": fixed(0.21), "threshold": fixed(-0.77)}),
    # The salts keep CoPE's counts away from whole numbers, where the gradient jumps and rounding would choose a side.
    "cope-long": long({"type": "cope"}, salt=457, special={"embedding": uniform(-0.3, 0.3)}),
    "cope-long-per_head": long({"type": "cope", "per_head": True}, salt=507,
                               special={"embedding": uniform(-0.3, 0.3)}),
    "forgetting-long": long({"type": "forgetting"}, special={"gate_logits": uniform(0.0, 8.0)}),
}

# Shapes in which one part is missing or of another size than usual.
SHAPES = {
    "shaw-keys_only": Case({"type": "shaw", "clip": 5, "use_values": False}),
    "shaw-keys_only-long": long({"type": "shaw", "use_values": False}),
    "shaw-keys_only-long-clip_100": long({"type": "shaw", "clip": 100, "use_values": False}),
    "transformer_xl-width_12": small({"type": "transformer_xl"}, width=12),
    "transformer_xl-width_6": small({"type": "transformer_xl", "base": 100.0}, width=6),
    "transformer_xl-long-width_20": long({"type": "transformer_xl"}, width=20,
                                         special={"projection": uniform(-0.5, 0.5)}),
}

CASES = {**ENCODINGS, **below("shapes", SHAPES)}
