#!/usr/bin/env python3
"""Checks that one source file does not compile, and that the compiler says why.

check_refusal.py FILE COMPILER [FLAGS ...]
The file's first line, "// expect: PATTERN", is a regular expression that an error (or a note to it) must match. With
-DCORRECT the same file must compile: so the refusal has the one reason that the file is about."""

import re
import subprocess
import sys


def compile_file(path, compiler, *flags):
    command = [compiler, *flags, "-std=c++20", "-fsyntax-only", path]
    return subprocess.run(command, capture_output=True, text=True, env={"LC_ALL": "C", "PATH": "/usr/bin:/bin:/usr/local/bin"})


def main():
    path, compiler, *flags = sys.argv[1:]
    with open(path) as source:
        first = source.readline()
    if not first.startswith("// expect: "):
        return f"{path}: its first line is no \"// expect: PATTERN\""
    pattern = first.removeprefix("// expect: ").strip()
    right = compile_file(path, compiler, *flags, "-DCORRECT")
    if right.returncode != 0:
        return f"{path}: the correct variant does not compile:\n{right.stderr}"
    wrong = compile_file(path, compiler, *flags)
    if wrong.returncode == 0:
        return f"{path}: compiles, though it should not"
    # Only lines that compilers wrote: source lines that they quote would match by themselves.
    said = "\n".join(line for line in wrong.stderr.splitlines() if re.search(r"(error|note): ", line))
    if not re.search(pattern, said):
        return f"{path}: refused, but no message matches \"{pattern}\":\n{wrong.stderr}"
    return None


if __name__ == "__main__":
    sys.exit(main())
