"""Kill a worker process of a running Spark job, and see whether the job ends as it would have."""

import os
import signal
import subprocess
import sys
from pathlib import Path

WORKER = "CoarseGrainedExecutorBackend"


def find_workers(root: int) -> list[int]:
    """Return the ids of Spark's worker processes below a process."""
    children: dict[int, list[int]] = {}
    commands: dict[int, str] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parent = int((entry / "stat").read_text().rsplit(")", 1)[1].split()[1])
                commands[int(entry.name)] = (entry / "cmdline").read_text().replace("\0", " ")
            except (OSError, IndexError):
                continue  # it is gone
            children.setdefault(parent, []).append(int(entry.name))
    below = [root]
    for process in below:
        below += children.get(process, [])
    return sorted(process for process in below if WORKER in commands.get(process, "") and "java" in commands[process])


def run_and_kill(arguments: list[str], at: str, settings: dict[str, str]) -> tuple[int, str, int]:
    """Run `dedup clean ... --engine spark` on a cluster of two worker processes, kill one when a stage begins.

    Returns the exit code, what was printed on stderr, and how many processes were killed.
    """
    command = [
        sys.executable,
        "-m",
        "dedup",
        "clean",
        *arguments,
        "--engine",
        "spark",
        "--master",
        "local-cluster[2,1,1024]",
    ]
    for name, value in settings.items():
        command += ["--spark-conf", f"{name}={value}"]
    killed, lines = 0, []
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        for line in process.stderr:
            lines.append(line)
            if line.startswith(f"spark: {at}") and not killed:
                for worker in find_workers(process.pid)[:1]:
                    os.kill(worker, signal.SIGKILL)
                    killed += 1
    return process.returncode, "".join(lines), killed
