"""A real Slurm on this machine: munged, slurmctld and a slurmd for each of three node names, all with folders, ports and
keys of their own, so that no Slurm that is there is touched. Needs root, for it starts jobs as their users do. Run by itself, it says what is missing."""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

PROGRAMS = ["munged", "slurmctld", "slurmd", "sbatch", "squeue", "scontrol", "scancel", "sinfo"]

CONFIGURATION = """ClusterName=lengthwise
SlurmctldHost={host}(127.0.0.1)
SlurmctldPort={controller}
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket={folder}/munge/socket
CryptoType=crypto/munge
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
ReturnToService=2
MpiDefault=none
AccountingStorageType=accounting_storage/none
JobAcctGatherType=jobacct_gather/none
JobCompType=jobcomp/filetxt
JobCompLoc={folder}/completed
SchedulerParameters=sched_interval=1,batch_sched_delay=0
MaxArraySize={largest_array}
KillWait=5
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool-%n
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd-%n.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdLogFile={folder}/slurmd-%n.log
NodeName=n[1-{nodes}] NodeHostname={host} NodeAddr=127.0.0.1 Port=[{first}-{last}] CPUs=2 RealMemory=4000
PartitionName=short Nodes=ALL Default=YES MaxTime=60 State=UP
"""


def why_not():
    """What is missing for a cluster, or nothing."""
    missing = [program for program in PROGRAMS if shutil.which(program) is None]
    if missing:
        return f"{', '.join(missing)} not here (apt-get install slurm-wlm munge)"
    return "" if os.geteuid() == 0 else "only root can start Slurm's daemons"


def free_ports(count):
    """Neighbouring ones that nobody listens at."""
    for first in range(17001, 60000, count):
        sockets = [socket.socket() for _ in range(count)]
        try:
            for offset, each in enumerate(sockets):
                each.bind(("127.0.0.1", first + offset))
            return first
        except OSError:
            continue
        finally:
            for each in sockets:
                each.close()
    raise RuntimeError("no free ports")


class Cluster:
    def __init__(self, nodes=3, largest_array=1001):
        self.folder = Path(tempfile.mkdtemp(prefix="lengthwise-cluster-"))
        self.folder.chmod(0o755)  # munged wants to be reached
        self.nodes, self.daemons = [f"n{i + 1}" for i in range(nodes)], []
        first = free_ports(nodes + 1)
        (self.folder / "slurm.conf").write_text(CONFIGURATION.format(
            folder=self.folder, host=socket.gethostname(), controller=first + nodes, nodes=nodes, first=first, last=first + nodes - 1,
            largest_array=largest_array))
        self.environment = {**os.environ, "SLURM_CONF": str(self.folder / "slurm.conf")}
        for name in list(self.environment):  # of a job that this may run in
            if name.startswith(("SLURM_", "SBATCH_", "SQUEUE_")) and name != "SLURM_CONF":
                del self.environment[name]

    def __enter__(self):
        try:
            self.start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def start(self):
        munge = self.folder / "munge"
        munge.mkdir(mode=0o755)
        (self.folder / "state").mkdir()
        (munge / "key").write_bytes(os.urandom(128))
        (munge / "key").chmod(0o600)
        shutil.chown(munge, "munge", "munge")
        shutil.chown(munge / "key", "munge", "munge")
        self.daemon("runuser", "-u", "munge", "--", "munged", "--foreground", f"--key-file={munge}/key", f"--socket={munge}/socket",
                    f"--pid-file={munge}/pid", f"--log-file={munge}/log", f"--seed-file={munge}/seed")
        self.wait_for("munged", lambda: (munge / "socket").exists())
        self.daemon("slurmctld", "-D")
        for node in self.nodes:
            (self.folder / f"spool-{node}").mkdir()
            self.daemon("slurmd", "-D", "-N", node)
        self.wait_for("the nodes", lambda: self.run("sinfo", "-h", "-N", "-o", "%t").split() == ["idle"] * len(self.nodes))

    def daemon(self, *words):
        log = open(self.folder / f"{words[0]}-{len(self.daemons)}.out", "w")
        self.daemons.append(subprocess.Popen(words, env=self.environment, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT,
                                             start_new_session=True))
        log.close()

    def wait_for(self, what, holds, seconds=60):
        end = time.monotonic() + seconds
        while not holds():
            if time.monotonic() > end:
                logs = "\n".join(f"{log.name}:\n{log.read_text()[-2000:]}" for log in sorted(self.folder.glob("*.log")))
                raise RuntimeError(f"{what}: not within {seconds} s\n{self.run('squeue')}\n{logs}")
            time.sleep(0.2)

    def run(self, *words, check=False):
        done = subprocess.run([str(word) for word in words], env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        if check and done.returncode != 0:
            raise RuntimeError(f"{' '.join(map(str, words))} gave {done.returncode}: {done.stdout}")
        return done.stdout

    def queue(self, *columns):
        """A list of strings for each task in the queue."""
        return [line.split("|") for line in self.run("squeue", "-h", "-r", "-o", "|".join(columns or ["%i", "%T"])).splitlines()]

    def start_requeued(self):
        """Slurm holds what was requeued for two minutes; not here."""
        for job, reason in self.queue("%i", "%r"):
            if reason == "BeginTime":
                self.run("scontrol", "update", f"JobId={job}", "StartTime=now")

    def wait_until_empty(self, seconds=60):
        self.wait_for("an empty queue", lambda: self.start_requeued() or not self.queue(), seconds)

    def completed(self):
        """What became of each task so far, an attempt each: Slurm's own fields, as JobState, ExitCode, ArrayJobId, ArrayTaskId."""
        log = self.folder / "completed"
        return [dict(field.split("=", 1) for field in line.split() if "=" in field)
                for line in (log.read_text().splitlines() if log.exists() else [])]

    def __exit__(self, *_):
        self.run("scancel", "--user=root", "--signal=KILL")
        self.run("scontrol", "shutdown")
        for daemon in reversed(self.daemons):
            try:
                daemon.wait(timeout=5)
            except subprocess.TimeoutExpired:
                daemon.terminate()
                try:
                    daemon.wait(timeout=5)
                except subprocess.TimeoutExpired:
                    daemon.kill()
        shutil.rmtree(self.folder, ignore_errors=True)


if __name__ == "__main__":
    print(why_not())
    sys.exit(1 if why_not() else 0)
