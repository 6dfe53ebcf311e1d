"""The `dedup` command: finds the subcommand, turns errors into one line and an exit code."""

import atexit
import errno
import gc
import os
import sys
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from importlib import import_module
from typing import NoReturn

import click

from dedup.cli.imports import withhold
from dedup.errors import DedupError
from dedup.version import __version__

EXIT_ERROR, EXIT_INTERRUPTED = 2, 130
ROOM = 1 << 14  # words on the stack of frames: more than the deepest import of a library takes

# name -> "module:attribute"; the module is imported only when its command is asked for.
COMMANDS = {
    "clean": "dedup.cli.clean:clean",
    "passages": "dedup.cli.passages:passages",
    "report": "dedup.cli.report:report",
    "stories": "dedup.cli.stories:stories",
    "restore": "dedup.cli.restore:restore",
    "diff": "dedup.cli.diff:diff",
    "apply": "dedup.cli.apply:apply",
    "compare": "dedup.cli.compare:compare",
    "index": "dedup.cli.index:index",
    "bench": "dedup.cli.bench:bench",
    "warm-up": "dedup.cli.warm_up:warm_up",
}

# One line each, so that `dedup --help` imports no command.
SUMMARIES = {
    "clean": "Remove near-duplicate documents from news files, with a record of every removal.",
    "passages": "List the passages that documents hold more than once.",
    "report": "Write the HTML report of a clean run: its numbers, and a page for every cluster.",
    "stories": "Group documents into stories: the same event, in different words.",
    "restore": "Rebuild the input of a clean run exactly, from its output folder.",
    "diff": "Show what changed between two texts, by sentence and word, with moves told apart.",
    "apply": "Make the new text from the old one and a patch, byte for byte.",
    "compare": "Show how several texts tell one story: who says what, in which words.",
    "index": "Look into an index of earlier runs, add to it, take from it.",
    "bench": "Measure speed, memory and recall on your own files, and help to choose a threshold.",
    "warm-up": "Compile ahead what the first run on a machine would compile: for images and CI.",
}


class LazyGroup(click.Group):
    """A click group that imports a command's module on first use: `dedup --help` answers in 0.3 s."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 (click's signature)
        """Return the commands in the order in which people need them."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 (the same)
        """Import and return one command, or None where there is none of that name."""
        target = COMMANDS.get(cmd_name)
        if target is None:
            return None
        module, attribute = target.split(":")
        command: click.Command = getattr(import_module(module), attribute)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 (the same)
        """Write the list of commands without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl(list(SUMMARIES.items()))


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="dedup")
def cli() -> None:
    """Find what was copied in a news corpus, and show what was changed.

    \b
    Examples:
      dedup clean news.jsonl.gz -o cleaned/      near-duplicate documents out, every removal on record
      dedup passages news.jsonl -o twice.jsonl   what is printed twice, with exact spans
      dedup report cleaned/                      what was copied from where, as HTML pages
      dedup stories news.jsonl -o stories.jsonl  which articles tell of the same event
      dedup restore cleaned/ -o original/        the input back, byte for byte
      dedup diff old.txt new.txt                 what changed, by sentence and word
      dedup compare ap.txt bbc.txt cnn.txt       who tells what, and who leaves it out
    """


def main() -> NoReturn:
    """Run the command line: 0 done, 2 error (one line on stderr), 130 interrupted."""
    # The default has the collector walk over hundreds of thousands of objects of the libraries again and again while
    # they are imported, and over records that are in no cycle.
    gc.set_threshold(400_000, 50, 50)
    # No command multiplies matrices that are worth a thread, and idle threads of BLAS turn in circles for a while.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    withhold()
    open_streams()
    leave(run())


def open_streams() -> None:
    """Open streams that the caller closed (`>&-`) on nothing, before a file of ours takes their numbers."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: SIM115 (open to the end)


def run() -> int:
    """Run the command line, and return its exit code."""
    try:
        result = with_room(partial(cli.main, standalone_mode=False))
        sys.stdout.flush()
    except click.ClickException as error:
        error.show()
        return EXIT_ERROR
    except (click.Abort, KeyboardInterrupt):
        click.echo("interrupted", err=True)
        return EXIT_INTERRUPTED
    except DedupError as error:
        return fail(str(error))
    except BrokenPipeError:
        # The reader of our output went away (`dedup ... | head`): not an error worth a message.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:
        return fail(explain_os_error(error))
    return result if isinstance(result, int) else 0


def leave(code: int) -> NoReturn:
    """End the process now.

    To take the libraries apart, object by object, as `sys.exit` does, takes longer than many commands, and leaves
    nothing that the system would not free at once.
    """
    atexit._run_exitfuncs()  # noqa: SLF001 (there is no other way to be the last)
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError):
            stream.flush()
    os._exit(code)


def with_room(function: Callable[[], object]) -> object:
    """Call a function."""
    return function()


# CPython keeps frames in pieces of 16 KB, and asks the system for a new one, and gives it back, at every call that
# crosses the end of one: thousands of times while the libraries are imported. This frame is said to need many words, so
# the piece that is made for it holds all frames above it too.
with_room.__code__ = with_room.__code__.replace(co_stacksize=ROOM)


def fail(message: str) -> int:
    """Print one line on stderr, and return the exit code of an error."""
    click.echo(f"error: {' '.join(message.split())}", err=True)
    return EXIT_ERROR


def explain_os_error(error: OSError) -> str:
    """Return what happened, to which file, and what to do, for an error of the operating system."""
    where = f"{error.filename}: " if error.filename else ""
    if error.errno == errno.ENOSPC:
        return f"{where}the disk is full. Free some space or choose another place with -o; --resume goes on from here."
    if error.errno in {errno.EACCES, errno.EPERM, errno.EROFS}:
        return f"{where}no permission ({error.strerror}). Choose a place you can write to with -o."
    return f"{where}{error.strerror or error}"
