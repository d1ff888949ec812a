#!/usr/bin/env python3
"""Presses Tab in bash, zsh and fish: test_completion.py LENGTHWISE

Each shell is driven as a user drives it and must complete commands, options, configs, folders, keys, encodings, views and names of
several values. A shell that is not there is left out; exit status 77 where none is.
"""

import os
import pty
import re
import select
import shutil
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

PROGRAM = None
# What is typed, and how the line goes on after Tab.
CASES = [("repo", "lengthwise report "), ("run conf", "lengthwise run configs/"), ("run configs/qu", "lengthwise run configs/quickstart.toml "),
         ("run configs/quickstart.toml encoding.ty", "lengthwise run configs/quickstart.toml encoding.type="),
         ("run configs/quickstart.toml encoding.type=kerple_p", "lengthwise run configs/quickstart.toml encoding.type=kerple_power "),
         ("run configs/quickstart.toml encoding.type=rope,kerple_l", "lengthwise run configs/quickstart.toml encoding.type=rope,kerple_log "),
         ("run configs/quickstart.toml train.st", "lengthwise run configs/quickstart.toml train.steps="),
         ("report ru", "lengthwise report runs/"), ("report runs/o --prot", "lengthwise report runs/o --protocol "),
         ("report runs/o --protocol sl", "lengthwise report runs/o --protocol sliding "), ("inspect strea", "lengthwise inspect streaming "),
         ("list enc", "lengthwise list encodings "), ("corpus fe", "lengthwise corpus fetch ")]


class Terminal:
    """A shell behind a pseudo-terminal, in a folder with a config and a study's folder."""

    def __init__(self, words, folder, start):
        environment = {"PATH": f"{Path(PROGRAM).parent}:/usr/bin:/bin", "HOME": str(folder), "TERM": "dumb", "LANG": "C.UTF-8", "PS1": "$ "}
        self.process, self.file = pty.fork()
        if self.process == 0:
            os.chdir(folder)
            os.execve(words[0], words, environment)
        self.read(3)
        self.write(start + "\n")
        self.write("echo ready$((40+2))\n" if "fish" not in words[0] else "echo ready(math 40+2)\n")
        deadline, text = time.monotonic() + 60, ""
        while "ready42" not in text and time.monotonic() < deadline:
            text += self.read(1)
        self.read(0.5)

    def write(self, text):
        os.write(self.file, text.encode())

    def read(self, quiet):
        """What comes until nothing comes for so many seconds."""
        text = b""
        while select.select([self.file], [], [], quiet)[0]:
            try:
                piece = os.read(self.file, 65536)
            except OSError:
                break
            if not piece:
                break
            text += piece
        return text.decode(errors="replace")

    def typed(self, text, wanted):
        """The line after Tab, without what moves the cursor; the line is thrown away."""
        self.write("\x15")
        self.read(0.1)
        self.write(text + "\t")
        shown, deadline = "", time.monotonic() + 20
        while wanted not in shown and time.monotonic() < deadline:
            shown += re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]|\x1b[=>]|[\r\x07\x08]", "", self.read(0.2))
        return shown

    def end(self):
        os.close(self.file)
        os.kill(self.process, 9)
        os.waitpid(self.process, 0)


class Completion(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.folder.cleanup)
        cls.path = Path(cls.folder.name)
        (cls.path / "configs").mkdir()
        (cls.path / "configs/quickstart.toml").write_text('name = "q"\n')
        (cls.path / "configs/notes.md").write_text("no config")
        (cls.path / "runs/o").mkdir(parents=True)

    def drive(self, words, start):
        if not Path(words[0]).exists():
            self.skipTest(f"there is no {words[0]}")
        terminal = Terminal(words, self.path, start)
        try:
            for typed, wanted in CASES:
                self.assertIn(wanted, terminal.typed("lengthwise " + typed, wanted), f"{words[0]}: {typed}")
        finally:
            terminal.end()

    def test_bash(self):
        self.drive(["/bin/bash", "--norc", "--noprofile", "-i"], "bind 'set enable-bracketed-paste off'; source <(lengthwise completion bash)")

    def test_zsh(self):
        self.drive(["/usr/bin/zsh", "-f", "-i"], "autoload -Uz compinit; compinit -u -D; source <(lengthwise completion zsh); unsetopt zle_bracketed_paste prompt_sp; PS1='$ '")

    def test_fish(self):
        if not Path("/usr/bin/fish").exists():
            self.skipTest("there is no fish")
        # fish redraws its line piece by piece: it is asked what it would complete.
        for typed, wanted in CASES:
            found = subprocess.run(["/usr/bin/fish", "--no-config", "-c", f"lengthwise completion fish | source; complete -C 'lengthwise {typed}'"],
                                   capture_output=True, text=True, cwd=self.path,
                                   env={"PATH": f"{Path(PROGRAM).parent}:/usr/bin:/bin", "HOME": str(self.path), "LANG": "C.UTF-8"})
            self.assertIn(wanted.split()[-1], found.stdout.split(), f"{typed}: {found.stdout}{found.stderr}")

    def test_candidates_are_what_there_is(self):
        ask = lambda *words: subprocess.run([PROGRAM, "complete", "--", *words], capture_output=True, text=True, cwd=self.path).stdout.split()
        named = subprocess.run([PROGRAM, "list", "encodings"], capture_output=True, text=True).stdout
        encodings = ask("run", "configs/quickstart.toml", "encoding.type=")
        self.assertIn("encoding.type=rope", encodings)
        for encoding in encodings:
            self.assertRegex(named, rf"(?m)^{encoding.removeprefix('encoding.type=')} ")
        self.assertEqual(ask("run", "configs/"), ["configs/quickstart.toml"])
        self.assertEqual(ask("nonsense", ""), [])
        self.assertIn("--where", ask("report", "runs/o", "--w"))
        self.assertIn("encoding.type=", ask("report", "runs/o", "--where", "encoding"))
        self.assertIn("view.yarn.factor=", ask("evaluate", "runs/o", "view.yarn."))

    def test_manual_is_a_manual(self):
        page = subprocess.run([PROGRAM, "manual"], capture_output=True, text=True).stdout
        for words in (".TH LENGTHWISE 1", ".SS \"run ", "\\-\\-reuse DIR", ".SH CONFIG KEYS", "train.steps"):
            self.assertIn(words, page)
        if shutil.which("man"):
            done = subprocess.run(["man", "--warnings", "-l", "-"], input=page, capture_output=True, text=True, env={**os.environ, "MANWIDTH": "80"})
            self.assertEqual((done.returncode, done.stderr), (0, ""))
            self.assertIn("lengthwise report runs/quickstart", done.stdout)


if __name__ == "__main__":
    PROGRAM = str(Path(sys.argv.pop(1)).resolve())
    unittest.main()
