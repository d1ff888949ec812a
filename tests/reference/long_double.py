"""Encodings, and views of a rotation's frequencies, once more: from the papers' formulas in NumPy's long double (64 bits of mantissa).

q, k [heads, time, channels] and positions `at` [time] are long double, as are learned parameters p; o holds hyper-parameters. Results are
logits, or what is added to them, [heads, time, time]. Distances are taken of positions that do not fall, so that a stretch cannot overflow.
"""

import math

import numpy as np

X = np.longdouble
HEADS, WIDTH = 3, 8  # heads that are no power of two; channels of each
LENGTH = 64          # of training


# ---- Encodings: what they add to logits [heads, time, time], how they turn pairs of channels, what they read

def distances(at):
    return np.abs(at[:, None] - at[None, :])


def alibi(o, p, at, q, k):
    def series(count):
        return [X(2) ** (-X(8) * h / count) for h in range(1, count + 1)]
    below = 2 ** int(math.log2(HEADS))
    slopes = series(HEADS) if o["slopes"] == "geometric" else (series(below) + series(2 * below)[0::2])[:HEADS]
    return -np.array(slopes)[:, None, None] * distances(at)


def kerple_log(o, p, at, q, k):
    r1, r2 = (np.maximum(p[name], X(o["minimum"]))[:, None, None] for name in ("r1", "r2"))
    return -r1 * np.log1p(r2 * distances(at))


def kerple_power(o, p, at, q, k):
    r1 = np.maximum(p["r1"], X(o["minimum"]))[:, None, None]
    r2 = np.clip(p["r2"], X(o["minimum"]), X(2))[:, None, None]
    n = distances(at)
    return np.where(n > 0, -r1 * np.where(n > 0, n, 1) ** r2, 0)


def sandwich(o, p, at, q, k):
    theta = X(10000) ** (-2 * np.arange(1, o["width"] // 2 + 1, dtype=X) / o["width"])
    n, where = np.unique(distances(at), return_inverse=True)
    sums = np.array([np.cos(each * theta).sum() for each in n])[where].reshape(len(at), len(at))
    return sums / (8 * np.arange(1, HEADS + 1, dtype=X)[:, None, None] / HEADS)


def bucket(n, buckets, furthest):
    exact = buckets // 2
    if n < exact:
        return n
    if n >= furthest:
        return buckets - 1
    place = exact * np.log(X(n) / exact) / np.log(X(furthest) / exact)
    m = int(place)
    if abs(place - round(place)) < 1e-9:  # an edge: (n/e)^e >= (D/e)^m, in whole numbers
        m = int(round(place))
        if n ** exact * exact ** m < furthest ** m * exact ** exact:
            m -= 1
    return exact + min(m, exact - 1)


def t5_bias(o, p, at, q, k):
    found = {n: bucket(int(n), o["buckets"], o["max_distance"]) for n in set(np.floor(distances(at)).ravel().tolist())}
    return p["bias"][:, np.vectorize(found.get)(np.floor(distances(at)).astype(float))]


def fire(o, p, at, q, k):
    def psi(x):
        return np.log1p(np.abs(p["c"] * x))
    place = at + (1 if o["counting"] == "one_based" else 0)
    x = psi(distances(at)) / (psi(np.maximum(np.abs(p["threshold"] * o["initial_length"]), place))[:, None] + X("1e-6"))
    hidden = np.maximum(x[..., None] * p["w1"] + p["b1"], 0)
    return np.einsum("ijm,hm->hij", hidden, p["w2"]) + p["b2"][:, None, None]


def shaw(o, p, at, q, k):
    return np.einsum("hid,ijd->hij", q, p["keys"][rows_of_shaw(o, at)]) / np.sqrt(X(WIDTH))


def rows_of_shaw(o, at):
    return np.minimum(np.floor(distances(at)), o["clip"]).astype(int)


def transformer_xl(o, p, at, q, k):
    width = HEADS * WIDTH
    angle = distances(at)[..., None] * X(o["base"]) ** (-2 * np.arange(width // 2, dtype=X) / width)
    relative = (np.concatenate([np.sin(angle), np.cos(angle)], -1) @ p["projection"]).reshape(len(at), len(at), HEADS, WIDTH)
    by_content = np.einsum("hd,hjd->hj", p["u"], k)[:, None, :]
    return (by_content + np.einsum("hid,ijhd->hij", q + p["v"][:, None, :], relative)) / np.sqrt(X(WIDTH))


def cope(o, p, at, q, k):
    gate = np.tril(1 / (1 + np.exp(-np.einsum("hid,hjd->hij", q, k) / np.sqrt(X(WIDTH)))))
    place = np.minimum(np.flip(np.cumsum(np.flip(gate, -1), -1), -1), o["positions"] - 1)
    low = np.minimum(np.floor(place), o["positions"] - 2).astype(int)
    table = p["embedding"] if o["per_head"] else p["embedding"][None]
    scores = np.einsum("hid,hpd->hip", q, np.broadcast_to(table, (HEADS, *table.shape[1:])))
    at_low, above = np.take_along_axis(scores, low, -1), np.take_along_axis(scores, low + 1, -1)
    return at_low + (place - low) * (above - at_low)


def forgetting(o, p, at, q, k):
    total = np.cumsum(-np.log1p(np.exp(-p["gate_logits"][0])), -1) * gate_scale(o)
    return total[:, :, None] - total[:, None, :]


def gate_scale(o):
    return 1 / np.sqrt(X(WIDTH)) if o.get("scaled") else X(1)


def turned_products(o, at, q, k, theta, first, second, zeta=None, temperature=1):
    """Logits where pairs of channels turn by theta; a stretch counts by the distance, so that it cannot overflow."""
    apart = (at[:, None] - at[None, :])[..., None]
    cosine, sine = np.cos(apart * theta) * temperature ** 2, np.sin(apart * theta) * temperature ** 2
    if zeta is not None:
        stretch = np.exp(np.log(zeta) * np.maximum(apart, 0) / X(o["scale_base"]))
        cosine, sine = cosine * stretch, sine * stretch
    a, b, c, d = q[:, :, None, first], q[:, :, None, second], k[:, None, :, first], k[:, None, :, second]
    rest = [channel for channel in range(WIDTH) if channel not in set(first) | set(second)]
    turned = ((a * c + b * d) * cosine + (a * d - b * c) * sine).sum(-1)
    return (turned + np.einsum("hid,hjd->hij", q[..., rest], k[..., rest])) / np.sqrt(X(WIDTH))


def rope(o, at, q, k, view=None):
    planes = int(math.floor(round(o.get("fraction", 1) * WIDTH / 2, 9)))
    t = np.arange(planes)
    first, second = (2 * t, 2 * t + 1) if o["layout"] == "interleaved" else (t, t + planes)
    theta, temperature = X(o["base"]) ** (-t.astype(X) / max(planes, 1)), 1
    if view is not None:
        theta, temperature = VIEWS[view["type"]][0](theta, view, view["factor"], LENGTH, o["base"])
    return turned_products(o, at, q, k, theta, first, second, temperature=temperature)


def p_rope(o, at, q, k):
    t = np.arange(int(math.floor(round(o["p"] * WIDTH / 2, 9))))
    first, second = (2 * t, 2 * t + 1) if o["layout"] == "interleaved" else (t, t + WIDTH // 2)
    return turned_products(o, at, q, k, X(o["base"]) ** (-2 * t.astype(X) / WIDTH), first, second)


def xpos(o, at, q, k):
    t = np.arange(WIDTH // 2)
    zeta = (2 * t.astype(X) / WIDTH + X(o["gamma"])) / (1 + X(o["gamma"]))
    return turned_products(o, at, q, k, X(o["base"]) ** (-2 * t.astype(X) / WIDTH), 2 * t, 2 * t + 1, zeta)


def sinusoidal(o, at, p):
    width = HEADS * WIDTH
    angle = at[:, None] * X(o["base"]) ** (-2 * np.arange(width // 2, dtype=X) / width)
    pair = (np.sin(angle), np.cos(angle))
    return np.concatenate(pair, -1) if o["layout"] == "concatenated" else np.stack(pair, -1).reshape(len(at), width)


def learned(o, at, p):
    return p["table"][np.floor(at).astype(int)]


# ---- Views that turn planes by other frequencies: theta as trained, the keys given, T over L -> theta', and what cosine and sine are times

def other_base(theta, scale):
    return theta * X(scale) ** (-np.arange(len(theta), dtype=X) / max(len(theta) - 1, 1))


def yarn(theta, o, s, length, base):
    planes = len(theta)
    if o["dialect"] == "paper":
        kept = np.clip((length * theta / (2 * X(np.pi)) - X(o["alpha"])) / (X(o["beta"]) - X(o["alpha"])), 0, 1)
    else:
        # Which plane turns so often within L; for a base of 1, with which all turn alike, one beyond either end.
        def plane_of(turns):
            over = np.log(length / (2 * X(np.pi) * X(turns)))
            return planes * over / np.log(X(base)) if base > 1 else np.copysign(X(1e6), over)
        low, high = max(np.floor(plane_of(o["beta"])), X(0)), min(np.ceil(plane_of(o["alpha"])), X(2 * planes - 1))
        high += X("0.001") if high == low else 0
        kept = 1 - np.clip((np.arange(planes, dtype=X) - low) / (high - low), 0, 1)
    return (1 - kept) * theta / s + kept * theta, (X("0.1") * np.log(X(s)) + 1 if s > 1 else X(1))


def llama3(theta, o, s, length, base):
    kept = np.clip((length * theta / (2 * X(np.pi)) - X(o["low_frequency_factor"])) / (X(o["high_frequency_factor"]) - X(o["low_frequency_factor"])), 0, 1)
    return (1 - kept) * theta / s + kept * theta, X(1)


VIEWS = {
    "linear": (lambda theta, o, s, length, base: (theta / s, X(1)), [{}]),
    "ntk": (lambda theta, o, s, length, base: (other_base(theta, s), X(1)), [{}]),
    "yarn": (yarn, [{"dialect": d, "alpha": a, "beta": b} for d in ("paper", "official") for a, b in ((1.0, 32.0), (1e-3, 1e6), (0.5, 0.75), (5.0, 6.0))]),
    "llama3": (llama3, [{"low_frequency_factor": a, "high_frequency_factor": b} for a, b in ((1.0, 4.0), (1e-3, 1e6), (2.0, 2.001))]),
}


# ---- The gradient of what is learned, from that of logits [heads, time, time]

def d_kerple_log(o, p, at, d):
    r1, r2, n = *(np.maximum(p[name], X(o["minimum"]))[:, None, None] for name in ("r1", "r2")), distances(at)
    return {"parameters.r1": -(d * np.log1p(r2 * n)).sum((1, 2)), "parameters.r2": -(d * r1 * n / (1 + r2 * n)).sum((1, 2))}


def d_kerple_power(o, p, at, d):
    r1, n = np.maximum(p["r1"], X(o["minimum"]))[:, None, None], distances(at)
    r2 = np.clip(p["r2"], X(o["minimum"]), X(2))[:, None, None]
    power, log = np.where(n > 0, np.where(n > 0, n, 1) ** r2, 0), np.log(np.where(n > 0, n, 1))
    return {"parameters.r1": -(d * power).sum((1, 2)), "parameters.r2": -(d * r1 * power * log).sum((1, 2))}


def d_fire(o, p, at, d):
    """Of c alone, and where it is not small: there x hardly depends on it, and the gradient is a difference of equal numbers."""
    if np.abs(p["c"]) < 1e-3:
        return {}
    c, sign = np.abs(p["c"]), np.sign(p["c"])
    n, place = distances(at), at + (1 if o["counting"] == "one_based" else 0)
    m = np.maximum(np.abs(p["threshold"] * o["initial_length"]), place)[:, None]
    below, d_below = np.log1p(c * m) + X("1e-6"), m / (1 + c * m)
    x, d_x = np.log1p(c * n) / below, (n / (1 + c * n) * below - np.log1p(c * n) * d_below) / below ** 2
    slope = np.einsum("hm,ijm->hij", p["w2"] * p["w1"], (x[..., None] * p["w1"] + p["b1"] > 0).astype(X))
    return {"parameters.c": sign * (d * slope * d_x).sum()}


def d_forgetting(o, p, at, d):
    """The sum up to token l stands in the logits of query l and, with a minus, in those of key l."""
    of_sum = d.sum(2) - d.sum(1)
    total = np.flip(np.cumsum(np.flip(of_sum, 1), 1), 1)
    return {"gate_logits": (total * gate_scale(o) / (1 + np.exp(p["gate_logits"][0])))[None]}


D_ADDED = {"none": lambda *_: {}, "alibi": lambda *_: {}, "sandwich": lambda *_: {}, "t5_bias": lambda *_: {}, "kerple_log": d_kerple_log,
           "kerple_power": d_kerple_power, "fire": d_fire, "forgetting": d_forgetting}
ADDED = {"alibi": alibi, "kerple_log": kerple_log, "kerple_power": kerple_power, "sandwich": sandwich, "t5_bias": t5_bias, "fire": fire,
         "shaw": shaw, "transformer_xl": transformer_xl, "cope": cope, "forgetting": forgetting}
TURNED = {"rope": rope, "p_rope": p_rope, "xpos": xpos}
INPUT = {"sinusoidal": sinusoidal, "learned": learned}


def shapes(name, o):
    """Of learned parameters."""
    return {"kerple_log": {"r1": (HEADS,), "r2": (HEADS,)}, "kerple_power": {"r1": (HEADS,), "r2": (HEADS,)},
            "t5_bias": {"bias": (HEADS, o.get("buckets"))}, "shaw": {"keys": (o.get("clip", 0) + 1, WIDTH), "values": (o.get("clip", 0) + 1, WIDTH)},
            "transformer_xl": {"u": (HEADS, WIDTH), "v": (HEADS, WIDTH), "projection": (HEADS * WIDTH, HEADS * WIDTH)},
            "fire": {"w1": (32,), "b1": (32,), "w2": (HEADS, 32), "b2": (HEADS,), "c": (1,), "threshold": (1,)},
            "cope": {"embedding": ((HEADS,) if o.get("per_head") else ()) + (o.get("positions"), WIDTH)},
            "learned": {"table": (o.get("length") or LENGTH, HEADS * WIDTH)}}.get(name, {})
