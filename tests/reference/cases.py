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

HALVES = {"type": "rope", "layout": "half_split"}  # as published distance maps rotate


def halves(**extension):
    return long(HALVES, extension=extension)


# What attention does beside its encoding. Windows and blocks of 37 keys begin nowhere that a tile does.
SSMAX = {"attention.s": uniform(0.3, 1.2)}
ATTENTION = {
    "ssmax": long({"type": "none"}, attention={"scale": "ssmax"}, special=SSMAX),
    "ssmax-rope": long(HALVES, attention={"scale": "ssmax"}, special=SSMAX),
    "ssmax-alibi": long({"type": "alibi"}, attention={"scale": "ssmax"}, special=SSMAX),
    "ssmax-bias": long({"type": "alibi"}, attention={"scale": "ssmax", "bias": True}, special=SSMAX),
    "ssmax-scales_bias": long({"type": "alibi"}, attention={"scale": "ssmax", "scales_bias": True}, special=SSMAX),
    "ssmax-bias-scales_bias": small({"type": "kerple_log"}, special={**SSMAX, "r1": uniform(0.1, 2), "r2": uniform(0.1, 1)},
                                    attention={"scale": "ssmax", "bias": True, "scales_bias": True}),
    "logn": long({"type": "rope"}, train_length=64, attention={"scale": "logn"}),
    "logn-unclipped": small({"type": "alibi"}, train_length=9, attention={"scale": "logn", "dialect": "unclipped"}),
    "llama4": long({"type": "none"}, attention={"scale": "llama4", "floor": 30, "coefficient": 0.3}),
    "llama4-rope": small({"type": "rope"}, attention={"scale": "llama4", "floor": 5, "coefficient": 0.1}),
    "sink-one": long({"type": "alibi"}, attention={"sink": "one"}),
    # Logits down to -750: a maximum that leaves the sink out overflows.
    "sink-one-far_below": small({"type": "none"}, attention={"sink": "one"},
                                special={"queries": uniform(5, 10), "keys": uniform(-40, 3)}),
    "sink-one-ssmax": small({"type": "rope"}, attention={"sink": "one", "scale": "ssmax"}, special=SSMAX),
    "sink-learned": long({"type": "rope"}, attention={"sink": "learned"}),
    "window": long({"type": "none"}, attention={"window": 37}),
    "window-rope": long(HALVES, attention={"window": 37}),
    "window-own": small({"type": "alibi"}, attention={"window": 1}),
    "window-t5_bias": long({"type": "t5_bias"}, attention={"window": 129}),
    "window-per_head": long({"type": "kerple_log"}, heads=3, attention={"window": [5, 0, 101]},
                            special={"r1": uniform(0.1, 2), "r2": uniform(0.1, 1)}),
    "window-shaw": long({"type": "shaw"}, attention={"window": 70}),
    "window-sink": small({"type": "alibi"}, attention={"window": 7, "sink": "learned"}),
    "hard_alibi": long({"type": "none"}, heads=9, head_width=2, attention={"window": [1, 2, 3, 4, 5, 6, 7, 8, 0]}),
    "chunk": long(HALVES, attention={"chunk": 37}),
    "chunk-none": small({"type": "none"}, attention={"chunk": 7}),
    "qk_norm": long(HALVES, attention={"qk_norm": "rms", "gain": 1.2, "epsilon": 1e-5}),
    "qk_norm-alibi": small({"type": "alibi"}, attention={"qk_norm": "rms", "gain": 1.0, "epsilon": 1e-6}),
    # Vectors so short that epsilon decides their length.
    "qk_norm-tiny": small({"type": "rope"}, attention={"qk_norm": "rms", "gain": 1.2, "epsilon": 1e-3},
                          special={"queries": uniform(-0.05, 0.05), "keys": uniform(-0.05, 0.05)}),
    "everything": long(HALVES, special={**SSMAX},
                       attention={"qk_norm": "rms", "gain": 1.2, "epsilon": 1e-5, "scale": "ssmax", "bias": True,
                                  "window": [37, 0], "sink": "learned"}),
    "linear": long({"type": "none"}, attention={"kind": "linear", "feature": "elu1", "epsilon": 0}),
    "linear-rope": long(HALVES, attention={"kind": "linear", "feature": "elu1", "epsilon": 0}),
    "linear-interleaved": small({"type": "rope"}, attention={"kind": "linear", "feature": "elu1", "epsilon": 0}),
    "stick_breaking": long({"type": "none"}, attention={"kind": "stick_breaking", "attend_current": False,
                                                        "remainder": "none"}),
    "stick_breaking-attend_current": long({"type": "none"}, attention={"kind": "stick_breaking", "attend_current": True,
                                                                       "remainder": "none"}),
    "stick_breaking-remainder": long({"type": "none"}, attention={"kind": "stick_breaking", "attend_current": False,
                                                                  "remainder": "value"}),
    "stick_breaking-attend_current-remainder": small({"type": "none"}, attention={
        "kind": "stick_breaking", "attend_current": True, "remainder": "value"}),
    "stick_breaking-rope": small({"type": "rope"}, attention={"kind": "stick_breaking"}),
}

# Trained at 60 to 74 positions, read at 203.
THOUSAND = {"type": "rope", "base": 1000.0}  # turns of 10, 1.8, .3 and .06 within 64 positions: every branch of a ramp
EXTENSIONS = {
    "linear": long({"type": "rope"}, heads=1, head_width=8, train_length=64, extension={"type": "linear", "factor": 3.0}),
    "ntk": long({"type": "rope"}, heads=1, head_width=8, train_length=64, extension={"type": "ntk", "factor": 3.171875}),
    "dynamic_ntk": long({"type": "rope"}, heads=1, head_width=8, train_length=64, extension={"type": "dynamic_ntk"}),
    "dynamic_ntk-hf": long(HALVES, heads=1, head_width=8, train_length=64,
                           extension={"type": "dynamic_ntk", "dialect": "hf", "alpha": 2.0}),
    "dynamic_ntk-hf-short": small(HALVES, train_length=64, extension={"type": "dynamic_ntk", "dialect": "hf", "alpha": 2.0}),
    "yarn": long(THOUSAND, heads=1, head_width=8, train_length=64,
                 extension={"type": "yarn", "factor": 4.0, "alpha": 1.0, "beta": 32.0, "dialect": "paper"}),
    "yarn-official": long({**HALVES, "base": 1000.0}, heads=1, head_width=8, train_length=64, extension={
        "type": "yarn", "factor": 4.0, "alpha": 1.0, "beta": 32.0, "dialect": "official"}),
    "yarn-beta_4": small(THOUSAND, head_width=8, train_length=64, extension={
        "type": "yarn", "factor": 3.0, "alpha": 0.2, "beta": 4.0, "dialect": "paper"}),
    # The ramp has no width, so 0.001 is added.
    "yarn-official-step": small(THOUSAND, head_width=8, train_length=6, extension={
        "type": "yarn", "factor": 4.0, "alpha": 1.0, "beta": 32.0, "dialect": "official"}),
    "llama3": long({**HALVES, "base": 1000.0}, heads=1, head_width=8, train_length=64, extension={
        "type": "llama3", "factor": 8.0, "low_frequency_factor": 1.0, "high_frequency_factor": 4.0}),
    "longrope": long(HALVES, heads=1, head_width=8, train_length=64, extension={
        "type": "longrope", "factor": 4.0, "factors": [1.0, 1.55, 2.7, 4.0], "unscaled_positions": 5}),
    "longrope-all_scaled": small({"type": "rope"}, head_width=8, train_length=8, extension={
        "type": "longrope", "factor": 2.875, "factors": [1.0, 1.1, 2.0, 2.5], "unscaled_positions": 0}),
    "rerope": halves(type="rerope", window=37),
    "rerope-interleaved": small({"type": "rope"}, extension={"type": "rerope", "window": 7}),
    "rerope-fraction_0.5": small({**HALVES, "fraction": 0.5}, head_width=8, extension={"type": "rerope", "window": 7}),
    "rerope-p_rope": small({"type": "p_rope"}, head_width=8, extension={"type": "rerope", "window": 7}),
    "rerope-xpos": long({"type": "xpos", "scale_base": 128}, extension={"type": "rerope", "window": 37}),
    "rerope-logn": long(HALVES, train_length=64, extension={"type": "rerope", "window": 37},
                        attention={"scale": "logn"}),
    "rerope-kerple_log": small({"type": "kerple_log"}, special={"r1": uniform(0.1, 2), "r2": uniform(0.1, 1)},
                               extension={"type": "rerope", "window": 7}),
    "leaky_rerope": halves(type="leaky_rerope", window=37, factor=4.0),
    "leaky_rerope-factor_2.5": small(HALVES, extension={"type": "leaky_rerope", "window": 8, "factor": 2.5}),
    "self_extend": halves(type="self_extend", group=5, window=37, dialect="paper"),
    "self_extend-divides": small(HALVES, extension={"type": "self_extend", "group": 3, "window": 6, "dialect": "paper"}),
    "self_extend-real": halves(type="self_extend", group=5, window=37, dialect="real"),
    "self_extend-inside": small(HALVES, extension={"type": "self_extend", "group": 5, "window": 23, "dialect": "paper"}),
    "dual_chunk": halves(type="dual_chunk", chunk_size=45, window=7, dialect="official"),
    "dual_chunk-paper": halves(type="dual_chunk", chunk_size=45, window=7, dialect="paper"),
    # The paper's figure: chunks of 6, the largest distance 9.
    "dual_chunk-paper-figure": small(HALVES, extension={"type": "dual_chunk", "chunk_size": 10, "window": 4,
                                                        "dialect": "paper"}),
    "dual_chunk-official-figure": small(HALVES, extension={"type": "dual_chunk", "chunk_size": 10, "window": 4,
                                                           "dialect": "official"}),
    "block_causal": long(HALVES, train_length=74, extension={"type": "block_causal", "block": 37}),
    "block_causal-xpos": small({"type": "xpos"}, train_length=14, extension={"type": "block_causal", "block": 7}),
    "streaming": long(HALVES, train_length=64, extension={"type": "streaming", "sinks": 4, "recent": 33}),
    "streaming-alibi": small({"type": "alibi"}, extension={"type": "streaming", "sinks": 2, "recent": 5}),
    "streaming-none": small({"type": "none"}, extension={"type": "streaming", "sinks": 1, "recent": 6}),
}

# Encodings that came later.
KERPLE = {"base_encoding.r1": uniform(0.1, 2), "base_encoding.r2": uniform(0.1, 1)}
WEIGHTS = {"w1": uniform(-0.7, 0.7), "w2": uniform(-0.5, 0.5)}
BAM = {"shape": uniform(0.4, 1.1), "scale": uniform(-4, -1), "loc": fixed(-1.7, 0.6)}
LATER = {
    "cable": long({"type": "cable", "scaling": "scaled"}, special={"gate_logits": uniform(-8, 0)}),
    "cable-unscaled": long({"type": "cable", "scaling": "unscaled"}, special={"gate_logits": uniform(-8, 0)}),
    "bam": long({"type": "bam", "learned_location": False}, special=BAM),
    "bam-learned_location": long({"type": "bam", "learned_location": True}, special=BAM),
    "cpb-log": long({"type": "cpb", "distance": "log", "hidden": 16}, special=WEIGHTS),
    "cpb-linear": long({"type": "cpb", "distance": "linear", "hidden": 16},
                       special={**WEIGHTS, "w1": uniform(-0.05, 0.05)}),
    "cpb-fourier": long({"type": "cpb", "distance": "fourier", "hidden": 16}, special=WEIGHTS),
    "cpb-fourier-features_6": small({"type": "cpb", "distance": "fourier", "hidden": 8, "features": 6, "base": 100.0}),
    # Units that switch within the distances: where all do the same, the gradient of b1 is mostly rounding.
    "cpb-swin": long({"type": "cpb", "distance": "swin", "hidden": 16}, train_length=64,
                     special={"w1": uniform(-3, 3), "b1": uniform(-2, 2), "w2": uniform(-0.2, 0.2)}),
    "cpb-silu": small({"type": "cpb", "distance": "log", "activation": "silu", "hidden": 16}, special=WEIGHTS),
    "cpb-linear-silu": small({"type": "cpb", "distance": "linear", "activation": "silu", "hidden": 8},
                             special={**WEIGHTS, "w1": uniform(-0.3, 0.3)}),
    "cpb-fourier-silu": small({"type": "cpb", "distance": "fourier", "activation": "silu", "hidden": 8}, special=WEIGHTS),
    "cpb-swin-silu": small({"type": "cpb", "distance": "swin", "activation": "silu", "hidden": 8}, special=WEIGHTS),
    "cpb-hidden_256": small({"type": "cpb", "distance": "log"}, special={**WEIGHTS, "w2": uniform(-0.1, 0.1)}),
    "pope": long({"type": "pope"}, special={"bias": uniform(-6.0, -0.1)}),
    "pope-base_500": small({"type": "pope", "base": 500.0}, special={"bias": uniform(-6.0, -0.1)}),
    "path": long({"type": "path"}),
    "path-gate_unscaled": small({"type": "path", "gate": "unscaled"}, special={"gate_logits": uniform(-1, 6)}),
    "path-gate_scaled": long({"type": "path", "gate": "scaled"}, special={"gate_logits": uniform(0, 8)}),
    "dape-alibi": long({"type": "dape", "base_encoding": "alibi", "hidden": 8}, special=WEIGHTS),
    "dape-kerple_log": long({"type": "dape", "base_encoding": "kerple_log", "hidden": 8}, heads=3,
                            special={**WEIGHTS, **KERPLE}),
    "dape-fire": long({"type": "dape", "base_encoding": "fire", "hidden": 8},
                      special={**WEIGHTS, "base_encoding.c": fixed(0.1), "base_encoding.threshold": fixed(0.13)}),
    "dape-hidden_32": small({"type": "dape", "base_encoding": "kerple_log"}, special={**WEIGHTS, **KERPLE}),
    "selective_rope": long({"type": "selective_rope"}),
    "selective_rope-interleaved": small({"type": "selective_rope", "base": 100.0, "layout": "interleaved"}),
    "grape_key": long({"type": "grape_key"}),
    "grape_key-heads_3": small({"type": "grape_key"}, heads=3),
}

# Bias and gates added to logits that are rotated, or to one another.
R1_R2 = {"r1": uniform(0.1, 2), "r2": uniform(0.1, 1)}
COMPOSITIONS = {
    "rope+kerple_log": long({"type": "rope+kerple_log", "layout": "half_split"}, special=R1_R2),
    "rope+alibi": long({"type": "rope+alibi"}),
    "alibi+rope": small({"type": "alibi+rope"}),
    "rope+t5_bias": long({"type": "rope+t5_bias"}),
    "rope+fire": small({"type": "rope+fire", "base": 500.0, "initial_length": 16},
                       special={"c": fixed(0.1), "threshold": fixed(0.53)}),
    "rope+forgetting": long({"type": "rope+forgetting"}, special={"gate_logits": uniform(0, 8)}),
    "p_rope+sandwich": small({"type": "p_rope+sandwich"}, head_width=8),
    "xpos+kerple_power": small({"type": "xpos+kerple_power", "scale_base": 64},
                               special={"r1": uniform(0.02, 0.5), "r2": uniform(0.1, 1.5)}),
    "alibi+kerple_log": small({"type": "alibi+kerple_log"}, special=R1_R2),
    "kerple_log+forgetting": small({"type": "kerple_log+forgetting"}, special={**R1_R2, "gate_logits": uniform(0, 8)}),
    "rope+alibi+t5_bias": small({"type": "rope+alibi+t5_bias"}),
    "rope+bam": small({"type": "rope+bam"}, special=BAM),
}


def positions_cases():
    """Every encoding that there was first, with tokens that stand elsewhere than at 0 .. time-1.

    Fractions are eighths, which a float holds, so that rounding down means the same everywhere.
    """
    places = {
        "gaps": lambda time: [k * (k + 3) / 2 for k in range(time)],  # 0, 2, 5, 9, 14
        "shuffled": lambda time: np.random.Generator(np.random.PCG64(time)).permutation(time),
        "shifted": lambda time: [1000 + k for k in range(time)],
        "fractional": lambda time: [0.625 * k for k in range(time)],
        "repeated": lambda time: [k // 3 for k in range(time)],
    }
    fire = {"c": fixed(0.1), "threshold": fixed(0.53)}
    sections = {
        "none": {}, "sinusoidal": {}, "learned": {}, "shaw": {}, "transformer_xl": {}, "t5_bias": {}, "alibi": {},
        "kerple_log": {"special": R1_R2}, "kerple_power": {"special": {"r1": uniform(0.02, 0.5), "r2": uniform(0.1, 1.5)}},
        "sandwich": {}, "fire": {"special": fire, "section": {"initial_length": 16}}, "rope": {}, "p_rope": {}, "xpos": {},
        "cope": {}, "forgetting": {"special": {"gate_logits": uniform(0, 8)}},
    }
    cases = {}
    for name, more in sections.items():
        section, rest = {"type": name, **more.get("section", {})}, {n: v for n, v in more.items() if n != "section"}
        if name == "learned":  # rows for all of them
            rest = {"heads": 1, "head_width": 2, "train_length": 1040}
        for kind, at in places.items():
            cases[f"{name}-{kind}"] = small(section, positions=at, **rest)
    scattered = lambda time: 1000 + 0.625 * np.random.Generator(np.random.PCG64(time)).permutation(time)
    for name in ("shaw", "transformer_xl", "t5_bias", "kerple_log", "fire", "rope"):
        more = sections[name]
        cases[f"{name}-scattered"] = long({"type": name, **({"clip": 30} if name == "shaw" else {})}, positions=scattered,
                                          special=more.get("special", {}))
    return cases


CASES = {**ENCODINGS, **below("shapes", SHAPES), **below("attention", ATTENTION), **below("extensions", EXTENSIONS),
         **below("encodings", LATER), **below("compositions", COMPOSITIONS), **below("positions", positions_cases())}
