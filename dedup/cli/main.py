"""The `dedup` command: finds the subcommand, turns errors into one line and an exit code."""

import errno
import os
import signal
import sys
from contextlib import suppress
from difflib import get_close_matches
from importlib import import_module
from pathlib import Path
from typing import NoReturn

import click

from dedup.cli.option_values import require_text
from dedup.cli.startup import HEARD, StoppedError, leave, prepare, stop_on_signals
from dedup.cli.terminal import STREAM, close_door
from dedup.errors import DedupError
from dedup.version import __version__

EXIT_ERROR, EXIT_BUG, SIGNALLED = 2, 70, 128
STDOUT_FD = 1
NO_ROOM = {
    errno.ENOSPC: "the disk is full. Free some space",
    errno.EDQUOT: "your quota of this disk is full. Free some space",
    errno.EFBIG: "a file is larger than this shell or disk allows. Raise ulimit -f",
}

# What each command does, in the order in which people need them; `dedup --help` imports no command.
COMMANDS = {
    "clean": "Remove near-duplicate documents from news files, with a record of every removal.",
    "extract": "Extract articles from raw web pages: HTML files and WARC archives.",
    "passages": "List the passages that occur more than once.",
    "report": "Write the HTML report of a clean run: its numbers, and a page for every cluster.",
    "stories": "Group documents into stories: the same event, in different words.",
    "restore": "Rebuild the input of a clean run exactly, from its output folder.",
    "diff": "Show what changed between two texts, by sentence and word, with moves told apart.",
    "apply": "Make the new text from the old one and a patch, byte for byte.",
    "history": "Show what changed from each version of an article to the next, and when.",
    "sources": "Show what text outlets share, and where it came from.",
    "compare": "Show how several texts tell one story: who says what, in which words.",
    "export": "Write what was found as a table: CSV, Parquet or xlsx.",
    "index": "Look into an index of earlier runs, add to it, take from it.",
    "bench": "Measure speed, memory and recall on your own files, and help to choose a threshold.",
    "completion": "Print the script that completes commands and options in a shell.",
    "warm-up": "Compile ahead what the first run on a machine would compile: for images and CI.",
}


SETTINGS = {"help_option_names": ["-h", "--help"], "max_content_width": 100, "show_default": True}


def load_command(name: str) -> click.Command:
    """Import and return a command: the module and the function are named as it is."""
    name = name.replace("-", "_")
    command: click.Command = getattr(import_module(f"dedup.cli.{name}"), name)
    require_text(command)
    return command


class LazyGroup(click.Group):
    """A click group that imports a command's module on first use: `dedup --help` answers in 0.3 s."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 (click's signature)
        """Return the commands in the order of COMMANDS."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 (the same)
        """Import and return one command, or None where there is none of that name."""
        return load_command(cmd_name) if cmd_name in COMMANDS else None

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command that the first argument names; where there is none, suggest the one it resembles."""
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            for name in get_close_matches(args[0], COMMANDS, 1):
                raise click.UsageError(f"{error.message} Did you mean {name}?", ctx) from error
            raise

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 (the same)
        """Write the list of commands without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(cls=LazyGroup, context_settings=SETTINGS)
@click.version_option(__version__, "-V", "--version", prog_name="dedup")
def cli() -> None:
    """Find what was copied in a news corpus, and show what was changed.

    \b
    Examples:
      dedup clean news.jsonl.gz -o cleaned/      near-duplicate documents out, every removal on record
      dedup passages news.jsonl -o twice.jsonl   what is printed twice, with exact spans
      dedup report cleaned/                      what was copied from where, as HTML pages
      dedup export cleaned/ -o removed.xlsx      the same as a table, for a spreadsheet
      dedup stories news.jsonl -o stories.jsonl  which articles report the same event
      dedup restore cleaned/ -o original/        the input back, byte for byte
      dedup diff old.txt new.txt                 what changed, by sentence and word
      dedup compare ap.txt bbc.txt cnn.txt       who says what, and who leaves it out
    """


def main() -> NoReturn:
    """Run the command line: 0 done, 2 error (one line on stderr), 3 much set aside, 70 a bug of ours, 130 interrupted.

    Only `diff` has another code: 1, the texts differ.
    """
    prepare()
    open_streams()
    close_door()
    leave(run())


def open_streams() -> None:
    """Open streams that the caller closed (`>&-`) on nothing, before a file of ours takes their numbers."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: SIM115 (open to the end)


def run() -> int:
    """Run the command line, and return its exit code."""
    stop_on_signals()
    try:
        result = cli.main(standalone_mode=False)
        sys.stdout.flush()
    except SystemExit:  # click's answer to a pipe that its reader closed
        return report_error(BrokenPipeError())
    except (Exception, KeyboardInterrupt, StoppedError) as error:  # noqa: BLE001 (no error is ever shown as a traceback)
        return report_stop(HEARD[0]) if HEARD else report_error(error)
    return result if isinstance(result, int) else 0


def report_stop(number: int) -> int:
    """Print one line on the signal that ended the process, and return the exit code, as a shell has it."""
    return tell("interrupted" if number == signal.SIGINT else "stopped by a signal", SIGNALLED + number)


def report_error(error: BaseException) -> int:
    """Print one line on stderr, or the usage where click says so, and return the exit code."""
    if isinstance(error, BrokenPipeError):
        # The reader of our output went away (`dedup ... | head`): not an error worth a message.
        os.dup2(os.open(os.devnull, os.O_WRONLY), STDOUT_FD)  # Python's own stream may be closed
        return 0
    if isinstance(error, click.ClickException):
        with suppress(OSError, ValueError):
            error.show()
        return EXIT_ERROR
    if isinstance(error, (click.Abort, KeyboardInterrupt)):
        return report_stop(signal.SIGINT)
    message = explain_error(error)
    if message is None:
        from dedup.cli.crash import explain_crash

        return tell(explain_crash(error), EXIT_BUG)
    if notes := getattr(error, "__notes__", ()):
        message = f"{message.removesuffix('.')}; {notes[-1]}."
    return tell(f"error: {' '.join(message.split())}", EXIT_ERROR)


def explain_error(error: BaseException) -> str | None:
    """Return what the user can put right; None of what nobody expected, which is a bug of ours."""
    if isinstance(error, DedupError):
        return error.message
    if isinstance(error, MemoryError) or getattr(error, "errno", 0) == errno.ENOMEM:
        return f"there is not enough memory{explain_memory_limit()}. Free some, or try fewer --workers."
    if isinstance(error, RuntimeError) and "can't start new thread" in str(error):
        return f"no thread can be started{explain_memory_limit()}. Raise ulimit -u or -v, or try fewer --workers."
    is_library = isinstance(error, (OSError, ImportError)) and not getattr(error, "errno", 0)
    if is_library and explain_memory_limit():  # what found no room says this
        return f"{error}{explain_memory_limit()}. Lift it with ulimit -v unlimited."
    return explain_os_error(error) if isinstance(error, OSError) else None


def explain_memory_limit() -> str:
    """Return a clause on the limit of this shell on memory, "" where there is none."""
    import resource

    limit = resource.getrlimit(resource.RLIMIT_AS)[0]
    return "" if limit == resource.RLIM_INFINITY else f" (ulimit -v allows {limit >> 20:,} MB)"


def tell(message: str, code: int) -> int:
    """Print a message on stderr, if that is open to anybody, and return the exit code."""
    with suppress(OSError, ValueError):
        click.echo(message, err=True)
    return code


def has_directory() -> bool:
    """Return whether the working directory is there."""
    try:
        return bool(Path.cwd())
    except FileNotFoundError:
        return False


def explain_os_error(error: OSError) -> str:
    """Return what happened, to which file, and what to do, for an error of the operating system."""
    if error.filename == STREAM:
        return f"{STREAM} cannot be written ({error.strerror})."
    if error.errno == errno.ENOENT and not error.filename and not has_directory():
        return "the working directory is no longer there. Change to another one."
    where = f"{error.filename}: " if error.filename else ""
    option = " with -o" if any(each.startswith(("-o", "--out")) for each in sys.argv[2:]) else ""
    if error.errno in NO_ROOM:
        return f"{where}{NO_ROOM[error.errno]} or choose another place{option}."
    if error.errno == errno.EMFILE or "Too many open files" in str(error):
        return "too many open files for the limit of this shell. Raise it with ulimit -n 1024, or try fewer --workers."
    if error.errno in {errno.EACCES, errno.EPERM, errno.EROFS}:
        return f"{where}no permission ({error.strerror}). Choose a place you can write to{option}."
    return f"{where}{error.strerror or error}"
