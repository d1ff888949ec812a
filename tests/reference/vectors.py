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
from attention import Choices, attention, make
from cases import CASES
from encoding import Places
from extensions import Extension, make_extension

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


def positions_of(case):
    return {"positions": np.array(case.positions(case.time), dtype=np.float64)} if case.positions else {}


def section_of(case):
    return {**case.extension, "original_length": case.train_length}


def extension_of(case):
    return make_extension(section_of(case)) if case.extension else None


def attention_problem(case, encoding, generator):
    shape = (case.batch, case.heads, case.time, case.head_width)
    choices, extension = Choices(**case.attention), extension_of(case)
    arrays = {name: draw(generator, case, name, shape) for name in ("queries", "keys", "values")}
    learned = {**encoding.shapes(case.heads, case.head_width),
               **{"attention." + name: size for name, size in choices.shapes(case.heads).items()}}
    for name, size in learned.items():
        arrays["parameters." + name] = draw(generator, case, name, size)
    for name, axes in encoding.token_inputs(case.head_width).items():
        arrays[name] = draw(generator, case, name, shape[:3] + axes)
    fixed = positions_of(case)
    output_gradient = generator.standard_normal(shape)

    given = leaves(arrays)
    parameters = {n.removeprefix("parameters."): leaf for n, leaf in given.items()}
    output = attention(encoding, given["queries"], given["keys"], given["values"], parameters, choices,
                       fixed.get("positions"), extension)
    output.backward(torch.tensor(output_gradient))
    answers = {"expected.output": output.detach().numpy()}
    answers.update({"expected.gradient." + name: gradient_of(leaf) for name, leaf in given.items()})
    if extension is not None and type(extension).frequencies is not Extension.frequencies:
        theta, temperature = encoding.frequencies(case.head_width, Places(case.time, extension=extension))
        answers["expected.inverse_frequencies"] = theta.numpy()
        answers["expected.temperature"] = np.array([temperature])
    return {**arrays, **fixed, "output_gradient": output_gradient, **answers}


def input_problem(case, encoding, generator):
    width = case.heads * case.head_width
    shapes = encoding.input_shapes(case.train_length, width) if case.section["type"] == "learned" else {}
    arrays = {"parameters." + name: draw(generator, case, name, size) for name, size in shapes.items()}
    fixed = positions_of(case)
    given = leaves(arrays)
    table = encoding.table(Places(case.time, fixed.get("positions")), width,
                           {n.removeprefix("parameters."): leaf for n, leaf in given.items()})
    tensors = {**arrays, **fixed, "expected.table": table.detach().numpy().copy()}
    if given:
        tensors["table_gradient"] = generator.standard_normal((case.time, width))
        table.backward(torch.tensor(tensors["table_gradient"]))
        tensors.update({"expected.gradient." + name: gradient_of(leaf) for name, leaf in given.items()})
    return tensors


def problem(name):
    """(tensors, metadata) of one case; the numbers depend on the case's name and salt alone."""
    case = CASES[name]
    generator = np.random.Generator(np.random.PCG64(zlib.crc32(name.encode()) + case.salt))
    encoding = make(case.section, case.train_length)
    if case.width is not None:
        encoding.width = case.width
    solve = input_problem if encoding.where == "input" else attention_problem
    metadata = {"encoding": json.dumps(case.section), "train_length": str(case.train_length), "source": SOURCE}
    if case.attention:
        metadata["attention"] = json.dumps(case.attention)
    if case.extension:
        metadata["extension"] = json.dumps(section_of(case))
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
    files = {path.relative_to(folder).as_posix().removesuffix(".safetensors") for path in folder.rglob("*.safetensors")}
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
    for name in CASES:
        path = arguments.output / f"{name}.safetensors"
        path.parent.mkdir(parents=True, exist_ok=True)
        safetensors.save(path, *problem(name))
    return 0


if __name__ == "__main__":
    sys.exit(main())
