#!/usr/bin/env python3
"""What scripts/setup does where packages are missing, on a machine played by stubs; what scripts/count_tests counts; which text
scripts/fetch_corpus makes of packages; what scripts/measure_context says of texts whose use of context is known."""

import hashlib
import io
import os
import random
import subprocess
import tarfile
import tempfile
import unittest
from pathlib import Path

SCRIPTS = Path(__file__).resolve().parents[2] / "scripts"

DPKG_QUERY = """#!/bin/bash
grep -qx "${@: -1}" "$MACHINE/installed" && echo 'install ok installed'
"""
# Knows the packages of the file `available`; refuses all where one is unknown, as apt-get does.
APT_GET = """#!/bin/bash
echo "$*" >> "$MACHINE/calls"
case "$*" in
  *update*) [ -e "$MACHINE/network" ] || { echo 'E: Failed to fetch the lists'; exit 100; } ;;
  *install*)
    for word in "$@"; do
      case $word in -*|install) continue ;; esac
      grep -qx "$word" "$MACHINE/available" || { echo "E: Unable to locate package $word"; exit 100; }
    done
    for word in "$@"; do case $word in -*|install) ;; *) echo "$word" >> "$MACHINE/installed" ;; esac; done ;;
esac
"""


class Setup(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.machine = Path(folder.name)
        listed = subprocess.run([SCRIPTS / "setup", "--list"], check=True, stdout=subprocess.PIPE, text=True).stdout
        self.packages = [line.split()[0] for line in listed.splitlines()]
        self.stub("dpkg-query", DPKG_QUERY)
        self.stub("apt-get", APT_GET)
        self.stub("sudo", '#!/bin/bash\nexec "$@"\n')
        self.have("available", self.packages)
        (self.machine / "network").touch()

    def stub(self, name, text):
        path = self.machine / name
        path.write_text(text)
        path.chmod(0o755)

    def have(self, file, packages):
        (self.machine / file).write_text("".join(package + "\n" for package in packages))

    def calls(self):
        file = self.machine / "calls"
        return file.read_text().splitlines() if file.exists() else []

    def run_setup(self, *words):
        environment = {**os.environ, "PATH": f"{self.machine}:{os.environ['PATH']}", "MACHINE": str(self.machine)}
        return subprocess.run([SCRIPTS / "setup", *words], capture_output=True, text=True, env=environment)

    def test_every_package_has_a_need_and_a_reason(self):
        listed = subprocess.run([SCRIPTS / "setup", "--fuzz", "--browser", "--list"], check=True, stdout=subprocess.PIPE, text=True).stdout
        for line in listed.splitlines():
            package, need, reason = line.split(maxsplit=2)
            self.assertIn(need, ("build", "demo", "test", "fuzz", "browser"), line)
            self.assertGreater(len(reason), 5 if reason != "the same" else 0, line)
        self.assertEqual(len(self.packages), len(set(self.packages)))

    def test_a_demo_needs_nothing_of_the_tests(self):
        listed = subprocess.run([SCRIPTS / "setup", "--demo", "--list"], check=True, stdout=subprocess.PIPE, text=True).stdout.split()
        for package in ("g++", "bible-kjv", "gnuplot-nox", "libjs-chart.js"):
            self.assertIn(package, listed)
        for package in ("slurm-wlm", "python3-torch", "clang", "chromium"):
            self.assertNotIn(package, listed)
            self.assertIn(package, self.packages + ["chromium"])

    def test_nothing_is_asked_where_nothing_is_missing(self):
        self.have("installed", self.packages)
        done = self.run_setup()
        self.assertEqual((done.returncode, done.stdout, done.stderr, self.calls()), (0, "", "", []))

    def test_what_is_missing_is_installed_at_once(self):
        self.have("installed", self.packages[:-2])
        done = self.run_setup()
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertEqual(len(self.calls()), 2)

    def test_what_only_some_need_is_installed_when_it_is_asked_for(self):
        for option, package in (("--fuzz", "libclang-rt-dev"), ("--browser", "chromium")):
            self.have("installed", self.packages)
            self.have("available", [package])
            done = self.run_setup(option)
            self.assertEqual((done.returncode, done.stderr), (0, ""))
            self.assertEqual((self.machine / "installed").read_text().split(), [*self.packages, package])

    def test_one_that_cannot_be_had_is_named_and_the_rest_installed(self):
        self.have("installed", [])
        self.have("available", [p for p in self.packages if p != "gnuplot-nox"])
        done = self.run_setup()
        self.assertEqual(done.returncode, 0)  # figures are not needed to build
        self.assertIn("gnuplot-nox cannot be installed (E: Unable to locate package gnuplot-nox)", done.stderr)
        self.assertIn("MISSING gnuplot-nox: figures", done.stderr)
        installed = (self.machine / "installed").read_text().split()
        self.assertEqual(sorted(installed), sorted(p for p in self.packages if p != "gnuplot-nox"))

    def test_without_a_network_it_says_what_the_build_lacks(self):
        self.have("installed", [p for p in self.packages if p != "cmake"])
        self.have("available", [])
        (self.machine / "network").unlink()
        done = self.run_setup()
        self.assertEqual(done.returncode, 1)
        self.assertIn("apt-get update failed (E: Failed to fetch the lists)", done.stderr)
        self.assertIn("MISSING cmake", done.stderr)


class CountTests(unittest.TestCase):
    def count(self, *arguments, text=None):
        return subprocess.run([SCRIPTS / "count_tests", *arguments], check=True, stdout=subprocess.PIPE, text=True,
                              input=text).stdout.strip()

    def test_a_run_of_ctest(self):
        tests = [("run", "  3 test cases out of 4 passed\n"),           # Boost.Test
                 ("fail", " 2 test cases out of 3 passed\n 1 test case out of 3 failed\n"),
                 ("run", "no report"),                                  # one test
                 ("fail", ""),                                          # a crash
                 ("fail", " 5 test cases out of 5 passed\n"),           # ended badly after its report
                 ("run", "Ran 7 tests in 0.1s\n\nOK\n")]                # unittest
        cases = "".join(f'<testcase status="{status}"><system-out>{text}</system-out></testcase>' for status, text in tests)
        cases += '<testcase status="notrun"><skipped message="Unable to find executable"/></testcase>'
        cases += '<testcase status="notrun"><skipped message="SKIP_RETURN_CODE=77"/></testcase>'
        with tempfile.NamedTemporaryFile("w", suffix=".xml") as file:
            file.write(f"<testsuite>{cases}</testsuite>")
            file.flush()
            self.assertEqual(self.count(file.name), f"{3 + 2 + 1 + 0 + 5 + 7} {0 + 1 + 0 + 1 + 1 + 0 + 1}")

    def test_programs(self):
        self.assertEqual(self.count("--text", "1", text="Ran 12 tests in 3.0s\n\nOK\n"), "12 0")
        self.assertEqual(self.count("--text", "0", text="Ran 12 tests in 3.0s\n\nFAILED (failures=1, errors=2)\n"), "9 3")
        self.assertEqual(self.count("--text", "1", text="35 cases, 0 differ\n"), "35 0")
        self.assertEqual(self.count("--text", "0", text="35 cases, 2 differ\n"), "33 2")
        self.assertEqual(self.count("--text", "0", text="Traceback\n"), "0 1")


class SourcesOfPackages(unittest.TestCase):
    """Two packages, brought by a stub of npm."""

    FILES = {"one@1": {"a/x.c": b"/* licence\n of one */\n\n// author\nint x;\n", "a/b.c": b"int b;\n", "a/notes.md": b"int no;\n",
                       "a/latin.c": b"// \xe9\nchar l[] = \"\xe9\";\n", "big/long.c": b"x" * 101, "few/f.c": b"f;\n"},
             "two@2": {"b/copy.c": b"// licence of two\nint x;\n", "b/own.c": b"int own; // stays\n", "a/x.c": b"int y;\n"}}

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        npm = self.folder / "npm"
        npm.write_text(f"#!/bin/bash\ncp '{self.folder}'/\"$2\" package.tgz\n")
        npm.chmod(0o755)
        packages = []
        for package, files in self.FILES.items():
            with tarfile.open(self.folder / package, "w:gz") as archive:
                for name, data in files.items():
                    member = tarfile.TarInfo("package/" + name)
                    member.size = len(data)
                    archive.addfile(member, io.BytesIO(data))
            packages.append([package, hashlib.sha256((self.folder / package).read_bytes()).hexdigest()])
        real = (SCRIPTS.parent / "data/corpora.toml").read_text()
        header = next(line for line in real.splitlines() if line.startswith("header = "))
        (self.folder / "corpora.toml").write_text(f"[abc]\nrecipe = 'sources'\npackages = {packages}\nfiles = '\\.c$'\n{header}\n"
                                                  "largest_file = 100\ndocument_bytes = [5, 1000]\n")

    def fetch(self):
        environment = {**os.environ, "PATH": f"{self.folder}:{os.environ['PATH']}"}
        return subprocess.run([SCRIPTS / "fetch_corpus", "--manifest", self.folder / "corpora.toml", "--documents", self.folder / "list",
                               "abc", self.folder / "text"], capture_output=True, text=True, env=environment)

    def test_folders_are_documents_without_headers_and_copies(self):
        self.assertEqual((self.fetch().stderr), "")
        documents = {"one@1/a": b"int b;\nint x;\n", "two@2/a": b"int y;\n", "two@2/b": b"int own; // stays\n"}
        order = sorted(documents, key=lambda name: hashlib.sha256(name.encode()).hexdigest())
        self.assertEqual((self.folder / "text").read_bytes(), b"".join(documents[name] for name in order))
        self.assertEqual((self.folder / "list").read_text(), "".join(f"{len(documents[name])} {name}\n" for name in order))

    def test_another_archive_is_refused(self):
        (self.folder / "two@2").write_bytes((self.folder / "one@1").read_bytes())
        done = self.fetch()
        self.assertEqual(done.returncode, 3)
        self.assertRegex(done.stderr, "^abc: two@2 has sha256 .* expected .*\n$")
        self.assertFalse((self.folder / "text").exists())


class MeasureContext(unittest.TestCase):
    """Random bytes of 16 values, 4 bits each: nothing but what stands before can tell them."""

    def bits(self, text):
        with tempfile.NamedTemporaryFile(suffix=".txt") as file:
            file.write(bytes(text))
            file.flush()
            done = subprocess.run([SCRIPTS / "measure_context", "--histories", "128", "1024", "4096", "--", file.name],
                                  capture_output=True, text=True)
        if "No module named 'numpy'" in done.stderr:
            self.skipTest("needs numpy")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        return [float(word) for word in done.stdout.splitlines()[1].split("|")[4:8]]

    def test_nothing_is_gained_where_nothing_comes_again(self):
        for bits in self.bits(random.Random(1).choices(range(16), k=400_000)):
            self.assertAlmostEqual(bits, 4, delta=0.05)

    def test_what_comes_again_is_gained_once_the_history_holds_it(self):
        draw = random.Random(2)
        blocks = [draw.choices(range(16), k=1500) for _ in range(134)]
        none, short, too_short, enough = self.bits([byte for block in blocks for byte in block + block])
        for bits in (none, short, too_short):
            self.assertAlmostEqual(bits, 4, delta=0.05)
        self.assertLess(enough, 2.4)  # half of the bytes can be known, but for the first of each block
        self.assertGreater(enough, 2)


if __name__ == "__main__":
    unittest.main()
