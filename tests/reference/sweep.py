#!/usr/bin/env python3
"""Every encoding over its admitted hyper-parameters and positions up to 2^20, against formulas in extended precision.

    python3 tests/reference/sweep.py build/release/experiments/lengthwise [--long] [--keep DIR]

Bounds of hyper-parameters are those that `lengthwise inspect NAME --json` says. Each is taken at its bounds, next to them and
between, with the others at their defaults and at random; tokens stand in order, far out, with gaps, and between whole numbers. Answers
are NumPy's long double (64 bits of mantissa), from the papers' formulas, and shares nothing with the program or the other reference. They are
written as vector files, which `lengthwise conformance` holds against the program in float and in double. An encoding is right
within its tolerance, or refuses a file in one line of words. Exit status: 0 all are, 1 one is not.
"""

import argparse
import itertools
import json
import math
import random
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

import safetensors

X = np.longdouble
HEADS, WIDTH = 3, 8  # heads that are no power of two; channels of each
FURTHEST = 2 ** 20


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
    total = np.cumsum(-np.log1p(np.exp(-p["gate_logits"][0])), -1)
    return total[:, :, None] - total[:, None, :]


def turned_products(o, at, q, k, theta, first, second, zeta=None):
    """Logits where pairs of channels turn by theta; a stretch counts by the distance, so that it cannot overflow."""
    apart = (at[:, None] - at[None, :])[..., None]
    cosine, sine = np.cos(apart * theta), np.sin(apart * theta)
    if zeta is not None:
        stretch = np.exp(np.log(zeta) * np.maximum(apart, 0) / X(o["scale_base"]))
        cosine, sine = cosine * stretch, sine * stretch
    a, b, c, d = q[:, :, None, first], q[:, :, None, second], k[:, None, :, first], k[:, None, :, second]
    rest = [channel for channel in range(WIDTH) if channel not in set(first) | set(second)]
    turned = ((a * c + b * d) * cosine + (a * d - b * c) * sine).sum(-1)
    return (turned + np.einsum("hid,hjd->hij", q[..., rest], k[..., rest])) / np.sqrt(X(WIDTH))


def rope(o, at, q, k):
    planes = int(math.floor(round(o.get("fraction", 1) * WIDTH / 2, 9)))
    t = np.arange(planes)
    first, second = (2 * t, 2 * t + 1) if o["layout"] == "interleaved" else (t, t + planes)
    return turned_products(o, at, q, k, X(o["base"]) ** (-2 * t.astype(X) / max(2 * planes, 1)), first, second)


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


ADDED = {"alibi": alibi, "kerple_log": kerple_log, "kerple_power": kerple_power, "sandwich": sandwich, "t5_bias": t5_bias, "fire": fire,
         "shaw": shaw, "transformer_xl": transformer_xl, "cope": cope, "forgetting": forgetting}
TURNED = {"rope": rope, "p_rope": p_rope, "xpos": xpos}
INPUT = {"sinusoidal": sinusoidal, "learned": learned}


def shapes(name, o, length):
    """Of learned parameters."""
    return {"kerple_log": {"r1": (HEADS,), "r2": (HEADS,)}, "kerple_power": {"r1": (HEADS,), "r2": (HEADS,)},
            "t5_bias": {"bias": (HEADS, o.get("buckets"))}, "shaw": {"keys": (o.get("clip", 0) + 1, WIDTH), "values": (o.get("clip", 0) + 1, WIDTH)},
            "transformer_xl": {"u": (HEADS, WIDTH), "v": (HEADS, WIDTH), "projection": (HEADS * WIDTH, HEADS * WIDTH)},
            "fire": {"w1": (32,), "b1": (32,), "w2": (HEADS, 32), "b2": (HEADS,), "c": (1,), "threshold": (1,)},
            "cope": {"embedding": ((HEADS,) if o.get("per_head") else ()) + (o.get("positions"), WIDTH)},
            "learned": {"table": (o.get("length") or length, HEADS * WIDTH)}}.get(name, {})


# ---- Problems

# What training might make of learned numbers, and what lies at the edge of what a formula allows.
EXTREMES = {"r1": [1e-6, 30, -1], "r2": [1e-6, 1.999, 5], "c": [1e-7, -0.1, 0], "threshold": [0, 1e-3, -3], "gate": [-60, 60, -1e4]}


def drawn(generator, name, shape, extreme=None):
    """Numbers that a float holds: what is asked is the same in both precisions."""
    if extreme is not None and name in EXTREMES:
        values = np.where(generator.random(shape) < 0.5, EXTREMES[name][extreme], generator.uniform(0.05, 1.5, shape)) if shape != (1,) else np.full(shape, EXTREMES[name][extreme])
    elif name in ("r1", "r2", "c", "threshold"):
        values = generator.uniform(0.05, 1.5, shape)
    else:
        values = generator.standard_normal(shape)
    return values.astype(np.float32).astype(np.float64)


def vector_file(path, name, options, at, seed, extreme=None):
    generator = np.random.default_rng(seed)
    length = 64
    p = {n: drawn(generator, n, s, extreme) for n, s in shapes(name, options, length).items() if n != "values" or options["use_values"]}
    tensors = {"parameters." + n: v for n, v in p.items()}
    tensors["positions"] = np.array(at, dtype=np.float64)
    at = np.array(at, dtype=X)
    wide = {n: v.astype(X) for n, v in p.items()}
    if name in INPUT:
        if name == "learned" and at.max() >= len(p["table"]):
            answer = np.zeros((len(at), HEADS * WIDTH), dtype=X)  # to be refused
        else:
            answer = INPUT[name](options, at, wide)
        tensors["expected.table"] = answer.astype(np.float64)
        tensors["table_gradient"] = np.ones(answer.shape)
    else:
        shape = (1, HEADS, len(at), WIDTH)
        data = {n: drawn(generator, n, shape) for n in ("queries", "keys", "values", "output_gradient")}
        if name == "forgetting":
            data["gate_logits"] = drawn(generator, "gate", shape[:3], extreme)
            wide["gate_logits"] = data["gate_logits"].astype(X)
        q, k, v = (data[n][0].astype(X) for n in ("queries", "keys", "values"))
        if name in TURNED:
            logits = TURNED[name](options, at, q, k)
        else:
            logits = np.einsum("hid,hjd->hij", q, k)
            logits = logits if options.get("scaling") == "unscaled" else logits / np.sqrt(X(WIDTH))
            if name in ADDED:
                logits = logits + ADDED[name](options, wide, at, q, k)
        logits = np.where(np.tri(len(at), dtype=bool), logits, -np.inf)
        weights = np.exp(logits - logits.max(-1, keepdims=True))
        weights /= weights.sum(-1, keepdims=True)
        output = np.einsum("hij,hjd->hid", weights, v)
        if name == "shaw" and options["use_values"]:
            output += np.einsum("hij,ijd->hid", weights, wide["values"][rows_of_shaw(options, at)])
        tensors.update(data)
        tensors["expected.output"] = output[None].astype(np.float64)
    section = {"type": name, **options}
    safetensors.save(path, tensors, {"encoding": json.dumps(section), "train_length": str(length), "source": "long double"})
    return f"{section} at {at[0]:g} .. {at[-1]:g}, {len(at)} tokens" + ("" if extreme is None else f", extreme numbers {extreme}")


def values_of(option, long):
    """At the bounds, next to them, and between; a default is always among them."""
    default = option["value"]
    if isinstance(default, str):
        return option["choices"]
    if isinstance(default, bool):
        return [False, True]
    low, high = option["least"], option["most"]
    if isinstance(default, int):
        if option["key"] in ("buckets", "clip", "positions", "length", "width"):  # of tables
            high = min(high, 65536 if long else 4096)
        between = round(math.sqrt(max(low, 1) * high))
        return sorted({min(max(int(x), int(low)), int(high)) for x in (low, low + 1, low + 2, between, between + 1, high - 1, high, default)})
    near = [low + (high - low) * 1e-9 if low == 0 else low * (1 + 1e-9), high * (1 - 1e-9)]
    between = (low + high) / 2 if low == 0 else math.sqrt(low) * math.sqrt(high)
    return sorted({low, high, default, between, *near, *((0.29, 0.58, 0.7) if high == 1 else ())})


PLACES = {
    "in order": [float(i) for i in range(40)],
    "far out": [float(FURTHEST - 24 + i) for i in range(25)],
    "gaps": [0.0, 1, 2, 3, 5, 9, 15, 16, 17, 63, 64, 65, 127, 128, 500, 512, 1130, 4095, 35931, 65536, 262144, FURTHEST - 1, FURTHEST],
    "fractions": [i * 0.75 + i * i / 8 for i in range(30)],
    "far fractions": [FURTHEST / 3 + i * 0.3 for i in range(20)],
}


def problems_of(options, long, generator):
    """Hyper-parameters, and which of the extreme numbers are learned, if any."""
    defaults = {o["key"]: o["value"] for o in options}
    for extreme in (None, 0, 1, 2):
        yield defaults, extreme
    for o in options:
        for value in values_of(o, long):
            yield {**defaults, o["key"]: value}, None
    for ends in itertools.product((0, -1), repeat=min(len(options), 3)):  # corners
        yield {**defaults, **{o["key"]: values_of(o, long)[end] for o, end in zip(options, ends)}}, None
    for _ in range(40 if long else 4):
        yield {o["key"]: generator.choice(values_of(o, long)) for o in options}, generator.choice((None, 0, 1, 2))


def asked(program, *words):
    return json.loads(subprocess.run([program, *words, "--json"], check=True, stdout=subprocess.PIPE, text=True).stdout)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program", type=Path)
    parser.add_argument("--long", action="store_true", help="more values, and bounds that take a while")
    parser.add_argument("--keep", type=Path, metavar="DIR", help="where files of wrong answers are left")
    parser.add_argument("--only", metavar="NAME", help="one encoding")
    arguments = parser.parse_args()
    wrong = right = refused = 0
    for name in [e["name"] for e in asked(arguments.program, "list", "encodings")]:
        if arguments.only not in (None, name):
            continue
        generator = random.Random(name)
        options = [{**o, "value": json.loads(o["value"])} for o in asked(arguments.program, "inspect", name)["options"]]
        with tempfile.TemporaryDirectory(prefix="lengthwise-sweep-") as folder:
            said, seen = {}, set()
            for number, (chosen, extreme) in enumerate(problems_of(options, arguments.long, generator)):
                if json.dumps([chosen, extreme]) in seen:
                    continue
                seen.add(json.dumps([chosen, extreme]))
                for at in PLACES.values():
                    if chosen.get("width", 0) > 1024:
                        at = at[::3]
                    path = Path(folder) / f"{name}-{len(said)}.safetensors"
                    said[str(path)] = vector_file(path, name, chosen, at, number, extreme)
            done = subprocess.run([arguments.program, "conformance", *said, "--json"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
            results = json.loads(done.stdout)["files"]
            here = 0
            for result in results:
                if "problem" in result and "\n" not in result["problem"]:
                    refused += 1
                    continue
                here += result["ok"]
                if not result["ok"]:
                    wrong += 1
                    errors = "; ".join(f"{t['name']} float {t['float']} double {t['double']}" for t in result.get("tensors", []) if not t["ok"])
                    print(f"WRONG {said[result['file']]}: {errors}")
                    if arguments.keep:
                        arguments.keep.mkdir(parents=True, exist_ok=True)
                        (arguments.keep / Path(result["file"]).name).write_bytes(Path(result["file"]).read_bytes())
            if here == 0 or len(results) != len(said):
                wrong += 1
                print(f"WRONG {name}: {len(results)} of {len(said)} files are answered, {here} of them right")
            right += here
    print(f"refused in a line of words: {refused}")
    print(f"{right + wrong} cases, {wrong} differ")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
