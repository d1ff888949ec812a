#!/usr/bin/env python3
"""A slip in an encoding's header is answered by at most three errors, and the first one says what is wrong.

check_slips.py COMPILER TEMPLATE [FLAGS ...]
The header is that of the guide in CONTRIBUTING.md with one thing changed; it is compiled as the build compiles encodings,
by TEMPLATE (cmake/encoding.cpp.in)."""

import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

# (what stands in the header, what it is mistaken for, what the first error must say)
SLIPS = [
    ("hook::bias;", "hook::none;", "the encoding has `S bias.* but does not declare hook::bias"),
    ("constexpr S bias(", "constexpr S biass(", "the encoding declares hook::bias but has no `S bias"),
    ("head, distance n", "head, channel n", "the encoding declares hook::bias but has no `S bias|has no member named|no member named"),
    ("S bias(const parameters<S>& p", "double bias(const parameters<S>& p", "must also take dual numbers"),
    ("struct parameters { S strength; };", "struct parameters { S strength, other; };", "the numbers that learned_parameters.. declares"),
    ("property::decays;", "property::bounded;", "the encoding claims property::bounded, which does not hold"),
    ("p.strength *", "p.strenth *", "strenth"),
    ("double reach = 64;", "double reach = 64", "expected|reach"),
    ("hook::bias;", "hook::baias;", "baias"),
]


def main():
    compiler, template, *flags = sys.argv[1:]
    limit = "-ferror-limit=3" if "clang" in compiler else "-fmax-errors=3"
    guide = (ROOT / "CONTRIBUTING.md").read_text()
    header = re.search(r"```cpp\n// core/encodings/saturating\.hpp\n(.*?)```", guide, re.S)[1]
    faults = []
    for right, wrong, expected in [("reach", "reach", None), *SLIPS]:
        if right not in header:
            return f"the guide's header has no {right!r} any more; change SLIPS"
        with tempfile.TemporaryDirectory() as folder:
            place = Path(folder) / "core/encodings"
            place.mkdir(parents=True)
            (place / "saturating.hpp").write_text(header.replace(right, wrong, 1))
            source = Path(folder) / "saturating.cpp"
            source.write_text(Path(template).read_text().replace("@encoding@", "saturating"))
            command = [compiler, "-std=c++20", "-fsyntax-only", f"-I{folder}", f"-I{ROOT}", limit, *flags, source]
            said = subprocess.run(command, capture_output=True, text=True, env={"LC_ALL": "C", "PATH": "/usr/bin:/bin:/usr/local/bin"}).stderr
        errors = [line for line in said.splitlines() if re.search(r": (fatal )?error: ", line)]
        errors = [e for e in errors if "too many errors" not in e]
        if expected is None:
            if errors:
                faults.append(f"the header itself does not compile:\n{said}")
        elif not errors:
            faults.append(f"{wrong!r}: compiles")
        elif len(errors) > 3:
            faults.append(f"{wrong!r}: {len(errors)} errors")
        elif not re.search(expected, errors[0]):
            faults.append(f"{wrong!r}: the first error is\n{errors[0]}")
    return "\n".join(faults) or None


if __name__ == "__main__":
    sys.exit(main())
