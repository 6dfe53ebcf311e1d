"""Run the command line: as a new process, and in a fork of this one."""

import atexit
import gc
import importlib
import os
import pickle
import pkgutil
import socket
import subprocess
import sys
import tempfile
import traceback
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path


@dataclass(frozen=True)
class Finished:
    """A command that ended: exit code and what it printed."""

    code: int
    stdout: str
    stderr: str


def run_process(*args, stdin=b"", cwd=None, timeout=300):
    """Run `python -m dedup ARGS` as a user would."""
    command = [sys.executable, "-m", "dedup", *map(str, args)]
    done = subprocess.run(command, input=stdin, capture_output=True, cwd=cwd, timeout=timeout, check=False)
    return Finished(done.returncode, done.stdout.decode(), done.stderr.decode())


def run_fork(*args, stdin=b"", cwd=None, **environment):
    """Run `dedup ARGS` in a fork of a process that has the kernels loaded: a second less than a new process.

    That process is the nursery: it holds no tests, whose memory each fork would have to map. Where a test patches
    functions, its commands are forks of this process (`Nursery.is_passed_over`).
    """
    with tempfile.TemporaryFile() as source, tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        source.write(stdin)
        source.seek(0)
        task = [*map(str, args)], str(cwd or os.getcwd()), {**os.environ, **environment}
        fork = fork_here if Nursery.is_passed_over else open_nursery().fork
        status = fork(task, [source, out, err])
        out.seek(0)
        err.seek(0)
        return Finished(os.waitstatus_to_exitcode(status), out.read().decode(), err.read().decode())


def fork_here(task, streams):
    """Run a task (arguments, folder, environment) in a fork of this process; return its status."""
    load_kernels()
    pid = os.fork()
    if pid == 0:
        args, folder, environment = task
        os.environ.clear()
        os.environ.update(environment)
        become_command(args, streams, folder)
    return os.waitpid(pid, 0)[1]


class Nursery:
    """A process that runs tasks in forks of itself, one after the other, until this end of a socket is closed."""

    is_passed_over = False

    def __init__(self):
        self.socket, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            command = [sys.executable, __file__, str(theirs.fileno())]
            self.process = subprocess.Popen(command, pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL)
        atexit.register(self.close)

    def fork(self, task, streams):
        """Run a task in a fork of the nursery; return its status."""
        with tempfile.TemporaryFile() as told:
            told.write(pickle.dumps(task))
            told.seek(0)
            try:
                socket.send_fds(self.socket, [b"task"], [file.fileno() for file in (told, *streams)])
                return int(self.socket.recv(99))
            except BaseException:  # the answer would be taken for that to the next task
                open_nursery.cache_clear()
                self.process.kill()
                self.close()
                raise

    def close(self):
        """End it."""
        self.socket.close()
        self.process.wait()


open_nursery = cache(Nursery)


def serve(tasks):
    """Be the nursery: run what comes over a socket, and answer with the status of the fork."""
    from dedup.cli.startup import withhold

    withhold()
    load_kernels()
    gc.collect()
    gc.freeze()  # a fork that collects looks at its own objects only, and copies no others
    while True:
        _, numbers, *_ = socket.recv_fds(tasks, 99, 4)
        if not numbers:
            return
        with ExitStack() as stack:
            told, *streams = [stack.enter_context(open(number, "rb")) for number in numbers]
            tasks.send(str(fork_here(pickle.load(told), streams)).encode())


def become_command(args, streams, cwd):
    """Become the command, in a fork: never returns."""
    code = 1
    try:
        for number, stream in enumerate(streams):
            os.dup2(stream.fileno(), number)
        sys.stdin, sys.stdout, sys.stderr = (open(n, mode, closefd=False) for n, mode in enumerate("rww"))  # noqa: SIM115 (they live as long as the process)
        if cwd is not None:
            os.chdir(cwd)
        sys.argv = ["dedup", *args]
        atexit._clear()  # noqa: SLF001 - what this process does at its end is not for the fork
        from dedup.cli.main import main

        main()
    except SystemExit as error:
        code = error.code if isinstance(error.code, int) else 1
    except BaseException:  # noqa: BLE001 (what the interpreter does: print it and end with 1)
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


@cache
def load_kernels():
    """Load all that commands load, once, so that forks have it: modules, kernels, templates, what tells languages."""
    from corpora import make_records, write_jsonl

    import dedup
    from dedup.index.checks import declare_some
    from dedup.pipeline.kernel_calls import GROUPS
    from dedup.report import page
    from dedup.text.language import load_identifier

    for module in pkgutil.walk_packages(dedup.__path__, "dedup."):
        if not module.name.startswith(("dedup.spark.", "dedup.__main__")):
            importlib.import_module(module.name)
    for name in ("fastwarc.warc", "trafilatura", "xlsxwriter"):  # extras, which commands import when they need them
        importlib.import_module(name)
    for group in GROUPS.values():
        for call in group():
            call.compile()
    for template in resources.files("dedup.report").joinpath("templates").iterdir():
        if template.name.endswith(".html"):
            page.load_environment().get_template(template.name)
    with tempfile.TemporaryDirectory() as folder:
        clean_quietly([write_jsonl(Path(folder) / "a.jsonl", make_records("loaded", 5))], Path(folder) / "out")
    load_identifier()
    declare_some()


def clean_quietly(paths, out, **settings):
    """Clean files in this process, with settings of `CleanRun` and `CleanSettings`. Returns what `clean` does."""
    from dedup.config import CleanSettings
    from dedup.corpus.files import find_files
    from dedup.pipeline.clean_files import clean
    from dedup.pipeline.job import CleanRun, SilentProgress

    stages = CleanSettings(**{name: settings.pop(name) for name in ("near", "passages", "input") if name in settings})
    return clean(CleanRun(find_files([*map(str, paths)]), Path(out), stages, **settings), SilentProgress())


if __name__ == "__main__":
    serve(socket.socket(fileno=int(sys.argv[1])))
