"""Encodings that turn channel pairs of queries and keys."""

import math

import torch

from biases import project
from encoding import Encoding, content


def pairs(width, layout):
    """First and second channels of the width/2 pairs: (2t, 2t+1) interleaved, (t, t + width/2) half_split."""
    t = torch.arange(width // 2)
    return (2 * t, 2 * t + 1) if layout == "interleaved" else (t, t + width // 2)


def turn(x, first, second, angles, stretch=None):
    """Turns the pairs (x[first], x[second]) by angles [..., time, pairs]; other channels stay."""
    cos, sin = angles.cos(), angles.sin()
    if stretch is not None:
        cos, sin = cos * stretch, sin * stretch
    cos, sin = cos.to(x.dtype), sin.to(x.dtype)
    a, b = x[..., first], x[..., second]
    result = x.clone()
    result[..., first] = a * cos - b * sin
    result[..., second] = a * sin + b * cos
    return result


def product_by_pairs(queries, keys, first, second, theta, distance, stretch=1.0):
    """q_i . k_j / sqrt(d) where each pair of tokens is turned against one another by its own theta * distance [time, time]."""
    a, b = queries[..., :, None, first], queries[..., :, None, second]  # [batch, heads, time, 1, pairs]
    c, d = keys[..., None, :, first], keys[..., None, :, second]
    angles = distance[..., None] * theta
    cos, sin = (angles.cos() * stretch).to(queries.dtype), (angles.sin() * stretch).to(queries.dtype)
    turned = (a * c + b * d) * cos + (a * d - b * c) * sin
    rest = torch.ones(queries.shape[-1], dtype=torch.bool)
    rest[first] = rest[second] = False
    return (turned.sum(-1) + queries[..., rest] @ keys[..., rest].transpose(-1, -2)) / math.sqrt(queries.shape[-1])


class Rope(Encoding):
    """Su et al. (2104.09864), theta_t = base^(-2t/r); r = fraction d channels are turned, the first ones."""

    defaults = {"base": 10000.0, "layout": "interleaved", "fraction": 1.0}

    def theta(self, width):
        return self.base ** -(torch.arange(0, width, 2, dtype=torch.float64) / width)

    def frequencies(self, width, places):
        """(theta of each pair, the factor of cos and sin), after the context extension if there is one."""
        theta = self.theta(width)
        if places.extension is None:
            return theta, 1.0
        time = len(places.at)
        return places.extension.frequencies(theta, self.base, time), places.extension.temperature(time)

    def turned(self, queries, keys, places):
        width = round(self.fraction * queries.shape[-1])
        first, second = pairs(width, self.layout)
        theta, temperature = self.frequencies(width, places)
        position = places.at[:, None]
        angles, stretch = position * theta, torch.full_like(position, temperature)
        plain = places.extension.unscaled_positions if places.extension else 0
        angles = torch.where(position < plain, position * self.theta(width), angles)
        stretch = torch.where(position < plain, torch.ones_like(position), stretch)
        return turn(queries, first, second, angles, stretch), turn(keys, first, second, angles, stretch)

    def content(self, queries, keys, parameters, places):
        if not places.mapped:
            return content(*self.turned(queries, keys, places))
        width = round(self.fraction * queries.shape[-1])
        return product_by_pairs(queries, keys, *pairs(width, self.layout), self.theta(width), places.distance)


class PRope(Rope):
    """Barbero et al. (2410.06205): only the floor(p d/2) highest frequencies turn; denominators of the full d."""

    defaults = {"base": 10000.0, "p": 0.75, "layout": "interleaved"}
    fraction = 1.0

    def theta(self, width):
        theta = super().theta(width)
        theta[int(self.p * width / 2):] = 0.0
        return theta


class Xpos(Encoding):
    """Sun et al. (2212.10554): pair t of q also times zeta_t^(i/B), of k times zeta_t^(-j/B); interleaved pairs.

    Under a distance map the stretch is zeta_t^(D/B), by the distance of the angle.
    """

    defaults = {"base": 10000.0, "scale_base": 512, "gamma": 0.4}
    stretches = True

    def content(self, queries, keys, parameters, places):
        width = queries.shape[-1]
        first, second = pairs(width, "interleaved")
        share = torch.arange(0, width, 2, dtype=torch.float64) / width  # 2t/d
        theta, zeta = self.base ** -share, (share + self.gamma) / (1 + self.gamma)
        if places.mapped:
            stretch = zeta ** (places.distance[..., None] / self.scale_base)
            return product_by_pairs(queries, keys, first, second, theta, places.distance, stretch)
        position = places.at[:, None]
        stretch = zeta ** (position / self.scale_base)
        return content(turn(queries, first, second, position * theta, stretch),
                       turn(keys, first, second, position * theta, 1 / stretch))


class Pope(Encoding):
    """PoPE (2509.10534): e = sum over c of softplus(q_c) softplus(k_c) cos((j - i) theta_c + delta_hc) / sqrt(d).

    theta_c = base^(-c/d): a frequency for every channel. delta lies in [-2 pi, 0].
    """

    defaults = {"base": 10000.0}

    def shapes(self, heads, head_width):
        return {"bias": (heads, head_width)}

    def content(self, queries, keys, parameters, places):
        width = queries.shape[-1]
        theta = self.base ** -(torch.arange(width, dtype=torch.float64) / width)
        delta = project(parameters["bias"], -2 * math.pi, 0.0)[:, None, None, :]
        signed = places.at[None, :] - places.at[:, None]  # j - i
        cosines = (signed[..., None] * theta + delta).cos().to(queries.dtype)  # [heads, time, time, d]
        q, k = torch.nn.functional.softplus(queries), torch.nn.functional.softplus(keys)
        return torch.einsum("bhic,bhjc,hijc->bhij", q, k, cosines) / math.sqrt(width)


class SelectiveRope(Encoding):
    """2511.17388: queries and keys turn by theta_t times the inclusive cumulative sum of `angles` [b, h, t, d/2]."""

    defaults = {"base": 500000.0, "layout": "half_split"}

    def token_inputs(self, head_width):
        return {"angles": (head_width // 2,)}

    def content(self, queries, keys, parameters, places):
        width = queries.shape[-1]
        first, second = pairs(width, self.layout)
        theta = self.base ** -(torch.arange(0, width, 2, dtype=torch.float64) / width)
        angles = parameters["angles"].cumsum(-2) * theta
        return content(turn(queries, first, second, angles), turn(keys, first, second, angles))
