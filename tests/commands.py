"""Run the command line: as a new process, and in a fork of this one."""

import atexit
import importlib
import os
import pkgutil
import subprocess
import sys
import tempfile
import traceback
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
    """Run `dedup ARGS` in a fork of this process, which has the kernels loaded: a second less than a new process."""
    load_kernels()
    with tempfile.TemporaryFile() as source, tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        source.write(stdin)
        source.seek(0)
        pid = os.fork()
        if pid == 0:
            os.environ.update(environment)
            become_command([*map(str, args)], (source, out, err), cwd)
        _, status = os.waitpid(pid, 0)
        out.seek(0)
        err.seek(0)
        return Finished(os.waitstatus_to_exitcode(status), out.read().decode(), err.read().decode())


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
    from dedup.pipeline.kernel_calls import GROUPS
    from dedup.report import page
    from dedup.text.language import load_identifier

    for module in pkgutil.walk_packages(dedup.__path__, "dedup."):
        if not module.name.startswith(("dedup.spark.", "dedup.__main__")):
            importlib.import_module(module.name)
    for group in GROUPS.values():
        for call in group():
            call.compile()
    for template in resources.files("dedup.report").joinpath("templates").iterdir():
        if template.name.endswith(".html"):
            page.load_environment().get_template(template.name)
    with tempfile.TemporaryDirectory() as folder:
        clean_quietly([write_jsonl(Path(folder) / "a.jsonl", make_records("loaded", 5))], Path(folder) / "out")
    load_identifier()
    importlib.import_module("duckdb")


def clean_quietly(paths, out, **settings):
    """Clean files in this process, with settings of `CleanRun` and `CleanSettings`. Returns what `clean` does."""
    from dedup.config import CleanSettings
    from dedup.corpus.files import find_files
    from dedup.pipeline.clean_files import clean
    from dedup.pipeline.job import CleanRun, SilentProgress

    stages = CleanSettings(**{name: settings.pop(name) for name in ("near", "passages", "input") if name in settings})
    return clean(CleanRun(find_files([*map(str, paths)]), Path(out), stages, **settings), SilentProgress())
