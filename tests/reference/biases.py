"""Encodings that add a bias [heads, time, time] to the logits, after the division by sqrt(d)."""

import math

import torch

from encoding import Encoding, content


class Bias(Encoding):
    def addition(self, queries, keys, parameters, places):
        return self.bias(queries.shape[1], parameters, places).to(queries.dtype)

    def bias(self, heads, parameters, places):
        raise NotImplementedError


def t5_bucket(distance, buckets=32, max_distance=128):
    """Causal bucket of Raffel et al. (1910.10683): the nearer half exact, the other logarithmic up to max_distance.

    Whole-number arithmetic: with e = buckets/2, floor(e ln(n/e) / ln(max/e)) is the largest m for which
    (n/e)^e >= (max/e)^m. A float logarithm can miss an edge by one.
    """
    exact = buckets // 2
    if distance < exact:
        return distance
    m = 0
    while exact + m + 1 < buckets and distance**exact * exact ** (m + 1) >= max_distance ** (m + 1) * exact**exact:
        m += 1
    return exact + m


class T5Bias(Bias):
    """1910.10683; one table serves all layers. Dialect scaling = "unscaled": no division by sqrt(d), as T5 itself."""

    defaults = {"buckets": 32, "max_distance": 128, "scaling": "scaled"}
    shared_by_layers = True

    def shapes(self, heads, head_width):
        return {"bias": (heads, self.buckets)}

    @property
    def changes_product(self):
        return self.scaling == "unscaled"

    def content(self, queries, keys, parameters, places):
        return queries @ keys.transpose(-1, -2) if self.scaling == "unscaled" else content(queries, keys)

    def bias(self, heads, parameters, places):
        n = places.steps()
        bucket = torch.tensor([t5_bucket(m, self.buckets, self.max_distance) for m in range(int(n.max()) + 1)])
        return parameters["bias"][:, bucket[n]]


def alibi_slopes(heads, slopes="official"):
    """m_h of Press et al. (2108.12409): 2^(-8h/H); `official` is their code's rule where H is no power of two."""

    def series(count):
        return [2.0 ** (-8.0 * h / count) for h in range(1, count + 1)]

    if slopes == "geometric":
        return series(heads)
    power = 2 ** int(math.floor(math.log2(heads)))
    return (series(power) + series(2 * power)[0::2])[:heads]


class Alibi(Bias):
    """-m_h n (2108.12409)"""

    defaults = {"slopes": "official"}

    def bias(self, heads, parameters, places):
        slopes = torch.tensor(alibi_slopes(heads, self.slopes), dtype=torch.float64)
        return -slopes[:, None, None] * places.distance


def project(parameter, minimum, maximum=math.inf):
    """Moves a parameter into [minimum, maximum]; the gradient is that at the projected value and is not masked."""
    return parameter + (parameter.clamp(minimum, maximum) - parameter).detach()


class KerpleLog(Bias):
    """-r1 ln(1 + r2 n) (Chi et al., 2205.09921, equation 6)"""

    defaults = {"minimum": 0.01}

    def shapes(self, heads, head_width):
        return {"r1": (heads,), "r2": (heads,)}

    def bias(self, heads, parameters, places):
        r1 = project(parameters["r1"], self.minimum)[:, None, None]
        r2 = project(parameters["r2"], self.minimum)[:, None, None]
        return -r1 * torch.log1p(r2 * places.distance)


class KerplePower(Bias):
    """-r1 n^r2, 0 < r2 <= 2 (2205.09921, equation 5)"""

    defaults = {"minimum": 0.01}

    def shapes(self, heads, head_width):
        return {"r1": (heads,), "r2": (heads,)}

    def bias(self, heads, parameters, places):
        r1 = project(parameters["r1"], self.minimum)[:, None, None]
        r2 = project(parameters["r2"], self.minimum, 2.0)[:, None, None]
        n = places.distance
        # n^r2 = 0 at n = 0 for every r2, with no gradient; ln n is only taken where it exists.
        power = torch.exp(r2 * torch.log(torch.where(n > 0, n, torch.ones_like(n))))
        return -r1 * torch.where(n > 0, power, torch.zeros_like(power))


class Sandwich(Bias):
    """(sum over t = 1..width/2 of cos(n / 10000^(2t/width))) / (8h/H) (Chi et al., 2212.10356)"""

    defaults = {"width": 128}

    def bias(self, heads, parameters, places):
        t = torch.arange(1, self.width // 2 + 1, dtype=torch.float64)
        by_distance = (places.distance[..., None] / 10000.0 ** (2.0 * t / self.width)).cos().sum(dim=-1)
        h = torch.arange(1, heads + 1, dtype=torch.float64)[:, None, None]
        return by_distance / (8.0 * h / heads)


class Fire(Bias):
    """f(psi(n) / psi(max(tau, i))) (Li et al., 2310.04418, equation 15): knows i, so it is no function of n alone."""

    defaults = {"hidden": 32, "initial_length": 512, "counting": "zero_based"}

    def shapes(self, heads, head_width):
        return {"w1": (self.hidden,), "b1": (self.hidden,), "w2": (heads, self.hidden), "b2": (heads,), "c": (1,),
                "threshold": (1,)}

    def bias(self, heads, parameters, places):
        def psi(x):
            return torch.log((parameters["c"] * x).abs() + 1)

        dtype = parameters["c"].dtype
        tau = (parameters["threshold"] * self.initial_length).abs()
        i = (places.at + (1 if self.counting == "one_based" else 0)).to(dtype)
        ratio = psi(places.distance.to(dtype)) / (psi(torch.maximum(tau, i))[:, None] + 1e-6)
        hidden = torch.relu(ratio[..., None] * parameters["w1"] + parameters["b1"])  # [time, time, hidden]
        return torch.einsum("ijm,hm->hij", hidden, parameters["w2"]) + parameters["b2"][:, None, None]


class Bam(Bias):
    """BAM (2505.22842): -exp(scale_h) (|n + 2 sinh(loc_h)| + 1e-5)^shape_h"""

    defaults = {"learned_location": False}
    shared_by_layers = True

    def shapes(self, heads, head_width):
        names = ("shape", "scale", "loc") if self.learned_location else ("shape", "scale")
        return {name: (heads,) for name in names}

    def bias(self, heads, parameters, places):
        shape, scale = (parameters[name][:, None, None] for name in ("shape", "scale"))
        away = places.distance
        if self.learned_location:
            away = away + 2 * torch.sinh(parameters["loc"])[:, None, None]
        return -torch.exp(scale) * (away.abs() + 1e-5) ** shape
