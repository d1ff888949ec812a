"""Encodings that turn channel pairs of queries and keys."""

import torch

from encoding import Encoding, content, positions


def pairs(width, layout):
    """First and second channels of the width/2 pairs: (2t, 2t+1) interleaved, (t, t + width/2) half_split."""
    t = torch.arange(width // 2)
    return (2 * t, 2 * t + 1) if layout == "interleaved" else (t, t + width // 2)


def turn(x, first, second, angles, stretch=None):
    """Turns the pairs (x[first], x[second]) by angles [time, pairs]; other channels stay."""
    cos, sin = angles.cos(), angles.sin()
    if stretch is not None:
        cos, sin = cos * stretch, sin * stretch
    cos, sin = cos.to(x.dtype), sin.to(x.dtype)
    a, b = x[..., first], x[..., second]
    result = x.clone()
    result[..., first] = a * cos - b * sin
    result[..., second] = a * sin + b * cos
    return result


class Rope(Encoding):
    """Su et al. (2104.09864), theta_t = base^(-2t/r); r = fraction d channels are turned, the first ones."""

    defaults = {"base": 10000.0, "layout": "interleaved", "fraction": 1.0}

    def theta(self, width):
        return self.base ** -(torch.arange(0, width, 2, dtype=torch.float64) / width)

    def logits(self, queries, keys, parameters):
        width = round(self.fraction * queries.shape[-1])
        first, second = pairs(width, self.layout)
        angles = positions(queries)[:, None] * self.theta(width)
        return content(turn(queries, first, second, angles), turn(keys, first, second, angles))


class PRope(Rope):
    """Barbero et al. (2410.06205): only the floor(p d/2) highest frequencies turn; denominators of the full d."""

    defaults = {"base": 10000.0, "p": 0.75, "layout": "interleaved"}
    fraction = 1.0

    def theta(self, width):
        theta = super().theta(width)
        theta[int(self.p * width / 2):] = 0.0
        return theta


class Xpos(Encoding):
    """Sun et al. (2212.10554): pair t of q also times zeta_t^(i/B), of k times zeta_t^(-j/B); interleaved pairs."""

    defaults = {"base": 10000.0, "scale_base": 512, "gamma": 0.4}

    def logits(self, queries, keys, parameters):
        width = queries.shape[-1]
        first, second = pairs(width, "interleaved")
        share = torch.arange(0, width, 2, dtype=torch.float64) / width  # 2t/d
        position = positions(queries)[:, None]
        angles = position * self.base ** -share
        zeta = (share + self.gamma) / (1 + self.gamma)
        stretch = zeta ** (position / self.scale_base)
        return content(turn(queries, first, second, angles, stretch), turn(keys, first, second, angles, 1 / stretch))
