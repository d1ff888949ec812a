"""Encodings, and views of a rotation's frequencies, once more: from the papers' formulas in NumPy's long double (64 bits of mantissa).

q, k [heads, time, channels] and positions `at` [time] are long double, as are p, learned parameters and what tokens give of themselves
(`signals`); o holds hyper-parameters. Results are logits, or what is added to them, [heads, time, time]. Distances are taken of positions
that do not fall, so that a stretch cannot overflow.
"""

import math

import numpy as np

X = np.longdouble
PI = X("3.14159265358979323846264")
HEADS, WIDTH = 3, 8  # heads that are no power of two; channels of each
LENGTH = 64          # of training


# ---- Encodings: what they add to logits [heads, time, time], what they make of the product of queries and keys, what they read

def distances(at):
    return np.abs(at[:, None] - at[None, :])


def softplus(x):
    return np.logaddexp(X(0), x)


def sigmoid(x):
    return np.exp(-softplus(-x))


def slopes(kind):
    def series(count):
        return [X(2) ** (-X(8) * h / count) for h in range(1, count + 1)]
    below = 2 ** int(math.log2(HEADS))
    return np.array(series(HEADS) if kind == "geometric" else (series(below) + series(2 * below)[0::2])[:HEADS])[:, None, None]


def alibi(o, p, at, q, k):
    return -slopes(o["slopes"]) * distances(at)


def bam(o, p, at, q, k):
    return -np.exp(p["scale"])[:, None, None] * bam_reach(p, at) ** p["shape"][:, None, None]


def bam_reach(p, at):
    return np.abs(distances(at) + 2 * np.sinh(p.get("loc", np.zeros(HEADS, dtype=X)))[:, None, None]) + X("1e-5")


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


def cpb(o, p, at, q, k):
    where, x, before = cpb_hidden(o, p, at)
    out = p["w2"] @ cpb_activation(o, before).T
    out = 16 * sigmoid(out) if o["distance"] == "swin" else out + p["b2"][:, None]
    return out[:, where]


def cpb_hidden(o, p, at):
    """Which distance a cell has, and of each distance what the network sees and its hidden units before the activation."""
    n, where = np.unique(distances(at), return_inverse=True)
    if o["distance"] == "fourier":
        angle = n[:, None] * X(o["base"]) ** (-2 * np.arange((o["features"] + 1) // 2, dtype=X) / o["features"])
        x = np.concatenate([np.sin(angle), np.cos(angle)], -1)[:, :o["features"]]
    else:
        x = {"linear": lambda: n, "log": lambda: np.log1p(n), "swin": lambda: np.log2(1 + 8 * n / (LENGTH - 1)) / 3}[o["distance"]]()[:, None]
    return where.reshape(len(at), len(at)), x, x @ p["w1"].reshape(o["hidden"], -1).T + p["b1"]


def cpb_activation(o, x):
    return np.maximum(x, 0) if o["activation"] == "relu" else x * sigmoid(x)


def grape_key(o, p, at, q, k):
    return -slopes("official") * distances(at) * softplus(p["omega"])[:, None, None] * softplus(grape_match(p, k))[:, None, :]


def grape_match(p, k):
    return np.einsum("hd,hjd->hj", unit(p["u"]), k) / np.sqrt(X(WIDTH))


def unit(x):
    length = np.sqrt((x * x).sum(-1, keepdims=True))
    return x / np.where(length > 0, length, 1)


def dape(o, p, at, q, k):
    added, _, before = dape_hidden(o, p, at, q, k)
    return added + np.einsum("hm,mij->hij", p["w2"], np.where(before > 0, before, X("0.01") * before)) + p["b2"][:, None, None]


def dape_hidden(o, p, at, q, k):
    """What is adapted, what the network sees of each cell, and its hidden units before the activation."""
    products = np.einsum("hid,hjd->hij", q, k) / np.sqrt(X(WIDTH))
    name = o["base_encoding"]
    added = np.zeros_like(products) if name is None else ADDED[name](BASES[name], base_parameters(p), at, q, k)
    seen = np.concatenate([products, added])
    return added, seen, np.einsum("ms,sij->mij", p["w1"], seen) + p["b1"][:, None, None]


BASES = {"alibi": {"slopes": "official"}, "kerple_log": {"minimum": 0.01}, "fire": {"initial_length": 512, "counting": "zero_based"}}


def base_parameters(p):
    return {n.removeprefix("base_encoding."): x for n, x in p.items() if n.startswith("base_encoding.")}


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


def cable(o, p, at, q, k):
    total = np.cumsum(softplus(p["gate_logits"][0]), -1)
    return total[:, None, :] - total[:, :, None]


def gate_scale(o):
    return 1 / np.sqrt(X(WIDTH)) if o.get("scaled") else X(1)


def path(o, p, at, q, k):
    rows = path_rows(p, at, q)
    logits = np.einsum("jhid,hjd->hij", rows, k) / np.sqrt(X(WIDTH))
    return logits if o["gate"] is None else logits + forgetting(path_gate(o), p, at, q, k)


def path_rows(p, at, q):
    """[keys, heads, queries, channels]: for a key j, queries i >= j that have been through the reflections of i .. j + 1."""
    w, strength = unit(p["directions"][0]), 2 * sigmoid(p["strength_logits"][0])
    rows = np.zeros((len(at), *q.shape), dtype=X)
    for j in reversed(range(len(at))):
        if j + 1 < len(at):
            before, l = rows[j + 1, :, j + 1:], j + 1
            rows[j, :, l:] = before - (strength[:, l, None] * np.einsum("hid,hd->hi", before, w[:, l]))[..., None] * w[:, None, l]
        rows[j, :, j] = q[:, j]
    return rows


def path_gate(o):
    return {"scaled": o["gate"] == "scaled"}


def pope(o, p, at, q, k):
    return np.einsum("hic,hjc,hijc->hij", softplus(q), softplus(k), np.cos(pope_angle(o, p, at))) / np.sqrt(X(WIDTH))


def pope_angle(o, p, at):
    theta = X(o["base"]) ** (-np.arange(WIDTH, dtype=X) / WIDTH)
    return np.clip(p["bias"], -2 * PI, 0)[:, None, None, :] - differences(at) * theta


# Planes: the first and second channel of each, and what the second number of a pair of key and query is turned and stretched by [.., time, time, planes].

def turned(q, k, first, second, factor):
    """Logits where pairs of channels are complex numbers."""
    rest = [channel for channel in range(WIDTH) if channel not in set(first) | set(second)]
    a, b = q[..., first] + 1j * q[..., second], k[..., first] + 1j * k[..., second]
    products = (a.conj()[:, :, None] * b[:, None] * factor).sum(-1).real
    return (products + np.einsum("hid,hjd->hij", q[..., rest], k[..., rest])) / np.sqrt(X(WIDTH))


def turn(apart, theta):
    return np.cos(apart * theta) - 1j * np.sin(apart * theta)


def differences(at):
    return (at[:, None] - at[None, :])[..., None]


def rope(o, p, at, view=None):
    planes = int(math.floor(round(o.get("fraction", 1) * WIDTH / 2, 9)))
    t = np.arange(planes)
    first, second = (2 * t, 2 * t + 1) if o["layout"] == "interleaved" else (t, t + planes)
    theta, temperature = X(o["base"]) ** (-t.astype(X) / max(planes, 1)), 1
    if view is not None:
        theta, temperature = VIEWS[view["type"]][0](theta, view, view["factor"], LENGTH, o["base"])
    return first, second, turn(differences(at), theta) * temperature ** 2


def p_rope(o, p, at):
    t = np.arange(int(math.floor(round(o["p"] * WIDTH / 2, 9))))
    first, second = (2 * t, 2 * t + 1) if o["layout"] == "interleaved" else (t, t + WIDTH // 2)
    return first, second, turn(differences(at), X(o["base"]) ** (-2 * t.astype(X) / WIDTH))


def xpos(o, p, at):
    """The stretch counts by the distance, so that it cannot overflow."""
    t = np.arange(WIDTH // 2)
    zeta = (2 * t.astype(X) / WIDTH + X(o["gamma"])) / (1 + X(o["gamma"]))
    stretch = np.exp(np.log(zeta) * np.maximum(differences(at), 0) / X(o["scale_base"]))
    return 2 * t, 2 * t + 1, turn(differences(at), X(o["base"]) ** (-2 * t.astype(X) / WIDTH)) * stretch


def selective_rope(o, p, at):
    total, t = np.cumsum(p["angles"][0], 1), np.arange(WIDTH // 2)
    first, second = (2 * t, 2 * t + 1) if o["layout"] == "interleaved" else (t, t + WIDTH // 2)
    return first, second, turn(total[:, :, None] - total[:, None, :], X(o["base"]) ** (-2 * t.astype(X) / WIDTH))


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


# ---- The gradient of what is learned, and of queries and keys beside that of their product, from that of logits [heads, time, time]

def d_bam(o, p, at, q, k, d):
    reach, shape, each = bam_reach(p, at), p["shape"][:, None, None], d * bam(o, p, at, q, k)
    found = {"shape": (each * np.log(reach)).sum((1, 2)), "scale": each.sum((1, 2))}
    if "loc" in p:
        loc = p["loc"][:, None, None]
        found["loc"] = (each * shape / reach * np.sign(distances(at) + 2 * np.sinh(loc)) * 2 * np.cosh(loc)).sum((1, 2))
    return {"parameters." + n: g for n, g in found.items()}


def d_cpb(o, p, at, q, k, d):
    where, x, before = cpb_hidden(o, p, at)
    hidden = cpb_activation(o, before)
    d_out = np.zeros((HEADS, len(x)), dtype=X)
    for h in range(HEADS):
        np.add.at(d_out[h], where, d[h])
    if o["distance"] == "swin":
        share = sigmoid(p["w2"] @ hidden.T)
        d_out *= 16 * share * (1 - share)
    s = sigmoid(before)
    d_before = d_out.T @ p["w2"] * ((before > 0) if o["activation"] == "relu" else s + before * s * (1 - s))
    found = {"w1": (d_before.T @ x).reshape(p["w1"].shape), "b1": d_before.sum(0), "w2": d_out @ hidden}
    if "b2" in p:
        found["b2"] = d_out.sum(1)
    return {"parameters." + n: g for n, g in found.items()}


def d_grape_key(o, p, at, q, k, d):
    match, u, omega = grape_match(p, k), unit(p["u"]), p["omega"][:, None]
    by_key = -(d * slopes("official") * distances(at)).sum(1)  # of the product of both softplus
    d_match = by_key * softplus(omega) * sigmoid(match) / np.sqrt(X(WIDTH))
    along = np.einsum("hj,hjd->hd", d_match, k)  # of a direction; where there is none, it has no gradient
    length = np.sqrt((p["u"] ** 2).sum(-1, keepdims=True))
    return {"keys": d_match[..., None] * u[:, None, :], "parameters.omega": (by_key * softplus(match)).sum(1) * sigmoid(p["omega"]),
            **({"parameters.u": (along - (along * u).sum(-1, keepdims=True) * u) / length} if length.all() else {})}


def d_dape(o, p, at, q, k, d):
    _, seen, before = dape_hidden(o, p, at, q, k)
    slope = np.where(before > 0, X(1), X("0.01"))
    d_before = np.einsum("hij,hm->mij", d, p["w2"]) * slope
    d_seen = np.einsum("mij,ms->sij", d_before, p["w1"])
    d_product, d_added, name = d_seen[:HEADS] / np.sqrt(X(WIDTH)), d + d_seen[HEADS:], o["base_encoding"]
    found = {"queries": np.einsum("hij,hjd->hid", d_product, k), "keys": np.einsum("hij,hid->hjd", d_product, q),
             "parameters.w1": np.einsum("mij,sij->ms", d_before, seen), "parameters.b1": d_before.sum((1, 2)),
             "parameters.w2": np.einsum("hij,mij->hm", d, before * slope), "parameters.b2": d.sum((1, 2))}
    of_base = {} if name is None else D_ADDED[name](BASES[name], base_parameters(p), at, q, k, d_added)
    return {**found, **{n.replace("parameters.", "parameters.base_encoding."): g for n, g in of_base.items()}}


def d_kerple_log(o, p, at, q, k, d):
    r1, r2, n = *(np.maximum(p[name], X(o["minimum"]))[:, None, None] for name in ("r1", "r2")), distances(at)
    return {"parameters.r1": -(d * np.log1p(r2 * n)).sum((1, 2)), "parameters.r2": -(d * r1 * n / (1 + r2 * n)).sum((1, 2))}


def d_kerple_power(o, p, at, q, k, d):
    r1, n = np.maximum(p["r1"], X(o["minimum"]))[:, None, None], distances(at)
    r2 = np.clip(p["r2"], X(o["minimum"]), X(2))[:, None, None]
    power, log = np.where(n > 0, np.where(n > 0, n, 1) ** r2, 0), np.log(np.where(n > 0, n, 1))
    return {"parameters.r1": -(d * power).sum((1, 2)), "parameters.r2": -(d * r1 * power * log).sum((1, 2))}


def d_fire(o, p, at, q, k, d):
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


def d_forgetting(o, p, at, q, k, d):
    """The sum up to token l stands in the logits of query l and, with a minus, in those of key l."""
    of_sum = d.sum(2) - d.sum(1)
    total = np.flip(np.cumsum(np.flip(of_sum, 1), 1), 1)
    return {"gate_logits": (total * gate_scale(o) / (1 + np.exp(p["gate_logits"][0])))[None]}


def d_cable(o, p, at, q, k, d):
    """As of forgetting, of gate logits of the other sign."""
    of_sum = d.sum(1) - d.sum(2)
    total = np.flip(np.cumsum(np.flip(of_sum, 1), 1), 1)
    return {"gate_logits": (total * sigmoid(p["gate_logits"][0]))[None]}


def d_path(o, p, at, q, k, d):
    rows, w, share = path_rows(p, at, q), unit(p["directions"][0]), sigmoid(p["strength_logits"][0])
    product, length = d / np.sqrt(X(WIDTH)), np.sqrt((p["directions"][0] ** 2).sum(-1, keepdims=True))
    d_rows, d_w, d_strength = np.zeros_like(q), np.zeros_like(w), np.zeros_like(share)
    for j in range(len(at)):  # from what rows became behind reflection j to what they were before it
        x, g, b = rows[j, :, j:], d_rows[:, j:], 2 * share[:, j, None, None]
        along_x, along_g = np.einsum("hid,hd->hi", x, w[:, j])[..., None], np.einsum("hid,hd->hi", g, w[:, j])[..., None]
        d_w[:, j] = -(b * (along_x * g + along_g * x)).sum(1)
        d_strength[:, j] = -(along_x * along_g).sum((1, 2))
        d_rows[:, j:] = g - b * along_g * w[:, None, j] + product[:, j:, j, None] * k[:, None, j]
    found = {"queries": d_rows, "keys": np.einsum("hij,jhid->hjd", product, rows),
             "strength_logits": (d_strength * 2 * share * (1 - share))[None]}
    if length.all():
        found["directions"] = ((d_w - (d_w * w).sum(-1, keepdims=True) * w) / length)[None]
    return {**found, **({} if o["gate"] is None else d_forgetting(path_gate(o), p, at, q, k, d))}


def d_pope(o, p, at, q, k, d):
    """That of the bias is the one at the projected value."""
    angle, of_q, of_k, product = pope_angle(o, p, at), softplus(q), softplus(k), d / np.sqrt(X(WIDTH))
    return {"queries": sigmoid(q) * np.einsum("hij,hjc,hijc->hic", product, of_k, np.cos(angle)),
            "keys": sigmoid(k) * np.einsum("hij,hic,hijc->hjc", product, of_q, np.cos(angle)),
            "parameters.bias": -np.einsum("hij,hic,hjc,hijc->hc", product, of_q, of_k, np.sin(angle))}


def d_turned(o, p, q, k, d, first, second, factor):
    rest = [channel for channel in range(WIDTH) if channel not in set(first) | set(second)]
    a, b, product = q[..., first] + 1j * q[..., second], k[..., first] + 1j * k[..., second], d / np.sqrt(X(WIDTH))
    each = product[..., None] * factor
    of_a, of_b = (each * b[:, None]).sum(2), (each.conj() * a[:, :, None]).sum(1)
    found = {"queries": np.zeros_like(q), "keys": np.zeros_like(k)}
    for name, g in (("queries", of_a), ("keys", of_b)):
        found[name][..., first], found[name][..., second] = g.real, g.imag
    found["queries"][..., rest] = np.einsum("hij,hjd->hid", product, k[..., rest])
    found["keys"][..., rest] = np.einsum("hij,hid->hjd", product, q[..., rest])
    if "angles" in p:
        of_turn = (a.conj()[:, :, None] * b[:, None] * each).imag
        of_total = (of_turn.sum(2) - of_turn.sum(1)) * X(o["base"]) ** (-2 * np.arange(WIDTH // 2, dtype=X) / WIDTH)
        found["angles"] = np.flip(np.cumsum(np.flip(of_total, 1), 1), 1)[None]
    return found


D_ADDED = {"none": lambda *_: {}, "alibi": lambda *_: {}, "sandwich": lambda *_: {}, "t5_bias": lambda *_: {}, "kerple_log": d_kerple_log,
           "kerple_power": d_kerple_power, "fire": d_fire, "forgetting": d_forgetting, "cable": d_cable, "bam": d_bam, "cpb": d_cpb,
           "grape_key": d_grape_key, "dape": d_dape}
ADDED = {"alibi": alibi, "kerple_log": kerple_log, "kerple_power": kerple_power, "sandwich": sandwich, "t5_bias": t5_bias, "fire": fire,
         "shaw": shaw, "transformer_xl": transformer_xl, "cope": cope, "forgetting": forgetting, "cable": cable, "bam": bam, "cpb": cpb,
         "grape_key": grape_key, "dape": dape}
PLANES = {"rope": rope, "p_rope": p_rope, "xpos": xpos, "selective_rope": selective_rope}
PRODUCT = {"path": path, "pope": pope}
D_PRODUCT = {"path": d_path, "pope": d_pope}
INPUT = {"sinusoidal": sinusoidal, "learned": learned}


def shapes(name, o):
    """Of learned parameters."""
    hidden = o.get("hidden", 32)
    network = {"w2": (HEADS, hidden), "b1": (hidden,), "b2": (HEADS,)}
    base = o.get("base_encoding")
    return {"kerple_log": {"r1": (HEADS,), "r2": (HEADS,)}, "kerple_power": {"r1": (HEADS,), "r2": (HEADS,)},
            "t5_bias": {"bias": (HEADS, o.get("buckets"))}, "shaw": {"keys": (o.get("clip", 0) + 1, WIDTH), "values": (o.get("clip", 0) + 1, WIDTH)},
            "transformer_xl": {"u": (HEADS, WIDTH), "v": (HEADS, WIDTH), "projection": (HEADS * WIDTH, HEADS * WIDTH)},
            "bam": {n: (HEADS,) for n in ("shape", "scale", "loc") if n != "loc" or o.get("learned_location")},
            "grape_key": {"omega": (HEADS,), "u": (HEADS, WIDTH)}, "pope": {"bias": (HEADS, WIDTH)},
            "fire": {"w1": (32,), "b1": (32,), "w2": (HEADS, 32), "b2": (HEADS,), "c": (1,), "threshold": (1,)},
            "cpb": {"w1": (hidden, o.get("features")) if o.get("distance") == "fourier" else (hidden,),
                    **{n: s for n, s in network.items() if n != "b2" or o.get("distance") != "swin"}},
            "dape": {"w1": (hidden, 2 * HEADS), **network,
                     **{"base_encoding." + n: s for n, s in (shapes(base, BASES[base]) if base else {}).items()}},
            "cope": {"embedding": ((HEADS,) if o.get("per_head") else ()) + (o.get("positions"), WIDTH)},
            "learned": {"table": (o.get("length") or LENGTH, HEADS * WIDTH)}}.get(name, {})


def signals(name, o, time):
    """Of what tokens give of themselves."""
    gates = {"gate_logits": (1, HEADS, time)}
    return {"forgetting": gates, "cable": gates, "selective_rope": {"angles": (1, HEADS, time, WIDTH // 2)},
            "path": {"directions": (1, HEADS, time, WIDTH), "strength_logits": (1, HEADS, time), **(gates if o.get("gate") else {})}}.get(name, {})
