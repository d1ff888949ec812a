#!/usr/bin/env python3
"""Studies on a real Slurm (cluster.py): test_cluster.py PROGRAM

Every record must be that of `lengthwise run` to the last bit, whatever happened on the way. Where Slurm is not here it says so, and
exits with 77.
"""

import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from cluster import Cluster, why_not
from records import finishes, records

PROGRAM = None
CELLS = ["encoding.type=rope,alibi,none", "seed=1,2"]  # six
LARGEST_ARRAY = 4                                      # so that they are two arrays
CONFIG = """name = "cluster"
[corpus]
name = "synthetic"
[model]
layers = 1
width = 16
heads = 2
feed_forward = 32
[train]
length = 16
batch = 8
steps = {steps}
warmup = 2
log_every = 50
validate_every = 100
checkpoint_every = 50
validation_targets = 256
[evaluate]
lengths = [16, 64]
stride = 8
targets = 256
"""


def setUpModule():
    global cluster, folder
    folder = Path(tempfile.mkdtemp(prefix="lengthwise-studies-"))
    (folder / "short.toml").write_text(CONFIG.format(steps=200))
    (folder / "long.toml").write_text(CONFIG.format(steps=4000))
    cluster = Cluster(nodes=3, largest_array=LARGEST_ARRAY).__enter__()


def tearDownModule():
    cluster.__exit__()
    subprocess.run(["rm", "-rf", folder])


def program(*words):
    return subprocess.run([PROGRAM, *map(str, words)], cwd=folder, env=cluster.environment, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True)


def status(study):
    return {cell["folder"]: (cell["status"], cell["detail"]) for cell in json.loads(program("status", study, "--json").stdout)["cells"]}


class OnACluster(unittest.TestCase):
    maxDiff = 2000

    def emit(self, config, study, *words):
        done = program("emit", "slurm", config, *CELLS, "--output", study, "--submit", *words)
        self.assertEqual(done.returncode, 0, done.stdout)
        return re.search(r"submitted: 6 cells as jobs (\d+), (\d+);", done.stdout).groups()

    def assert_as_run(self, config, study):
        done = program("run", config, *CELLS, "--output", f"{study}-run", "--quiet")
        self.assertEqual(done.returncode, 0, done.stdout)
        here, there = records(folder / study), records(folder / f"{study}-run")
        self.assertEqual(len(here), 6)
        for cell, files in there.items():
            self.assertEqual(sorted(here[cell]), sorted(files))
            for name, contents in files.items():
                self.assertEqual(here[cell][name], contents, f"{cell}/{name}")

    def test_two_submissions_at_once_compute_each_cell_once(self):
        jobs = [*self.emit("short.toml", "twice"), *self.emit("short.toml", "twice")]
        cluster.wait_until_empty()
        self.assertEqual(set(finishes(folder / "twice").values()), {1})
        self.assertEqual({state for state, _ in status("twice").values()}, {"finished"})
        # Each task found its cell free, finished, or held: 0, 0 or 6.
        ended = cluster.completed()
        codes = [task["ExitCode"] for task in ended if task["ArrayJobId"] in jobs]
        self.assertEqual(len(codes), 12)
        self.assertLessEqual(set(codes), {"0:0", "6:0"})
        self.assertGreaterEqual(codes.count("0:0"), 6)
        self.assert_as_run("short.toml", "twice")

    def test_what_is_killed_drained_requeued_and_cancelled_comes_out_the_same(self):
        cells = [f"encoding.type={encoding},seed={seed}" for encoding in ("rope", "alibi", "none") for seed in (1, 2)]
        first, second = self.emit("long.toml", "rough", "--max-running", "3")
        checkpoint = lambda i: any((folder / "rough" / cells[i] / "checkpoints").glob("*.safetensors"))
        cluster.wait_for("cells at work", lambda: checkpoint(0) and checkpoint(1) and checkpoint(2))
        there = status("rough")
        self.assertRegex(there[cells[0]][1], rf"^process \d+, job {first}_0 on n[123]$")
        self.assertEqual(there[cells[3]][0], "queued", there)

        process = int(re.search(r"process (\d+)", there[cells[0]][1])[1])
        node = re.search(r"on (n[123])", there[cells[1]][1])[1]
        cluster.run("scontrol", "update", f"NodeName={node}", "State=DRAIN", "Reason=test", check=True)
        os.kill(process, signal.SIGKILL)
        cluster.run("scancel", "--batch", "--signal=USR2", f"{first}_1", check=True)
        cluster.run("scancel", f"{first}_2", check=True)
        cluster.run("scontrol", "update", f"NodeName={node}", "State=RESUME", check=True)
        cluster.wait_until_empty()

        log = "".join(path.read_text() for path in (folder / "rough/logs").glob(f"slurm-{first}_1.log"))
        self.assertIn("interrupted and saved at step", log)
        self.assertIn(f"cell {cells[1]} finished", log)  # by the same task, requeued
        ended = {(task["ArrayJobId"], task["ArrayTaskId"]): task for task in cluster.completed()}
        self.assertEqual(ended[first, "0"]["ExitCode"], "137:0")
        self.assertEqual(ended[first, "1"]["JobState"], "COMPLETED")
        self.assertEqual(ended[first, "2"]["JobState"], "CANCELLED")
        there = status("rough")
        self.assertEqual([there[cell][0] for cell in cells], ["interrupted", "finished", "interrupted", "finished", "finished", "finished"])
        self.assertRegex(there[cells[2]][1], r"^saved at step \d+$")

        before = {cell: (folder / "rough" / cell / "result.json").stat().st_mtime_ns for cell in cells if there[cell][0] == "finished"}
        first, second = self.emit("long.toml", "rough")  # finishes the rest
        cluster.wait_until_empty()
        for cell, written in before.items():
            self.assertEqual((folder / "rough" / cell / "result.json").stat().st_mtime_ns, written, cell)
        self.assertEqual({task["ExitCode"] for task in cluster.completed() if task["ArrayJobId"] in (first, second)}, {"0:0"})
        self.assertEqual(set(finishes(folder / "rough").values()), {1})
        self.assert_as_run("long.toml", "rough")

    def test_a_refusal_is_in_sbatchs_own_words_and_nothing_is_submitted(self):
        for words, message in ((["--partition", "none"], "invalid partition specified: none"), (["--time", "soon"], "Invalid --time specification")):
            done = program("emit", "slurm", "short.toml", *CELLS, "--output", "refused", "--submit", *words)
            self.assertEqual(done.returncode, 2, done.stdout)
            self.assertIn(message, done.stdout)
            self.assertLessEqual(done.stdout.split("nothing was submitted")[1].count("\n"), 2)
        self.assertEqual([task for task in cluster.queue("%j") if "cluster." in task[0]], [])

    def test_a_study_that_changed_while_its_tasks_waited_is_refused(self):
        cluster.run("scontrol", "update", "NodeName=ALL", "State=DRAIN", "Reason=test", check=True)
        first, second = self.emit("short.toml", "changed")
        config = folder / "changed/encoding.type=rope,seed=1/config.toml"
        config.write_text(config.read_text().replace("steps = 200", "steps = 300"))
        cluster.run("scontrol", "update", "NodeName=ALL", "State=RESUME", check=True)
        cluster.wait_until_empty()
        self.assertIn("train.steps is 200 there and 300 here", (folder / f"changed/logs/slurm-{first}_0.log").read_text())
        ended = {(task["ArrayJobId"], task["ArrayTaskId"]): task["ExitCode"] for task in cluster.completed()}
        self.assertEqual(ended[first, "0"], "2:0")
        self.assertEqual(ended[first, "1"], "0:0")


if __name__ == "__main__":
    if reason := why_not():
        print(f"test_cluster: skipped, {reason}")
        sys.exit(77)
    PROGRAM = os.path.abspath(sys.argv.pop(1))
    unittest.main(verbosity=2)
