#!/usr/bin/env python3
"""Every encoding over its admitted hyper-parameters and positions up to 2^20, against formulas in extended precision.

    python3 tests/reference/sweep.py build/release/experiments/lengthwise [--long] [--keep DIR]

Bounds of hyper-parameters are those that `lengthwise inspect NAME --json` says. Each is taken at its bounds, next to them and
between, with the others at their defaults and at random; tokens stand in order, far out, with gaps, and between whole numbers.
Answers, and gradients but for what reads relative keys (shaw, transformer_xl) and for cope, are those of long_double.py, which shares
nothing with the program or the other reference. They are written as vector files, which `lengthwise conformance` holds against the
program in float and in double. An encoding is right within its tolerance, or refuses values that do not fit each other, or positions
beyond its domain, in one line. Exit status: 0 all are, 1 one is not.
"""

import argparse
import itertools
import json
import math
import random
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

import safetensors
from long_double import ADDED, D_ADDED, D_PRODUCT, HEADS, INPUT, LENGTH, PLANES, PRODUCT, VIEWS, WIDTH, X, d_turned, rows_of_shaw, shapes, signals, turned

FURTHEST = 2 ** 20
REFUSALS = re.compile(r"must be |needs an even number |is shorter than |is beyond the encoding's domain$")

# What training might make of learned numbers, and what lies at the edge of what a formula allows.
EXTREMES = {"r1": [1e-6, 30, -1], "r2": [1e-6, 1.999, 5], "c": [1e-7, -1e-3, 0], "threshold": [0, 1e-3, -3], "omega": [-60, 60, -1e4],
            "gate_logits": [-60, 60, -1e4], "strength_logits": [-60, 60, -1e4], "angles": [1e4, -30, 1e-8],
            "cpb.b1": [0, -60, -1e4], "dape.base_encoding.r1": [1e-6, 5, -1], "dape.base_encoding.c": [1e-7, -0.01, 0], "pope.bias": [0, -2 * math.pi, 5],
            "shape": [-2, 1, 2.5], "scale": [-1.4, -16, 3], "loc": [-2, -13.8, 1e-6]}
NORMS = {"u": [1e-11, 1e25, 0], "directions": [1e-11, 1e25, 0]}  # of vectors of which the direction counts; divided by no less than 1e-12

# Networks of the distance as they start: what is larger makes logits of which a float holds too little.
STARTED = {f"{name}.{learned}" for name in ("cpb", "dape", "dape.base_encoding") for learned in ("w1", "b1", "w2")}

# What a vector file may say beside an encoding's own hyper-parameters: what DAPE adapts, and PaTH's forget gate.
BESIDE = {"dape": [{"key": "base_encoding", "value": None, "choices": [None, "alibi", "kerple_log", "fire"]}],
          "path": [{"key": "gate", "value": None, "choices": [None, "scaled", "unscaled"]}]}


def drawn(generator, name, shape, extreme=None):
    """Numbers that a float holds: what is asked is the same in both precisions."""
    name = name if name in EXTREMES or name in STARTED else name.split(".")[-1]
    if extreme is not None and name in EXTREMES:
        values = np.full(shape, float(EXTREMES[name][extreme]))
        # The larger these two, the larger the terms of a gradient that almost cancel in a row.
        values.flat[1::2] = generator.uniform(0.05, 0.5 if name in ("loc", "cpb.b1") else 1.5, values.flat[1::2].shape)
    elif name in STARTED:
        values = generator.uniform(-1, 1, shape) / math.sqrt(shape[-1] if len(shape) > 1 else 1)
    elif name in ("r1", "r2", "c", "threshold"):
        values = generator.uniform(0.05, 1.5, shape)
    else:
        values = generator.standard_normal(shape)
    if extreme is not None and name in NORMS:
        values.reshape(-1, WIDTH)[1::2] *= NORMS[name][extreme]
    return values.astype(np.float32).astype(np.float64)


def attention(name, options, p, at, q, k, v, planes):
    """(output, weights)"""
    if planes:
        logits = turned(q, k, *planes)
    elif name in PRODUCT:
        logits = PRODUCT[name](options, p, at, q, k)
    else:
        logits = np.einsum("hid,hjd->hij", q, k)
        logits = logits if options.get("scaling") == "unscaled" else logits / np.sqrt(X(WIDTH))
        if name in ADDED:
            logits = logits + ADDED[name](options, p, at, q, k)
    logits = np.where(np.tri(len(at), dtype=bool), logits, -np.inf)
    weights = np.exp(logits - logits.max(-1, keepdims=True))
    weights /= weights.sum(-1, keepdims=True)
    output = np.einsum("hij,hjd->hid", weights, v)
    if name == "shaw" and options["use_values"]:
        output += np.einsum("hij,ijd->hid", weights, p["values"][rows_of_shaw(options, at)])
    return output, weights


def gradients(name, options, p, at, q, k, v, output, weights, d_output, planes):
    """Of queries, keys and values, and of what is learned or given."""
    d_weights = np.einsum("hid,hjd->hij", d_output, v)
    d_logits = weights * (d_weights - (d_output * output).sum(-1, keepdims=True))
    if planes:
        found = d_turned(options, p, q, k, d_logits, *planes)
    elif name in PRODUCT:
        found = D_PRODUCT[name](options, p, at, q, k, d_logits)
    else:
        scale = 1 if options.get("scaling") == "unscaled" else 1 / np.sqrt(X(WIDTH))
        found = D_ADDED[name](options, p, at, q, k, d_logits)
        found["queries"] = found.get("queries", 0) + np.einsum("hij,hjd->hid", d_logits, k) * scale
        found["keys"] = found.get("keys", 0) + np.einsum("hij,hid->hjd", d_logits, q) * scale
    found["values"] = np.einsum("hij,hid->hjd", weights, d_output)
    return {n: g[None] if n in ("queries", "keys", "values") else g for n, g in found.items()}


def vector_file(path, name, options, at, seed, extreme=None, view=None):
    generator = np.random.default_rng(seed)
    p = {n: drawn(generator, f"{name}.{n}", s, extreme) for n, s in shapes(name, options).items() if n != "values" or options["use_values"]}
    if options.get("distance") == "linear" or options.get("base_encoding") == "alibi":
        # A network that sees the distance itself, trained for the furthest one here: logits of 10^6 differ by less than a float holds.
        p["w1"][..., HEADS if name == "dape" else 0:] /= 2.0 ** math.ceil(math.log2(at[-1] - at[0]))
    tensors = {"parameters." + n: v for n, v in p.items()}
    tensors["positions"] = np.array(at, dtype=np.float64)
    at = np.array(at, dtype=X)
    wide = {n: v.astype(X) for n, v in p.items()}
    if name in INPUT:
        outside = name == "learned" and at.max() >= len(p["table"])  # to be refused
        answer = np.zeros((len(at), HEADS * WIDTH), dtype=X) if outside else INPUT[name](options, at, wide)
        tensors["expected.table"] = answer.astype(np.float64)
        tensors["table_gradient"] = np.ones(answer.shape)
    else:
        shape = (1, HEADS, len(at), WIDTH)
        data = {n: drawn(generator, f"{name}.{n}", shape) for n in ("queries", "keys", "values", "output_gradient")}
        given = {n: drawn(generator, f"{name}.{n}", s, extreme) for n, s in signals(name, options, len(at)).items()}
        wide.update({n: v.astype(X) for n, v in given.items()})
        data.update(given)
        tensors.update(data)
        q, k, v, d_output = (data[n][0].astype(X) for n in ("queries", "keys", "values", "output_gradient"))

        planes = PLANES[name](options, wide, at, *([view] if view else [])) if name in PLANES else None
        output, weights = attention(name, options, wide, at, q, k, v, planes)
        tensors["expected.output"] = output[None].astype(np.float64)
        if name in D_ADDED or name not in ADDED:
            for n, g in gradients(name, options, wide, at, q, k, v, output, weights, d_output, planes).items():
                tensors["expected.gradient." + n] = g.astype(np.float64)
    section = {"type": name, **{n: v for n, v in options.items() if v is not None}}
    metadata = {"encoding": json.dumps(section), "train_length": str(LENGTH), "source": "long double"}
    if view is not None:
        del tensors["positions"]
        metadata["extension"] = json.dumps(view)
    safetensors.save(path, tensors, metadata)
    return f"{section}{'' if view is None else view} at {at[0]:g} .. {at[-1]:g}, {len(at)} tokens" + ("" if extreme is None else f", extreme numbers {extreme}")


def view_problems():
    for name, (_, keys) in VIEWS.items():
        for chosen in keys:
            for factor in (1.0, 1.001, 2.5, 37.0, 1e6):
                for base in (1.0, 1.001, 500.0, 10000.0, 1e12):
                    yield {"type": name, "factor": factor, **chosen}, base


def values_of(option, long):
    """At the bounds, next to them, and between; a default is always among them."""
    default = option["value"]
    if "choices" in option:
        return option["choices"]
    if isinstance(default, bool):
        return [False, True]
    low, high = option["least"], option["most"]
    if isinstance(default, int):
        if option["key"] in ("buckets", "clip", "positions", "length", "width"):  # of tables
            high = min(high, 65536 if long else 4096)
        if option["key"] in ("hidden", "features"):  # of networks, two of which may multiply
            high = min(high, 1024 if long else 256)
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
    defaults = {o["key"]: min(o["value"], 32) if o["key"] == "hidden" else o["value"] for o in options}  # a network of 256 takes a while
    for chosen in itertools.product(*([(o["key"], value) for value in o["choices"]] for o in options if "choices" in o)):
        for extreme in (None, 0, 1, 2):
            yield {**defaults, **dict(chosen)}, extreme
    for o in options:
        seen_by = {"distance": "fourier"} if "distance" in defaults and o["key"] in ("features", "base") else {}
        for value in values_of(o, long):
            yield {**defaults, **seen_by, o["key"]: value}, None
    for ends in itertools.product((0, -1), repeat=min(len(options), 3)):  # corners
        yield {**defaults, **{o["key"]: values_of(o, long)[end] for o, end in zip(options, ends)}}, None
    for _ in range(40 if long else 4):
        yield {o["key"]: generator.choice(values_of(o, long)) for o in options}, generator.choice((None, 0, 1, 2))


def asked(program, *words):
    return json.loads(subprocess.run([program, *words, "--json"], check=True, stdout=subprocess.PIPE, text=True).stdout)


def encodings_of(arguments, name):
    """(encoding, hyper-parameters, positions, seed, extreme)"""
    options = [*BESIDE.get(name, []), *({**o, "value": json.loads(o["value"])} for o in asked(arguments.program, "inspect", name)["options"])]
    seen = set()
    for number, (chosen, extreme) in enumerate(problems_of(options, arguments.long, random.Random(name))):
        if json.dumps([chosen, extreme]) not in seen:
            for at in PLACES.values():
                yield name, chosen, at[::3] if chosen.get("width", 0) > 1024 else at, number, extreme
        seen.add(json.dumps([chosen, extreme]))


def views_of(arguments):
    at = [float(i) for i in range(160 if arguments.long else 70)]
    for number, (view, base) in enumerate(view_problems()):
        yield "rope", {"base": base, "layout": "interleaved", "fraction": 1.0}, at, number, None, view


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program", type=Path)
    parser.add_argument("--long", action="store_true", help="more values, and bounds that take a while")
    parser.add_argument("--keep", type=Path, metavar="DIR", help="where files of wrong answers are left")
    parser.add_argument("--only", metavar="NAME", help="one encoding")
    arguments = parser.parse_args()
    wrong = right = refused = 0
    for name in [*[e["name"] for e in asked(arguments.program, "list", "encodings")], "views"]:
        if arguments.only not in (None, name):
            continue
        with tempfile.TemporaryDirectory(prefix="lengthwise-sweep-") as folder:
            said = {}
            for number, problem in enumerate(views_of(arguments) if name == "views" else encodings_of(arguments, name)):
                path = Path(folder) / f"{name}-{number}.safetensors"
                said[str(path)] = vector_file(path, *problem)
            done = subprocess.run([arguments.program, "conformance", *said, "--json"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
            results = json.loads(done.stdout)["files"]
            here = 0
            for result in results:
                if "problem" in result and "\n" not in result["problem"] and REFUSALS.search(result["problem"]):
                    refused += 1
                    continue
                here += result["ok"]
                if not result["ok"]:
                    wrong += 1
                    errors = "; ".join(f"{t['name']} float {t['float']} double {t['double']}" for t in result.get("tensors", []) if not t["ok"])
                    print(f"WRONG {said[result['file']]}: {errors or result['problem']}")
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
