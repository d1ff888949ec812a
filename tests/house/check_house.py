#!/usr/bin/env python3
"""Checks the structure of the house: check_house.py [--root DIR] includes|sizes|tokens|links|mutants|format

includes  a room includes only itself and the rooms below it, as CMakeLists.txt names them (lengthwise_floor for core/,
          lengthwise_room for experiments/, which sees all of core/); a library's headers are included only where
          LIBRARIES says
sizes     no file of core/ or experiments/ has more than LINES lines, but for those in LONG, each with its reason, and no
          room of experiments/ more than FILES files
format    clang-format would change no file; skipped, with exit status 77, where there is none
tokens    nothing that would make results differ between runs, threads, compilers or machines
links     every relative link of the documentation leads to a file, every test case that it names exists, and the example of
          README.md is that of CONTRIBUTING.md, which scripts/test_guide builds
mutants   each line of tests/mutants.tsv, which scripts/mutate works through, still says what it changes

Prints a line for each fault, with file and line; exit status 1 where there is one.
"""

import argparse
import re
import shutil
import subprocess
import sys
from pathlib import Path

LINES = 400
FILES = 12

# Files that may be longer, and why.
LONG = {
}

# The headers of libraries and where they may be included: folders or files from the root, or "" for everywhere.
LIBRARIES = {
    "boost/test/": ["tests"],
    "boost/crc.hpp": ["experiments/tensorboard"],
    "boost/math/": ["experiments/statistics"],
    "boost/asio/": ["experiments/serving/loopback_server.cpp"],
    "boost/beast/": ["experiments/serving/loopback_server.cpp"],
    "boost/multiprecision/": ["tests/terms"],
    "CLI/": ["experiments/command_line"],
    "toml++/": ["experiments/config/toml_plus_plus.hpp"],
    "spdlog/": ["experiments"],
    "nlohmann/": ["core/storage", "core/conformance", "experiments", "tests"],
    "openssl/": ["core/storage"],
    "Random123/": ["core/math"],
    "xtensor/": ["core/tensor", "core/storage", "experiments/statistics", "experiments/records", "experiments/measured", "experiments/causes", "tests"],
    "cblas.h": ["core/tensor"],
    "immintrin.h": ["core/kernels", "experiments/bench/multiply_add_rate.cpp"],  # bench: the rate of the bare instructions
    "fmt/": [""],
    "views/": [""],  # generated from the folder of views
    "encodings/": [""],  # generated from the folder of encodings
    "sys/": [""], "unistd.h": [""], "fcntl.h": [""], "spawn.h": [""], "poll.h": [""], "signal.h": [""],
    "pthread.h": [""], "sched.h": [""], "malloc.h": [""], "dlfcn.h": [""],
    "mpi.h": ["experiments/ranks/mpi_ranks.cpp"],
}

# (what, pattern, files it is looked for in, files that may have it and why)
TOKENS = [
    ("OpenMP: threads are std::jthread, sums have one order", r"#\s*pragma\s+omp|\bomp\.h\b|-fopenmp", "all", {}),
    ("fast-math changes bits", r"-ffast-math|-Ofast|-funsafe-math|-fassociative-math|#\s*pragma\s+(GCC|clang)\s+optimize",
     "all", {}),
    ("contraction differs between compilers: -ffp-contract stays off", r"-ffp-contract=(fast|on)|FP_CONTRACT\s+ON", "all", {}),
    ("std::rand and the standard's generators and distributions: randomness is core/math/random.hpp",
     r"\bs?rand\s*\(|std::rand\b|random_device|\bmt19937|\bstd::\w+_distribution\b|std::shuffle", "code", {}),
    ("sums of no fixed order", r"\bstd::(transform_)?reduce\b|std::execution::", "code", {}),
    ("the time of compilation in a program", r"\b__(DATE|TIME|TIMESTAMP)__\b", "code", {}),
    ("a clock in core: results do not depend on time",
     r"\b(system|steady|high_resolution)_clock\b|\bgettimeofday\b|\bclock_gettime\b|std::time\s*\(|\btime\s*\(\s*(NULL|nullptr|0)",
     "core", {}),
    ("printing from core: messages belong to experiments/", r"\bstd::(cout|cerr|clog)\b|\b(f|v)?printf\s*\(|fmt::print",
     "core", {}),
    ("printing past experiments/terminal/output.hpp, which lets nothing through that a terminal obeys",
     r"\bstd::(cout|cerr|clog)\b|\b(f|v)?printf\s*\(|fmt::print|\bf?puts\s*\(|\bfwrite\s*\(", "program",
     {"experiments/terminal/output.cpp": "it does that"}),
    ("the bytes of a text that was read, which only encoders and comparisons need (core/storage/read_text.hpp)",
     r"\bunescaped\s*\(", "program",
     {"experiments/reports/report_csv.cpp": "CSV quotes them",
      "experiments/measured/measurements.cpp": "compares", "experiments/claims/predicate_finding.cpp": "compares",
      "experiments/cells/cell_folder.cpp": "makes one line of a message's two, again to be shown",
      "experiments/schedulers/queue.cpp": "reads squeue's lines",
      "experiments/schedulers/submission.cpp": "reads a job's number, and makes one printable line of sbatch's words",
      "experiments/studies/study_run.cpp": "makes a message of ours of one that was read, line by line printable"}),
    ("a shell: programs are started by posix_spawn, whose words are no commands", r"\bpopen\s*\(|\bstd::system\s*\(", "program",
     {"experiments/commands/knowing/bench_command.cpp": "sets one variable of the environment for the program itself"}),
    ("using namespace in a header", r"\busing\s+namespace\s+std\b", "code", {}),
]

INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')


def source_files(root, *folders):
    endings = {".hpp", ".cpp", ".inl", ".in"}
    return sorted(p for f in folders for p in (root / f).rglob("*") if p.suffix in endings and p.is_file())


def rooms_below(root):
    """folder of a room -> folders of all rooms that it may include, itself among them."""
    rooms = declared_rooms(root / "CMakeLists.txt", "lengthwise_floor", "core/")
    if (root / "experiments/CMakeLists.txt").exists():
        rooms |= declared_rooms(root / "experiments/CMakeLists.txt", "lengthwise_room", "experiments/")
    return rooms


def declared_rooms(path, function, prefix):
    """From the lines FUNCTION(ROOM DEPENDS ...) of a CMakeLists.txt."""
    text = re.sub(r"#.*", "", path.read_text())
    direct = {}
    for call in re.findall(function + r"\(([^)]*)\)", re.sub(r"function\([^)]*\)", "", text)):
        room, *words = call.split()
        depends, keyword = [], None
        for word in words:
            if word in ("DEPENDS", "LIBRARIES"):
                keyword = word
            elif keyword == "DEPENDS":
                depends.append(word)
        undeclared = [d for d in depends if d not in direct]
        if undeclared:
            raise SystemExit(f"{path}: {room} depends on {', '.join(undeclared)}, which is not below it")
        direct[room] = depends
    below = {}
    for room, depends in direct.items():  # in the order of the file: from the ground up
        below[room] = {room}.union(*(below[d] for d in depends))
    return {prefix + room: {prefix + r for r in rooms} for room, rooms in below.items()}


def included(path):
    for number, line in enumerate(path.read_text().splitlines(), 1):
        if match := INCLUDE.match(line):
            yield number, match[1], match[2]


def includes(root):
    below = rooms_below(root)
    for folder in sorted({p.parent.relative_to(root).as_posix() for p in source_files(root, "core", "experiments")}):
        if folder != "experiments" and folder not in below:
            yield f"{folder}: a room that no CMakeLists.txt declares"
    for path in source_files(root, "core", "experiments", "tests", "cmake"):
        name = path.relative_to(root).as_posix()
        floor, room = name.split("/")[0], name.rsplit("/", 1)[0]
        for line, quote, header in included(path):
            where = f"{name}:{line}: {header}:"
            parts = header.split("/")
            if quote == '"' and parts[0] in ("core", "experiments", "tests"):
                if parts[0] == "tests" and floor != "tests":
                    yield f"{where} only tests include tests"
                if parts[0] == "experiments" and floor not in ("experiments", "tests"):
                    yield f"{where} core/ does not know experiments/"
                seen = below.get(room, set())
                if parts[0] == floor and room in below and header.rsplit("/", 1)[0] not in seen:
                    allowed = ", ".join(sorted(seen - {room})) or "none"
                    yield f"{where} {room} may include only the rooms below it ({allowed})"
            elif "/" in header or header.endswith(".h"):
                library = next((l for l in LIBRARIES if header == l or l.endswith("/") and header.startswith(l)), None)
                if library is None:
                    if quote == "<" or not (path.parent / header).exists():
                        yield f"{where} an unknown library; say in tests/house/check_house.py where it may be included"
                elif not any(place in ("", name) or name.startswith(place + "/") for place in LIBRARIES[library]):
                    yield f"{where} {library} may be included only in {', '.join(LIBRARIES[library])}"


def sizes(root):
    for path in source_files(root, "core", "experiments"):
        name, lines = path.relative_to(root).as_posix(), len(path.read_text().splitlines())
        if lines > LINES and name not in LONG:
            yield f"{name}: {lines} lines, at most {LINES}; split it, or give the reason in tests/house/check_house.py"
        if lines <= LINES and name in LONG:
            yield f"{name}: {lines} lines, no longer an exception; take it from tests/house/check_house.py"
    for room in sorted(folder for folder in rooms_below(root) if folder.startswith("experiments/")):
        files = [p for p in (root / room).glob("*") if p.is_file()]
        if len(files) > FILES:
            yield f"{room}: {len(files)} files, at most {FILES}; make two rooms of it"
    for name in LONG:
        if not (root / name).exists():
            yield f"{name}: not there; take it from tests/house/check_house.py"


def without_comments(text):
    """The text with // and /* */ comments blanked, lines kept. Strings stay: nothing forbidden belongs in them either."""
    blank = lambda match: re.sub(r"[^\n]", " ", match[0])
    return re.sub(r"//[^\n]*|/\*.*?\*/", blank, text, flags=re.S)


def tokens(root):
    code = source_files(root, "core", "experiments", "cmake")
    build = [root / "CMakeLists.txt", root / "CMakePresets.json", *(root / "cmake").glob("*.cmake"),
             *root.glob("experiments/CMakeLists.txt"), *root.glob("tests/CMakeLists.txt")]
    texts = {p: without_comments(p.read_text()) for p in code}
    texts |= {p: re.sub(r"#[^\n]*", "", p.read_text()) for p in build if p.exists()}
    for what, pattern, scope, exceptions in TOKENS:
        for path, text in texts.items():
            name = path.relative_to(root).as_posix()
            floor = {"core": "core/", "program": "experiments/"}.get(scope, "")
            if name in exceptions or not name.startswith(floor) or scope in ("code", "program") and path in build:
                continue
            for match in re.finditer(pattern, text):
                yield f"{name}:{text.count(chr(10), 0, match.start()) + 1}: {match[0].strip()}: {what}"


def links(root):
    readme, contributing = (root / name for name in ("README.md", "CONTRIBUTING.md"))
    if readme.exists() and contributing.exists():
        for example in re.findall(r"```cpp\n.*?```", readme.read_text(), re.S):
            if example not in contributing.read_text():
                yield "README.md: its C++ example is not that of CONTRIBUTING.md"
    cases = set(re.findall(r"AUTO_TEST_CASE\((\w+)", "".join(p.read_text() for p in (root / "tests").rglob("*_test.cpp"))))
    for path in sorted([*root.glob("*.md"), *(root / "docs").rglob("*.md")]):
        name = path.relative_to(root).as_posix()
        fenced = False  # code between ``` has brackets of its own
        for line, text in enumerate(path.read_text().splitlines(), 1):
            fenced ^= text.startswith("```")
            for target in [] if fenced else re.findall(r"\]\(([^)#\s]+)", text):
                if not re.match(r"[a-z]+:", target) and not (path.parent / target).exists():
                    yield f"{name}:{line}: {target} is not there"
            for rooms_cases in re.findall(r"`(?:%s)`: ((?:`\w+`(?:, )?)+)" % "|".join(rooms_below(root)).replace("core/", ""), text):
                for case in re.findall(r"`(\w+)`", rooms_cases):
                    if case not in cases:
                        yield f"{name}:{line}: there is no test case {case}"


def mutants(root):
    path = root / "tests/mutants.tsv"
    for number, line in enumerate(path.read_text().splitlines() if path.exists() else [], 1):
        columns = line.split("\t")
        if line.startswith("#"):
            continue
        if len(columns) != 5:
            yield f"tests/mutants.tsv:{number}: {len(columns)} columns, not 5"
        elif not (root / columns[0]).exists() or (root / columns[0]).read_text().count(columns[1]) != 1:
            yield f"tests/mutants.tsv:{number}: {columns[1]!r} is not once in {columns[0]}; change the line with what it changes"


def format(root):
    files = [p for p in source_files(root, "core", "experiments", "tests") if p.suffix != ".in"]
    ran = subprocess.run(["clang-format", "--dry-run", *files], capture_output=True, text=True)
    for fault in sorted(set(re.findall(r"^([^:\n]+):\d+:\d+: warning: code should be clang-formatted", ran.stderr, re.M))):
        yield f"{Path(fault).relative_to(root)}: clang-format would change it; run clang-format -i"


CHECKS = {check.__name__: check for check in (includes, sizes, tokens, links, mutants, format)}


def main():
    parser = argparse.ArgumentParser(description="Checks the structure of the house.")
    parser.add_argument("--root", type=Path, default=Path(__file__).resolve().parents[2])
    parser.add_argument("check", choices=CHECKS)
    arguments = parser.parse_args()
    if arguments.check == "format" and not shutil.which("clang-format"):
        print("format: skipped, there is no clang-format")
        return 77
    faults = list(CHECKS[arguments.check](arguments.root))
    print("\n".join(faults) or f"{arguments.check}: no fault")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
