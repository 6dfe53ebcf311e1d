"""Run a command with bounds on its time and memory, and see what it printed, changed and left behind."""

import hashlib
import os
import re
import resource
import select
import signal
import stat
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from commands import become_command, load_kernels

MAX_S = 300  # on a machine that has much else to do; of the processor it takes less
MAX_CPU_S = 15
MAX_MORE_MB = 600  # beyond what a fork has from its parent
MAX_ADDRESSES = 1 << 35
ORPHAN_PATIENCE_S = 60
HOME, TEMPORARY = "home", "tmp"


@dataclass(frozen=True)
class Step:
    """One command and what it may change.

    args       after `dedup`
    outputs    paths that may be made or changed, with all below them, if it succeeds
    leftovers  paths that may be made or changed even if it fails
    stdin      bytes
    """

    args: tuple
    outputs: tuple = ()
    leftovers: tuple = ()
    stdin: bytes = b""

    @property
    def is_for_programs(self):
        """Return whether its standard output is bytes for a program: they are not changed."""
        return (
            bool({"json", "html", "patch", "--json", "--to-stdout"} & set(self.args))
            or self.args[:2] == ("index", "check")
            or self.args[0] == "export"
            or (self.args[0] == "stories" and "-" in self.args)
        )

    @property
    def line(self):
        """Return the command line, to be read."""
        return " ".join(ascii(argument) for argument in self.args)


@dataclass(frozen=True)
class Done:
    """A step that ended: its code (negative: a signal), what it printed, its cost, whether a child lives."""

    code: int
    stdout: str
    stderr: str
    more_mb: float
    cpu_s: float
    has_orphans: bool


@dataclass(frozen=True)
class Entry:
    """What is known of a path: mode, inode, time of its last change in nanoseconds, and a digest or a target."""

    mode: int
    inode: int
    modified_ns: int
    content: bytes

    @property
    def is_folder(self):
        """Return whether it is a folder."""
        return stat.S_ISDIR(self.mode)


def take_snapshot(folder):
    """Return {path below a folder: Entry}, links not followed."""
    found = {}
    root = os.fsencode(folder)
    todo = [root]
    while todo:
        for each in os.scandir(todo.pop()):
            status = each.stat(follow_symlinks=False)
            content = b""
            if stat.S_ISREG(status.st_mode):
                with open(each.path, "rb", buffering=0) as file:
                    content = hashlib.blake2b(file.read()).digest()
            elif stat.S_ISLNK(status.st_mode):
                content = os.readlink(each.path)
            elif stat.S_ISDIR(status.st_mode):
                todo.append(each.path)
            path = os.fsdecode(each.path[len(root) + 1 :])
            found[path] = Entry(status.st_mode, status.st_ino, status.st_mtime_ns, content)
    return found


def run_step(step, folder, *, as_process=False):
    """Run a step in a folder, in a fork of this process or as a new one; its HOME and TMPDIR are in the folder."""
    load_kernels()
    ours, theirs = os.pipe()
    with tempfile.TemporaryFile() as source, tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        source.write(step.stdin)
        source.seek(0)
        streams = (source, out, err)
        before_mb = 0 if as_process else own_mb()
        pid = start(step, folder, streams, theirs, as_process=as_process)
        os.close(theirs)
        _, status, usage = os.wait4(pid, 0)
        has_orphans = not select.select([ours], [], [], ORPHAN_PATIENCE_S)[0]
        if has_orphans:
            os.killpg(pid, signal.SIGKILL)
        os.close(ours)
        printed = []
        for stream in (out, err):
            stream.seek(0)
            printed.append(stream.read().decode("utf-8", "surrogateescape"))
    cpu_s = usage.ru_utime + usage.ru_stime
    return Done(os.waitstatus_to_exitcode(status), *printed, usage.ru_maxrss / 1024 - before_mb, cpu_s, has_orphans)


def start(step, folder, streams, theirs, *, as_process):
    """Start a step; return its process id. It holds `theirs` open, and so does all that it starts."""
    pid = os.fork()
    if pid:
        return pid
    try:
        os.set_inheritable(theirs, True)
        confine()
        os.environ.update(make_environment(folder))
        if as_process:
            for number, stream in enumerate(streams):
                os.dup2(stream.fileno(), number)
            os.chdir(folder)
            os.execv(sys.executable, [sys.executable, "-m", "dedup", *step.args])
        tempfile.tempdir = None
        become_command([*step.args], streams, folder)
    finally:
        os._exit(71)


def make_environment(folder):
    """Return where a command finds its home and its folder of temporary files."""
    return {"HOME": str(folder / HOME), "TMPDIR": str(folder / TEMPORARY)}


def confine():
    """Bound the time and the memory of this process, which leads a group of its own."""
    os.setsid()
    signal.alarm(MAX_S)
    resource.setrlimit(resource.RLIMIT_AS, (MAX_ADDRESSES, MAX_ADDRESSES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def own_mb():
    """Return the memory of this process that a fork has from it, in MB."""
    return int(re.search(r"RssAnon:\s+(\d+)", Path("/proc/self/status").read_text())[1]) / 1024
