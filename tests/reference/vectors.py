"""Writes the vector files: one attention (or input) problem each, with the answers and gradients of this reference.

    python3 tests/reference/vectors.py --output DIR   writes every file to DIR
    python3 tests/reference/vectors.py --check DIR    computes them again and compares; exit 1 where they differ
"""

import argparse
import json
import sys
import zlib
from pathlib import Path

import numpy as np
import torch

import safetensors
from attention import attention, make
from cases import CASES

SOURCE = "tests/reference, float64 PyTorch with automatic differentiation"
TOLERANCE = 1e-12  # of a tensor's norm
# An answer may be zero in exact arithmetic and hold nothing but rounding: FIRE's b2 adds the same to a whole row.
FLOOR = 1e-14


def draw(generator, case, name, shape):
    return np.asarray(case.special.get(name, lambda g, s: g.standard_normal(s))(generator, shape), dtype=np.float64)


def leaves(arrays):
    return {name: torch.tensor(array, dtype=torch.float64, requires_grad=True) for name, array in arrays.items()}


def gradient_of(leaf):
    return np.zeros(leaf.shape) if leaf.grad is None else leaf.grad.numpy()


def attention_problem(case, encoding, generator):
    shape = (case.batch, case.heads, case.time, case.head_width)
    arrays = {name: generator.standard_normal(shape) for name in ("queries", "keys", "values")}
    for name, size in encoding.shapes(case.heads, case.head_width).items():
        arrays["parameters." + name] = draw(generator, case, name, size)
    if case.section["type"] == "forgetting":
        arrays["gate_logits"] = draw(generator, case, "gate_logits", shape[:3])
    output_gradient = generator.standard_normal(shape)

    given = leaves(arrays)
    parameters = {name.removeprefix("parameters."): leaf for name, leaf in given.items()}
    output = attention(encoding, given["queries"], given["keys"], given["values"], parameters)
    output.backward(torch.tensor(output_gradient))
    answers = {"expected.output": output.detach().numpy()}
    answers.update({"expected.gradient." + name: gradient_of(leaf) for name, leaf in given.items()})
    return {**arrays, "output_gradient": output_gradient, **answers}


def input_problem(case, encoding, generator):
    width = case.heads * case.head_width
    shapes = encoding.input_shapes(case.train_length, width) if case.section["type"] == "learned" else {}
    arrays = {"parameters." + name: draw(generator, case, name, size) for name, size in shapes.items()}
    given = leaves(arrays)
    table = encoding.table(case.time, width, {n.removeprefix("parameters."): leaf for n, leaf in given.items()})
    tensors = {**arrays, "expected.table": table.detach().numpy().copy()}
    if given:
        tensors["table_gradient"] = generator.standard_normal((case.time, width))
        table.backward(torch.tensor(tensors["table_gradient"]))
        tensors.update({"expected.gradient." + name: gradient_of(leaf) for name, leaf in given.items()})
    return tensors


def problem(name):
    """(tensors, metadata) of one case; the numbers depend on the case's name alone."""
    case = CASES[name]
    generator = np.random.Generator(np.random.PCG64(zlib.crc32(name.encode())))
    encoding = make(case.section)
    solve = input_problem if encoding.where == "input" else attention_problem
    metadata = {"encoding": json.dumps(case.section), "train_length": str(case.train_length), "source": SOURCE}
    return solve(case, encoding, generator), metadata


def difference(kept, computed):
    """Why two files differ, or None."""
    (old, old_metadata), (new, new_metadata) = kept, computed
    if old_metadata != new_metadata:
        return f"metadata {old_metadata}, now {new_metadata}"
    if old.keys() != new.keys():
        return f"tensors differ: {sorted(old.keys() ^ new.keys())}"
    for name, array in new.items():
        if old[name].shape != array.shape:
            return f"{name} has the shape {old[name].shape}, now {array.shape}"
        error, norm = np.linalg.norm(old[name] - array), np.linalg.norm(array)
        if not error <= TOLERANCE * norm + FLOOR:
            return f"{name} differs by {error:.3g}, its norm is {norm:.3g}"
    return None


def check(folder):
    files = {path.stem for path in folder.glob("*.safetensors")}
    faults = [f"{name}: no such case any more" for name in sorted(files - CASES.keys())]
    for name in CASES:
        if name not in files:
            faults.append(f"{name}: no file")
        elif fault := difference(safetensors.load(folder / f"{name}.safetensors"), problem(name)):
            faults.append(f"{name}: {fault}")
    for fault in faults:
        print(fault, file=sys.stderr)
    print(f"{len(CASES)} cases, {len(faults)} differ")
    return 1 if faults else 0


def main():
    parser = argparse.ArgumentParser(description="Writes or checks the vector files of the reference implementation.")
    action = parser.add_mutually_exclusive_group(required=True)
    action.add_argument("--output", metavar="DIR", type=Path, help="write every vector file to DIR")
    action.add_argument("--check", metavar="DIR", type=Path, help="compute again and compare with the files in DIR")
    arguments = parser.parse_args()
    torch.set_num_threads(1)  # sums in the same order on every machine
    if arguments.check:
        return check(arguments.check)
    arguments.output.mkdir(parents=True, exist_ok=True)
    for name in CASES:
        tensors, metadata = problem(name)
        safetensors.save(arguments.output / f"{name}.safetensors", tensors, metadata)
    return 0


if __name__ == "__main__":
    sys.exit(main())
