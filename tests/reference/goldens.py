"""Writes the answers that the compiler must find: tests/attention/goldens.inl, for the static_asserts of definition_test.cpp.

    python3 tests/reference/goldens.py           writes the file
    python3 tests/reference/goldens.py --check   computes it again and compares

The problem is small and made of fractions that a double holds exactly: 4 positions, 2 heads of width 4. Of each encoding the
last query's output is kept, of both heads.
"""

import re
import sys
from pathlib import Path

import torch

from attention import attention, make

ROOT = Path(__file__).resolve().parents[2]
FILE = ROOT / "tests/attention/goldens.inl"
TIME, HEADS, WIDTH = 4, 2, 4
# What core/attention/reference.hpp does not define: heads that are mixed, and what a network makes of tokens.
UNDEFINED = {"dape", "path", "selective_rope"}


def made(shape, which):
    """Numbers from -14/16 to 14/16."""
    count = torch.Size(shape).numel()
    numbers = [((k * 37 + 11 * which) % 29 - 14) / 16 for k in range(count)]
    return torch.tensor(numbers, dtype=torch.float64).reshape(shape)


def parameter(shape, which):
    """Numbers from 1/32 to 31/32."""
    count = torch.Size(shape).numel()
    numbers = [((k * 53 + 7 * which) % 31 + 1) / 32 for k in range(count)]
    return torch.tensor(numbers, dtype=torch.float64).reshape(shape)


def answers(name):
    encoding = make({"type": name})
    shape = (1, HEADS, TIME, WIDTH)
    parameters, start = {}, 0
    for key, size in encoding.shapes(HEADS, WIDTH).items():  # one run of numbers over all parameters, in their order
        count = torch.Size(size).numel()
        numbers = parameter((start + count,), 1)[start:]
        parameters[key], start = numbers.reshape(size), start + count
    for which, (key, axes) in enumerate(encoding.token_inputs(WIDTH).items(), 5):
        parameters[key] = made(shape[:3] + axes, which)
    output = attention(encoding, made(shape, 1), made(shape, 2), made(shape, 3), parameters)
    return output[0, :, TIME - 1].flatten().tolist()


def text():
    lines = ["// Written by tests/reference/goldens.py; float64 PyTorch."]
    for name in sorted(path.stem for path in (ROOT / "core/encodings").glob("*.hpp") if path.stem not in UNDEFINED):
        numbers = ", ".join(f"{x:.16g}" for x in answers(name))
        lines.append(f"static_assert(answers<encodings::{name}>({{{numbers}}}));")
    return "\n".join(lines) + "\n"


NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:e[-+]?\d+)?")


def same(there, here):
    """The same words, however they are laid out, and numbers that differ by no more than the order of a sum does: it is another on another machine."""
    pairs = list(zip(map(float, NUMBER.findall(there)), map(float, NUMBER.findall(here))))
    words = ["".join(NUMBER.sub("", text).split()) for text in (there, here)]
    return words[0] == words[1] and all(abs(a - b) <= 1e-13 * max(1, abs(b)) for a, b in pairs)


def main():
    if sys.argv[1:] == ["--check"]:
        held = same(FILE.read_text(), text())
        print("1 passed" if held else f"1 failed: {FILE} is not what this reference says")
        return not held
    FILE.write_text(text())


if __name__ == "__main__":
    sys.exit(main())
