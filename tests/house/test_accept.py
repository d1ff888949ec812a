#!/usr/bin/env python3
"""What scripts/accept_encoding, accept_view and accept_task say of a tree where something is missing or wrong: test_accept.py LENGTHWISE"""

import re
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = None


class Accept(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = Path(folder.name)
        for name in ("scripts/accept_encoding", "scripts/accept_view", "scripts/accept_task", "scripts/write_configuration", "core/encodings/alibi.hpp", "core/views/linear.hpp", "docs/encodings/alibi.md",
                     "core/tasks/copy.hpp", "docs/configuration.md",
                     "tests/items/tasks_test.cpp", "tests/training/golden_digests.txt", "tests/reference/vectors/alibi.safetensors"):
            (self.root / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, self.root / name)
        (self.root / "docs/views").mkdir()

    def accept(self, script, name):
        done = subprocess.run([self.root / "scripts" / script, name, "--no-build", "--program", PROGRAM], capture_output=True, text=True)
        return done.returncode, {line.split()[0]: line for line in done.stdout.splitlines()}, done.stderr

    def test_what_is_whole_is_accepted(self):
        code, rows, _ = self.accept("accept_encoding", "alibi")
        self.assertEqual(code, 0, rows)
        self.assertIn("within tolerance", rows["conformance"])
        self.assertIn("there", rows["page"])

    def test_a_page_is_written_as_it_was(self):
        page = self.root / "docs/encodings/alibi.md"
        whole = page.read_text()
        page.unlink()
        code, rows, _ = self.accept("accept_encoding", "alibi")
        self.assertEqual((code, page.read_text()), (0, whole))
        self.assertIn("written", rows["page"])

    def test_a_digest_and_vectors_that_are_missing_are_said(self):
        golden = self.root / "tests/training/golden_digests.txt"
        golden.write_text("".join(line for line in golden.read_text().splitlines(True) if not line.startswith("alibi ")))
        (self.root / "tests/reference/vectors/alibi.safetensors").unlink()
        code, rows, _ = self.accept("accept_encoding", "alibi")
        self.assertEqual(code, 1)
        self.assertIn("LENGTHWISE_WRITE_GOLDEN=1", rows["digest"])
        self.assertIn("tests/reference/cases.py", rows["vectors"])
        self.assertIn("MISSING", rows["conformance"])

    def test_an_implementation_that_differs_is_not_accepted(self):
        file = self.root / "tests/reference/vectors/alibi.safetensors"
        data = bytearray(file.read_bytes())
        data[-3] ^= 0x10  # a high byte of the last number
        file.write_bytes(data)
        code, rows, _ = self.accept("accept_encoding", "alibi")
        self.assertEqual(code, 1, rows)
        self.assertIn("MISSING", rows["conformance"])

    def test_a_view_and_a_name_that_is_none(self):
        code, rows, _ = self.accept("accept_view", "linear")
        self.assertEqual(code, 1)  # no vectors were copied
        self.assertTrue((self.root / "docs/views/linear.md").exists())
        self.assertNotIn("digest", rows)
        code, _, said = self.accept("accept_encoding", "alibbi")
        self.assertEqual(code, 2)
        self.assertIn("there are alibi", said)

    def test_a_task(self):
        code, rows, _ = self.accept("accept_task", "copy")
        self.assertEqual(code, 0, rows)
        header, test = self.root / "core/tasks/copy.hpp", self.root / "tests/items/tasks_test.cpp"
        header.write_text(header.read_text().replace("static_assert(writes(", "// static"))
        test.write_text(test.read_text().replace('{"copy",', '{"other",'))
        (self.root / "docs/configuration.md").write_text("")
        code, rows, _ = self.accept("accept_task", "copy")
        self.assertEqual(code, 1)
        shown = re.search(r'static_assert\(writes\(copy\{\}, 4, ">(\w{4})=\((\w{4})\)"\)\);', rows["item"])
        self.assertEqual(shown[1], shown[2])
        self.assertIn("(x1 ... xn)", rows["second"])
        self.assertIn("written", rows["page"])
        self.assertIn("ok", rows["training"])


if __name__ == "__main__":
    PROGRAM = Path(sys.argv.pop(1)).resolve()
    unittest.main()
