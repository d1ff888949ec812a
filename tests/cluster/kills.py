#!/usr/bin/env python3
"""A study of many cells on a real Slurm, and everything that may happen to a cell: kills.py PROGRAM [--cells N] [--seed S]

Every half second one of these: a cell is killed by SIGKILL, one is asked to save by USR2, one is cancelled, a node is drained or comes back,
the study is submitted again. When the queue is empty it is submitted until all is finished. No cell may be computed to its end
twice, and every record must be that of `lengthwise run` to the last bit. Prints what it did; exit status 77 where Slurm is not here.
"""

import argparse
import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from cluster import Cluster, why_not
from records import finishes, records
from test_cluster import CONFIG


def main():
    parser = argparse.ArgumentParser(description="Random faults on a real Slurm.")
    parser.add_argument("program", type=Path)
    parser.add_argument("--cells", type=int, default=200, metavar="N", help="an even number (200)")
    parser.add_argument("--seed", type=int, default=1, metavar="S", help="chooses what happens (1)")
    arguments = parser.parse_args()
    if reason := why_not():
        print(f"cluster: left out, {reason}")
        return 77
    chance, begin = random.Random(arguments.seed), time.monotonic()
    folder = Path(tempfile.mkdtemp(prefix="lengthwise-kills-"))
    (folder / "many.toml").write_text(CONFIG.format(steps=2500))
    cells = ["encoding.type=rope,alibi", "seed=" + ",".join(str(seed + 1) for seed in range(arguments.cells // 2))]
    did = dict.fromkeys(("killed", "saved", "cancelled", "drained", "submissions"), 0)
    with Cluster(nodes=3, largest_array=75) as cluster:
        def program(*words):
            return subprocess.run([arguments.program.resolve(), *words], cwd=folder, env=cluster.environment, stdout=subprocess.PIPE,
                                  stderr=subprocess.STDOUT, text=True)

        def submit():
            done = program("emit", "slurm", "many.toml", *cells, "--output", "there", "--submit")
            if done.returncode != 0:
                raise SystemExit(f"cluster: emit gave {done.returncode}: {done.stdout}")
            did["submissions"] += 1

        def running():
            return [job for job, state in cluster.queue("%i", "%T") if state == "RUNNING"]

        def finished():
            return [cell["status"] for cell in json.loads(program("status", "there", "--json").stdout)["cells"]].count("finished")

        def processes():
            """Of the cells: the lock of each holds its number."""
            found = []
            for lock in (folder / "there").glob("*/lock"):
                if text := lock.read_text().strip():
                    command = Path(f"/proc/{text}/cmdline")
                    if command.exists() and b"run-cell" in command.read_bytes():
                        found.append(int(text))
            return found

        def fault():
            what = chance.choice(["kill", "kill", "save", "save", "cancel", "drain"] + ["submit"] * (did["submissions"] < 3))
            node = chance.choice(cluster.nodes)
            if what == "submit":
                submit()
            elif what == "drain":
                cluster.run("scontrol", "update", f"NodeName={node}", "State=DRAIN", "Reason=fault")
                time.sleep(0.3)
                cluster.run("scontrol", "update", f"NodeName={node}", "State=RESUME")
                did["drained"] += 1
            elif what == "kill" and (there := processes()):
                try:
                    os.kill(chance.choice(there), signal.SIGKILL)
                    did["killed"] += 1
                except ProcessLookupError:
                    pass
            elif what in ("save", "cancel") and (there := running()):
                # It asks again for a minute and more where a task is just ending.
                words = ["--batch", "--signal=USR2"] if what == "save" else []
                cluster.run("timeout", "5", "scancel", *words, chance.choice(there))
                did["saved" if what == "save" else "cancelled"] += 1

        submit()
        while cluster.queue() and time.monotonic() - begin < 1800:
            fault()
            cluster.start_requeued()
            time.sleep(0.5)
        for _ in range(10):
            if finished() == arguments.cells:
                break
            submit()
            cluster.wait_until_empty(900)
        count, twice = finished(), [cell for cell, times in finishes(folder / "there").items() if times > 1]
        requeued = sum(len(re.findall("interrupted and saved", log.read_text())) for log in (folder / "there/logs").glob("*.log"))
    done = program_here(arguments.program, folder, cells)
    here, there = records(folder / "there"), records(folder / "here")
    different = [cell for cell in there if here.get(cell) != there[cell]]
    print(f"cluster, seed {arguments.seed}: {count} of {arguments.cells} cells finished; {did['killed']} kills, {did['saved']} asked to save, "
          f"{did['cancelled']} cancelled, {did['drained']} drains, {did['submissions']} submissions, {requeued} times saved; "
          f"{len(twice)} cells computed twice, {len(different)} different from run's; {time.monotonic() - begin:.0f} s")
    if done.returncode != 0 or count != arguments.cells or twice or different or len(there) != arguments.cells:
        print(f"cluster: kept in {folder}: {done.stdout} {twice[:3]} {different[:3]}", file=sys.stderr)
        return 1
    shutil.rmtree(folder)
    return 0


def program_here(program, folder, cells):
    return subprocess.run([program.resolve(), "run", "many.toml", *cells, "--output", "here", "--quiet"], cwd=folder, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True)


if __name__ == "__main__":
    sys.exit(main())
