#!/usr/bin/env python3
"""The checks of the house find what they look for: each fault once, in a house built for it."""

import shutil
import tempfile
import unittest
from pathlib import Path

import check_house

FLOORS = """
lengthwise_floor(math)
lengthwise_floor(tensor DEPENDS math LIBRARIES ${OPENBLAS_LIBRARY})
lengthwise_floor(model  # on top
                 DEPENDS tensor)
"""


class House(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = Path(folder.name)
        self.write("CMakeLists.txt", FLOORS)
        self.write("CMakePresets.json", "{}")
        for room in ("math", "tensor", "model"):
            self.write(f"core/{room}/{room}.hpp", "#pragma once\n")

    def write(self, name, text):
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def faults(self, check):
        return list(check_house.CHECKS[check](self.root))

    def expect(self, check, name, text, fault):
        """One fault, that begins with `fault`, when the file holds `text`."""
        self.write(name, text)
        found = self.faults(check)
        self.assertEqual(len(found), 1, found)
        self.assertTrue(found[0].startswith(fault), found)

    def test_a_mutant_whose_line_has_gone_is_found(self):
        line = "core/math/math.hpp\t#pragma once\t#pragma twice\ttest_math\twhat is once\n"
        self.write("tests/mutants.tsv", "# Columns\n" + line)
        self.assertEqual(self.faults("mutants"), [])
        self.expect("mutants", "tests/mutants.tsv", line.replace("#pragma once", "#pragma thrice"), "tests/mutants.tsv:1: '#pragma thrice' is not once")
        self.expect("mutants", "tests/mutants.tsv", line + "core/math/math.hpp\tonce\n", "tests/mutants.tsv:2: 2 columns")
        self.expect("mutants", "tests/mutants.tsv", line.replace("math/math", "math/gone"), "tests/mutants.tsv:1: ")

    def test_down_is_allowed(self):
        self.write("core/model/a.cpp", '#include <vector>\n#include "core/math/math.hpp"\n#include "core/tensor/tensor.hpp"\n')
        self.write("experiments/CMakeLists.txt", "lengthwise_room(config)\nlengthwise_room(command_line DEPENDS config)\n")
        self.write("experiments/command_line/a.cpp",
                   '#include "core/model/model.hpp"\n#include "experiments/config/c.hpp"\n#include <CLI/CLI.hpp>\n')
        self.write("core/tensor/b.cpp", "#include <xtensor/xadapt.hpp>\n")
        self.assertEqual(self.faults("includes"), [])

    def test_up_is_not(self):
        self.expect("includes", "core/math/a.hpp", '#pragma once\n#include "core/model/model.hpp"\n',
                    "core/math/a.hpp:2: core/model/model.hpp: core/math may include only the rooms below it (none)")

    def test_core_does_not_know_the_program(self):
        self.expect("includes", "core/model/a.cpp", '#include "experiments/config/config.hpp"\n',
                    "core/model/a.cpp:1: experiments/config/config.hpp: core/ does not know experiments/")

    def test_rooms_of_the_program_see_only_those_below(self):
        self.write("experiments/CMakeLists.txt", "lengthwise_room(config)\nlengthwise_room(cells DEPENDS config)\n")
        self.expect("includes", "experiments/config/a.cpp", '#include "experiments/cells/cell.hpp"\n',
                    "experiments/config/a.cpp:1: experiments/cells/cell.hpp: experiments/config may include only the rooms below it (none)")

    def test_a_room_of_too_many_files(self):
        self.write("experiments/CMakeLists.txt", "lengthwise_room(config)\n")
        for i in range(check_house.FILES):
            self.write(f"experiments/config/{i}.hpp", "#pragma once\n")
        self.write("experiments/config/one_more.hpp", "#pragma once\n")
        self.assertIn("experiments/config: 13 files, at most 12; make two rooms of it", self.faults("sizes"))

    def test_a_file_that_clang_format_would_change(self):
        if shutil.which("clang-format"):
            self.write(".clang-format", "BasedOnStyle: Google\n")
            self.expect("format", "core/math/a.cpp", "int  x ;\n", "core/math/a.cpp: clang-format would change it")

    def test_only_tests_include_tests(self):
        self.expect("includes", "experiments/a.cpp", '#include "tests/main.hpp"\n', "experiments/a.cpp:1: tests/main.hpp: only")

    def test_a_library_in_the_wrong_room(self):
        self.expect("includes", "core/model/a.cpp", "#include <CLI/CLI.hpp>\n",
                    "core/model/a.cpp:1: CLI/CLI.hpp: CLI/ may be included only in experiments/command_line")

    def test_an_unknown_library(self):
        self.expect("includes", "core/model/a.cpp", "#  include <eigen3/Eigen/Core>\n",
                    "core/model/a.cpp:1: eigen3/Eigen/Core: an unknown library")

    def test_a_room_that_is_not_declared(self):
        self.expect("includes", "core/attic/a.hpp", "#pragma once\n", "core/attic: a room that no CMakeLists.txt declares")

    def test_a_floor_on_nothing(self):
        self.write("CMakeLists.txt", "lengthwise_floor(model DEPENDS math)\nlengthwise_floor(math)\n")
        with self.assertRaises(SystemExit):
            self.faults("includes")

    def test_length(self):
        self.write("core/math/a.cpp", "\n" * 400)
        long_ones = dict(check_house.LONG)
        check_house.LONG.clear()
        self.addCleanup(check_house.LONG.update, long_ones)
        self.assertEqual(self.faults("sizes"), [])
        self.expect("sizes", "core/math/a.cpp", "\n" * 401, "core/math/a.cpp: 401 lines, at most 400")

    def test_tokens(self):
        for text in ("#pragma omp parallel for", "int i = std::rand();", "std::mt19937 g;", "std::reduce(a, b);",
                     "std::chrono::steady_clock::now();", "std::time(nullptr);", 'std::cout << "a";', "const char* a = __DATE__;",
                     "std::normal_distribution<float> d;", "#pragma GCC optimize(\"fast-math\")"):
            with self.subTest(text):
                self.expect("tokens", "core/model/a.cpp", f"// a\n{text}\n", "core/model/a.cpp:2: ")

    def test_tokens_of_the_program(self):
        for text in ('fmt::print("a");', 'std::cerr << "a";', 'std::puts("a");', 'auto* p = popen("a", "r");', "a.label.unescaped();"):
            with self.subTest(text):
                self.expect("tokens", "experiments/reports/a.cpp", f"// a\n{text}\n", "experiments/reports/a.cpp:2: ")

    def test_what_is_not_a_token(self):
        self.write("core/model/a.cpp", "// std::rand() would not do\n/* steady_clock\n */ int operand(int time);\n"
                                       "void a() { timer(0); operand(1); reduce(); }\n")
        self.write("experiments/a.cpp", "auto now = std::chrono::steady_clock::now();\n")
        self.assertEqual(self.faults("tokens"), [])

    def test_flags_of_the_build(self):
        self.expect("tokens", "cmake/floors.cmake", "# -Ofast\nadd_compile_options(-ffast-math)\n", "cmake/floors.cmake:2: -ffast-math")

    def test_links(self):
        self.write("docs/a.md", "[this](a.md), [that](https://example.org/b), `math`: `sums_agree`\n")
        self.write("tests/math/a_test.cpp", "BOOST_AUTO_TEST_CASE(sums_agree) {}\n")
        self.assertEqual(self.faults("links"), [])
        self.expect("links", "docs/b.md", "\nsee [c](c.md)\n", "docs/b.md:2: c.md is not there")
        self.expect("links", "docs/b.md", "`math`: `no_such_case`\n", "docs/b.md:1: there is no test case no_such_case")

    def test_one_example(self):
        self.write("CONTRIBUTING.md", "```cpp\nint a;\n```\n")
        self.expect("links", "README.md", "```cpp\nint b;\n```\n", "README.md: its C++ example")
        self.write("README.md", "```cpp\nint a;\n```\n")
        self.assertEqual(self.faults("links"), [])


if __name__ == "__main__":
    unittest.main()
