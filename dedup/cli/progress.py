"""Progress on stderr: bars on a terminal, and with --verbose a line for each step."""

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import click

if TYPE_CHECKING:
    from tqdm import tqdm


class StageWords(NamedTuple):
    """What a stage is called before its bar, and what it does."""

    label: str
    does: str


STAGES = {
    "compile": StageWords("compiling", "compiles kernels; once on each machine"),
    "unpack": StageWords("unpacking", "decompresses the input, so that all cores can read it"),
    "pack": StageWords("packing", "compresses what is kept, as the input was"),
    "extract": StageWords("extracting", "takes the article out of each page"),
    "sketch": StageWords("reading", "reads all documents and sketches each: its words, their shingles, its signature"),
    "index": StageWords("look-up", "looks the documents up in the index"),
    "cover": StageWords("comparing", "compares each document with the kept ones before it that may be alike"),
    "contained": StageWords("containing", "looks for stored documents that contain a new one"),
    "passages": StageWords("passages", "aligns documents with those that share passages with them"),
    "locate": StageWords("locating", "reads texts again, to place passages to the character"),
    "confirm": StageWords("confirming", "compares the words of what goes with those of its witness once more"),
    "compare": StageWords("quoting", "reads texts again, to quote the facts in which documents differ"),
    "write": StageWords("writing", "writes what is kept and what goes"),
    "commit": StageWords("adding", "adds what is kept to the index"),
    "survey": StageWords("counting", "reads the run once, to count it"),
    "report": StageWords("reporting", "writes a page for each cluster"),
    "group": StageWords("grouping", "groups documents that report one event"),
    "history": StageWords("tracing", "compares the versions of each article"),
    "name": StageWords("naming", "reads the words that describe the stories"),
    "credits": StageWords("credits", "reads whom each article credits"),
    "restore": StageWords("restoring", "writes the input again"),
}


class TerminalProgress:
    """Shows each stage as a tqdm bar; silent where stderr is no terminal or with --quiet.

    Bars stay when they are full, and say which step of how many they are, if the steps were planned.
    """

    def __init__(self, *, quiet: bool, verbose: bool = False) -> None:
        self._quiet, self._show = quiet, not quiet and sys.stderr.isatty()
        self._verbose = verbose
        self._planned: Sequence[str] = ()
        self._bar: tqdm[None] | None = None

    def plan(self, stages: Sequence[str]) -> None:
        """Take the stages that are to come, in their order."""
        self._planned = stages

    def begin(self, stage: str, total: int, unit: str) -> None:
        """Show a new bar."""
        words = STAGES.get(stage, StageWords(stage, ""))
        step = f"{self._planned.index(stage) + 1} of {len(self._planned)} " if stage in self._planned else ""
        if self._verbose and words.does:
            click.echo(f"{f'step {step}' if step else ''}{words.label}: {words.does}", err=True)
        if self._show:
            from tqdm import tqdm

            tqdm.monitor_interval = 0  # its thread must not be there when workers are forked
            self._bar = tqdm(
                total=total,
                unit=unit,
                unit_scale=True,
                unit_divisor=1000,
                desc=f"{step}{words.label:10}",
                dynamic_ncols=True,
                file=getattr(sys.stderr, "original", sys.stderr),
            )

    def advance(self, amount: int) -> None:
        """Move the bar on, never past its end."""
        if self._bar is not None:
            room = amount if not self._bar.total else self._bar.total - self._bar.n
            self._bar.update(min(amount, room))

    def end(self) -> None:
        """Leave the bar as it is: full, unless there was less to do than was thought."""
        if self._bar is not None:
            if self._bar.total:
                self._bar.update(self._bar.total - self._bar.n)
            self._bar.close()
            self._bar = None

    def note(self, message: str) -> None:
        """Say something that explains a wait or a result, also where no bar is shown; with --quiet only warnings."""
        if not self._quiet or message.startswith("warning"):
            click.echo(message, err=True)
