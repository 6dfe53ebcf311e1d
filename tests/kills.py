"""Runs in forks of this process, and their death at any moment: at a state change, at a call, or after some seconds."""

import importlib
import os
import re
import shutil
import signal
import sys
import tempfile
import threading
import time
import traceback
from itertools import count

from commands import load_kernels

CHANGES = ("os.mkdir", "os.rename", "os.remove", "os.rmdir", "open")


def start_fork(work):
    """Call `work()` in a fork of this process, in a process group of its own; return its process id."""
    load_kernels()
    pid = os.fork()
    if pid:
        return pid
    code = 1
    try:
        os.setpgid(0, 0)
        work()
        code = 0
    except BaseException:  # noqa: BLE001 (a fork must not run on into the tests)
        traceback.print_exc()
    finally:
        os._exit(code)


def finish(pid):
    """Wait for a fork to end; return its exit code, negative for a signal."""
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def run_in_fork(work):
    """Call `work()` in a fork and wait for it; return its exit code."""
    return finish(start_fork(work))


def die():
    """End this process as kill -9 does."""
    os.kill(os.getpid(), signal.SIGKILL)


def die_before(module, name, call=1):
    """Return a function that has this process die before the n-th call of a function of the product."""

    def change():
        owner = importlib.import_module(module)
        *path, last = name.split(".")
        for part in path:
            owner = getattr(owner, part)
        original, calls = getattr(owner, last), []

        def wrapped(*args, **options):
            calls.append(1)
            return die() if len(calls) == call else original(*args, **options)

        setattr(owner, last, wrapped)

    return change


def watch_changes(folder, act):
    """Call `act(event, path)` before this process or a child of it makes, names, writes or removes a file in a folder.

    By Python's audit hooks, which see the calls of all modules. Only a fork should do this: a hook stays.
    """
    root = os.path.realpath(folder)

    def hook(event, args):
        if event in CHANGES and isinstance(args[0], str | os.PathLike):
            path = find_path(event, args)
            if path.startswith(root) and (event != "open" or args[2] & (os.O_WRONLY | os.O_RDWR)):
                act(event, os.path.relpath(path, root))

    sys.addaudithook(hook)


def find_path(event, args):
    """Return the whole path that an audited call names, perhaps below an open folder (as `shutil.rmtree` does)."""
    folder = args[-1] if event in {"os.remove", "os.rmdir"} else -1
    return os.path.join(os.readlink(f"/proc/self/fd/{folder}") if folder != -1 else os.getcwd(), args[0])


def list_changes(folder, work):
    """Call `work()` in a fork; return the state changes in a folder as (event, path), in their order."""
    with tempfile.NamedTemporaryFile("a+") as log:

        def run():
            watch_changes(folder, lambda event, path: os.write(log.fileno(), f"{event}\t{path}\n".encode()))
            work()

        assert run_in_fork(run) == 0
        log.seek(0)
        return [tuple(line.rstrip("\n").split("\t")) for line in log]


def choose_moments(changes):
    """Return the number of one change of each kind, the middle one: event and path without its digits."""
    kinds = {}
    for number, (event, path) in enumerate(changes, 1):
        kinds.setdefault((event, re.sub(r"\d+", "#", path)), []).append(number)
    return sorted(numbers[len(numbers) // 2] for numbers in kinds.values())


def keep_images(folder, images, moments):
    """Copy a folder to images/N just before each n-th of these state changes in it: what a kill at that moment leaves.

    Another thread of this process waits with its own change. There may be no worker processes.
    """
    lock, numbers, wanted = threading.RLock(), count(1), {*moments}

    def act(_event, _path):
        with lock:
            if (number := next(numbers)) in wanted:
                shutil.copytree(folder, images / str(number), symlinks=True)

    watch_changes(folder, act)


def die_at_change(folder, moment):
    """Have this process die just before the n-th state change in a folder that it or a worker of it makes."""
    main, changes = os.getpid(), tempfile.TemporaryFile("ab")  # noqa: SIM115 (it lives as long as the process)

    def act(_event, _path):
        os.write(changes.fileno(), b".")
        if os.fstat(changes.fileno()).st_size >= moment:
            os.kill(main, signal.SIGKILL)
            time.sleep(1)  # in a worker, which must end by itself

    watch_changes(folder, act)


def die_at(folder, event, path):
    """Have this process die just before a certain state change in a folder."""
    watch_changes(folder, lambda *change: die() if change == (event, path) else None)


def wait_for(path, patience_s=240.0):
    """Wait until a path is there."""
    until = time.monotonic() + patience_s
    while not path.exists():
        assert time.monotonic() < until, f"{path} never came to be"
        time.sleep(0.002)


def group_is_gone(group, patience_s=240.0):
    """Return whether no process of a group is left, or none within some seconds."""
    until = time.monotonic() + patience_s
    while time.monotonic() < until:
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.01)
    return False
