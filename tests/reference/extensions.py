"""How a trained model is made to read a longer text: other frequencies, another distance for a pair, or a mask.

`original_length` is the training length L and `time` the length that is read. None of them keeps anything from one call
to the next.
"""

import math

import torch


class Extension:
    """No change, and the base of all others."""

    defaults = {}
    unscaled_positions = 0  # positions below this turn as they did in training

    def __init__(self, original_length, **options):
        self.original_length = original_length
        for name, value in {**self.defaults, **options}.items():
            if name not in self.defaults:
                raise ValueError(f"{type(self).__name__} has no key '{name}'")
            setattr(self, name, value)

    def frequencies(self, theta, base, time):
        """theta [pairs] = base^(-2t/d) as trained -> angle per unit of position, [pairs]"""
        return theta

    def temperature(self, time):
        """What cos and sin of queries and of keys are multiplied by."""
        return 1.0

    def distances(self, at):
        """None, or the distance [time, time] that each pair is told, for positions `at` [time]"""
        return None

    def visible(self, time):
        """None, or which keys [time, time] each query may see beside what causality says"""
        return None


class Linear(Extension):
    """Position interpolation (2306.15595): positions are divided by the factor."""

    defaults = {"factor": 1.0}

    def frequencies(self, theta, base, time):
        return theta / self.factor


def other_base(theta, scale):
    """base s^(d/(d-2)) in place of base, over d = 2 pairs channels."""
    d = 2 * len(theta)
    t = torch.arange(len(theta), dtype=torch.float64)
    return theta * scale ** (-2 * t / (d - 2))


class Ntk(Extension):
    defaults = {"factor": 1.0}

    def frequencies(self, theta, base, time):
        return other_base(theta, self.factor)


class DynamicNtk(Extension):
    """Beyond L, ntk with s = T/L; dialect "hf": s = alpha T/L - (alpha - 1). `factor` is only written down."""

    defaults = {"factor": 0.0, "dialect": "paper", "alpha": 1.0}

    def frequencies(self, theta, base, time):
        ratio = max(1.0, time / self.original_length)
        return other_base(theta, self.alpha * ratio - (self.alpha - 1) if self.dialect == "hf" else ratio)


class Yarn(Extension):
    """YaRN (2309.00071). Dialect "paper": the ramp is linear in the turns within L; "official": in the pair's index."""

    defaults = {"factor": 1.0, "alpha": 1.0, "beta": 32.0, "dialect": "paper"}

    def frequencies(self, theta, base, time):
        kept = self.kept_in_paper(theta) if self.dialect == "paper" else self.kept_in_code(len(theta), base)
        return (1 - kept) * theta / self.factor + kept * theta

    def kept_in_paper(self, theta):
        turns = self.original_length * theta / (2 * math.pi)
        return ((turns - self.alpha) / (self.beta - self.alpha)).clamp(0, 1)

    def kept_in_code(self, pairs, base):
        def pair_of(turns):  # the (fractional) pair that turns so often within L
            return 2 * pairs * math.log(self.original_length / (2 * math.pi * turns)) / (2 * math.log(base))

        low, high = max(math.floor(pair_of(self.beta)), 0), min(math.ceil(pair_of(self.alpha)), 2 * pairs - 1)
        if low == high:
            high += 0.001
        return 1 - ((torch.arange(pairs, dtype=torch.float64) - low) / (high - low)).clamp(0, 1)

    def temperature(self, time):
        return 0.1 * math.log(self.factor) + 1 if self.factor > 1 else 1.0


class Llama3(Extension):
    """Wavelengths below L/high_frequency_factor stay, above L/low_frequency_factor they are divided, between them blended."""

    defaults = {"factor": 8.0, "low_frequency_factor": 1.0, "high_frequency_factor": 4.0}

    def frequencies(self, theta, base, time):
        turns = self.original_length * theta / (2 * math.pi)  # L / wavelength
        low, high = self.low_frequency_factor, self.high_frequency_factor
        kept = ((turns - low) / (high - low)).clamp(0, 1)
        return (1 - kept) * theta / self.factor + kept * theta


class LongRope(Extension):
    """LongRoPE (2402.13753): theta_t / factors_t from position `unscaled_positions` on, temperature sqrt(1 + ln s / ln L).

    As in the authors' code, positions before it turn as they did in training, without the temperature.
    """

    defaults = {"factor": 1.0, "factors": (), "unscaled_positions": 0}

    def frequencies(self, theta, base, time):
        return theta / torch.tensor(self.factors, dtype=torch.float64)

    def temperature(self, time):
        return math.sqrt(1 + math.log(self.factor) / math.log(self.original_length)) if self.factor > 1 else 1.0


def apart(at):
    return (at[:, None] - at[None, :]).abs()


class Rerope(Extension):
    """D = min(n, window) (Su, kexue.fm 9706)"""

    defaults = {"window": 512}

    def distances(self, at):
        return apart(at).clamp(max=self.window)


class LeakyRerope(Extension):
    """D = n below the window, window + (n - window)/factor from there on (kexue.fm 9728)"""

    defaults = {"window": 512, "factor": 16.0}

    def distances(self, at):
        n = apart(at)
        return torch.where(n < self.window, n, self.window + (n - self.window) / self.factor)


class SelfExtend(Extension):
    """2401.01325: D = n below the window w, floor(i/G) - floor(j/G) + w - floor(w/G) from there on.

    Dialect "real" (the code for transformers >= 4.38): w/G is not rounded.
    """

    defaults = {"group": 8, "window": 1024, "dialect": "paper"}

    def distances(self, at):
        n, grouped = apart(at), torch.div(at, self.group, rounding_mode="floor")
        share = self.window / self.group if self.dialect == "real" else self.window // self.group
        return torch.where(n < self.window, n, apart(grouped) + self.window - share)


class DualChunk(Extension):
    """Dual chunk attention (2402.17463) with chunks of s = chunk_size - window. Dialects differ by 1 in the largest position.

    Keys stand at j mod s. A query of the same chunk stands at r = i mod s, of the next at min(r + s, c), of a later one at
    min(2s - 1, c), where c is chunk_size ("official") or chunk_size - 1 ("paper").
    """

    defaults = {"chunk_size": 96, "window": 16, "dialect": "paper"}

    def distances(self, at):
        s = self.chunk_size - self.window
        largest = self.chunk_size if self.dialect == "official" else self.chunk_size - 1
        index, inside = torch.div(at, s, rounding_mode="floor"), at.remainder(s)
        chunks_apart = index[:, None] - index[None, :]
        own = inside[:, None].expand_as(chunks_apart)
        query = torch.where(chunks_apart == 1, (own + s).clamp(max=largest), own)
        query = torch.where(chunks_apart > 1, torch.full_like(query, min(2 * s - 1, largest)), query)
        return (query - inside[None, :]).abs()  # abs: for the masked future only


class BlockCausal(Extension):
    """Blockwise causal attention (2212.10554): keys of the query's block and of the one before."""

    defaults = {"block": 64}

    def visible(self, time):
        block = torch.div(torch.arange(time), self.block, rounding_mode="floor")
        return block[:, None] - block[None, :] <= 1


class Streaming(Extension):
    """StreamingLLM (2309.17453): `sinks` first keys and `recent` ones; positions are places in the cache."""

    defaults = {"sinks": 4, "recent": 512}

    def visible(self, time):
        i = torch.arange(time)
        return (i[None, :] < self.sinks) | (i[:, None] - i[None, :] <= self.recent)

    def distances(self, at):
        query = at.clamp(max=self.sinks + self.recent)
        to_sink = (query[:, None] - at[None, :]).abs()
        return torch.where(at[None, :] < self.sinks, to_sink, apart(at))


EXTENSIONS = {
    "none": Extension, "linear": Linear, "ntk": Ntk, "dynamic_ntk": DynamicNtk, "yarn": Yarn, "llama3": Llama3,
    "longrope": LongRope, "rerope": Rerope, "leaky_rerope": LeakyRerope, "self_extend": SelfExtend,
    "dual_chunk": DualChunk, "block_causal": BlockCausal, "streaming": Streaming,
}


def make_extension(section):
    """The extension of a vector file's `extension`, e.g. {"type": "linear", "factor": 4, "original_length": 64}."""
    options = dict(section)
    return EXTENSIONS[options.pop("type")](**options)
