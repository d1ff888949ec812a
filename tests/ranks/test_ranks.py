#!/usr/bin/env python3
"""One cell on several ranks, by MPI: test_ranks.py PROGRAM MPIRUN

Every record must be that of the program without MPI to the last bit. Where there is no MPI it says so, and exits with 77.
"""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "cluster"))
from records import records

CONFIG = """# Nothing is left out: learned tables, a view that chooses, what attention did.
name = "tiny"
seed = 3
corpus.name = "synthetic"
encoding.type = "kerple_log"
[model]
layers = 1
width = 16
heads = 2
feed_forward = 32
[train]
length = 32
batch = 16
shards = 8
steps = 12
checkpoint_every = 4
validate_every = 5
validation_targets = 512
log_every = 1
[evaluate]
lengths = [32, 64]
targets = 512
stride = 16
views = ["raw", "tempered"]
attention = true
"""
LONG = ["train.steps=400", "train.checkpoint_every=10", "train.validate_every=0", "evaluate.views=[raw]", "evaluate.attention=false"]
ENDLESS = ["train.steps=1000000", "train.checkpoint_every=1000000", "train.validate_every=0"]


def program(*words):
    return subprocess.run([PROGRAM, *words], cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=60)


class job:
    """mpirun -n RANKS lengthwise WORDS, begun."""

    def __init__(self, ranks, *words, limit=30, of=None):
        environment = os.environ | {"LENGTHWISE_RANK_SECONDS": str(limit)}
        for name in ("OMPI_ALLOW_RUN_AS_ROOT", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM", "OMPI_MCA_rmaps_base_oversubscribe"):
            environment[name] = "1"
        self.words = words
        self.mpirun = subprocess.Popen([MPIRUN, "-n", str(ranks), of or PROGRAM, *words], cwd=folder, env=environment,
                                       stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)

    def processes(self):
        """{rank: process} of this job."""
        found = {}
        for entry in Path("/proc").iterdir():
            try:
                if not entry.name.isdigit() or os.readlink(entry / "exe") != PROGRAM or entry.joinpath("cwd").resolve() != folder:
                    continue
                environment = dict(line.split("=", 1) for line in entry.joinpath("environ").read_text().split("\0") if "=" in line)
                if tuple(entry.joinpath("cmdline").read_text().split("\0")[1:-1]) == self.words:
                    found[int(environment.get("OMPI_COMM_WORLD_RANK", environment.get("PMI_RANK")))] = int(entry.name)
            except (OSError, ValueError):
                continue
        return found

    def end(self):
        """What it said and its exit code."""
        said, _ = self.mpirun.communicate(timeout=60)
        return said, self.mpirun.returncode


def wait_for(what, is_so, seconds=30):
    end = time.monotonic() + seconds
    while not is_so():
        if time.monotonic() > end:
            raise AssertionError(f"waited in vain for {what}")
        time.sleep(0.02)


def steps_saved(study):
    return sorted(int(file.stem.split("-")[1]) for file in (folder / study).glob("*/checkpoints/step-*.safetensors"))


def state(study):
    cell, = json.loads(program("status", study, "--json").stdout)["cells"]
    return cell["status"] if "status" in cell else cell["state"]


class Ranks(unittest.TestCase):
    def assert_same(self, study, other):
        here, there = records(folder / study), records(folder / other)
        self.assertTrue(there)
        self.assertEqual(sorted(here), sorted(there))
        for cell, files in there.items():
            self.assertEqual(sorted(here[cell]), sorted(files))
            for name, contents in files.items():
                self.assertEqual(here[cell][name], contents, f"{study}: {cell}/{name}")

    def test_any_number_of_ranks_and_threads_gives_the_same_records(self):
        program("run", "tiny.toml", "--threads", "2", "--output", "alone")
        for ranks in (1, 2, 4, 8):
            for threads in (1, 2):
                with self.subTest(ranks=ranks, threads=threads):
                    study = f"ranks-{ranks}-{threads}"
                    said, code = job(ranks, "run", "tiny.toml", "--threads", str(threads), "--quiet", "--output", study).end()
                    self.assertEqual((said, code), ("", 0))
                    self.assert_same(study, "alone")

    def test_a_killed_rank_ends_the_job_and_any_number_goes_on(self):
        begun = job(4, "run", "tiny.toml", *LONG, "--quiet", "--output", "killed")
        wait_for("a checkpoint", lambda: steps_saved("killed"))
        os.kill(begun.processes()[2], signal.SIGKILL)
        said, code = begun.end()
        self.assertNotEqual(code, 0, said)
        self.assertRegex(said, r"exited on signal 9|KILLED BY SIGNAL: 9|EXIT CODE: 9")
        self.assertEqual(state("killed"), "interrupted")

        before = steps_saved("killed")[-1]
        begun = job(2, "run", "tiny.toml", *LONG, "--quiet", "--output", "killed")
        wait_for("another checkpoint", lambda: steps_saved("killed")[-1] > before)
        os.kill(begun.processes()[1], signal.SIGUSR2)  # not to rank 0
        said, code = begun.end()
        self.assertIn("lengthwise: interrupted and saved at step ", said)
        self.assertEqual(code, 75, said)

        program("run", "tiny.toml", *LONG, "--quiet", "--output", "killed")
        program("run", "tiny.toml", *LONG, "--quiet", "--output", "killed-not")
        self.assert_same("killed", "killed-not")

    def test_a_rank_that_stands_still_ends_the_job_in_words(self):
        for lost, waiting in ((3, 2), (0, 2)):
            study = f"stopped-{lost}"
            with self.subTest(lost=lost):
                begun = job(4, "run", "tiny.toml", *ENDLESS, "--output", study, limit=2)
                wait_for("ranks at work", lambda: len(begun.processes()) == 4)
                wait_for("steps", lambda: any((folder / study).glob("*/metrics.jsonl")))
                time.sleep(0.3)
                os.kill(begun.processes()[lost], signal.SIGSTOP)
                stopped = time.monotonic()
                said, code = begun.end()
                self.assertLess(time.monotonic() - stopped, 2 * 1.5 + 5)
                self.assertEqual(code, 8, said)
                self.assertRegex(said, rf"lengthwise: rank {waiting} of 4 has waited 2\.\d s for rank {lost}, in .*step \d+; LENGTHWISE_RANK_SECONDS")
                wait_for("the end of all", lambda: not begun.processes())
                if lost != 0:
                    self.assertTrue(steps_saved(study), "rank 0 saves the steps that all took")

    def test_a_signal_to_the_launcher_saves(self):
        begun = job(2, "run", "tiny.toml", *ENDLESS, "--quiet", "--output", "asked")
        wait_for("ranks at work", lambda: len(begun.processes()) == 2)
        wait_for("steps", lambda: any((folder / "asked").glob("*/metrics.jsonl")))
        begun.mpirun.send_signal(signal.SIGUSR1)  # which all launchers pass on
        said, code = begun.end()
        self.assertIn("lengthwise: interrupted and saved at step ", said)
        self.assertEqual(code, 75, said)
        self.assertEqual(state("asked"), "interrupted")

    def test_what_ranks_cannot_do_is_refused_in_one_line(self):
        for ranks, words, line in (
                (3, ["run", "tiny.toml", "--output", "no"], "train.shards = 8 cannot be dealt to 3 ranks; take a number of ranks that divides it"),
                (16, ["run", "tiny.toml", "--output", "no"], "train.shards = 8 cannot be dealt to 16 ranks; take a number of ranks that divides it"),
                (2, ["list", "views"], "list is not computed by 2 ranks; start it once, without mpirun")):
            said, code = job(ranks, *words).end()
            self.assertEqual([l for l in said.splitlines() if l.startswith("lengthwise: ")], [f"lengthwise: {line}"])
            self.assertEqual(code, 2)
        self.assertFalse((folder / "no").exists())
        alone = folder / "without-mpi"
        shutil.copy(PROGRAM, alone)
        said, code = job(2, "run", "tiny.toml", "--output", "no", of=str(alone)).end()
        self.assertEqual([l for l in said.splitlines() if l.startswith("lengthwise: ")],
                         ["lengthwise: an MPI launcher started this program 2 times, and it was built without MPI; build it where CMake finds MPI"])
        self.assertEqual(code, 2)
        self.assertFalse((folder / "no").exists())

    def test_cells_are_one_at_a_time_and_one_that_fails_takes_no_other_with_it(self):
        words = ["train.rate=1000,0.001", "train.clip=0", "train.warmup=0", "train.weight_decay=100", "train.checkpoint_every=1"]
        said, code = job(2, "run", "tiny.toml", *words, "--jobs", "2", "--output", "two").end()
        self.assertEqual(code, 7, said)
        self.assertIn("2 ranks compute one cell at a time: --jobs is 1\n", said)
        self.assertRegex(said, r"cell train.rate=1000.0 failed: step \d+: the (loss|gradient's norm) is ")
        self.assertEqual(list(records(folder / "two")), ["train.rate=0.001"])


if __name__ == "__main__":
    PROGRAM, MPIRUN = os.path.realpath(sys.argv.pop(1)), sys.argv.pop(1) if len(sys.argv) > 1 else "mpirun"
    if not Path(PROGRAM).with_name("lengthwise_mpi.so").exists():
        print("test_ranks: skipped, the program was built without MPI")
        sys.exit(77)
    with tempfile.TemporaryDirectory(prefix="ranks-") as place:
        folder = Path(place).resolve()
        (folder / "tiny.toml").write_text(CONFIG)
        unittest.main(verbosity=2)
