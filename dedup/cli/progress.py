"""Progress on stderr, and only on a terminal."""

import sys
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from tqdm import tqdm

LABELS = {
    "unpack": "unpacking",
    "pack": "packing",
    "sketch": "reading",
    "index": "look-up",
    "cover": "comparing",
    "passages": "passages",
    "locate": "locating",
    "confirm": "confirming",
    "write": "writing",
    "commit": "adding",
    "survey": "counting",
    "report": "reporting",
    "group": "grouping",
    "history": "tracing",
    "name": "naming",
    "restore": "restoring",
}


class TerminalProgress:
    """Shows each stage as a tqdm bar; silent where stderr is no terminal or with --quiet."""

    def __init__(self, *, quiet: bool) -> None:
        self._show = not quiet and sys.stderr.isatty()
        self._bar: tqdm[None] | None = None

    def begin(self, stage: str, total: int, unit: str) -> None:
        """Show a new bar."""
        if self._show:
            from tqdm import tqdm

            tqdm.monitor_interval = 0  # its thread must not be there when workers are forked
            self._bar = tqdm(
                total=total,
                unit=unit,
                unit_scale=True,
                unit_divisor=1000,
                desc=f"{LABELS.get(stage, stage):9}",
                leave=False,
                dynamic_ncols=True,
                file=getattr(sys.stderr, "original", sys.stderr),
            )

    def advance(self, amount: int) -> None:
        """Move the bar on."""
        if self._bar is not None:
            self._bar.update(amount)

    def end(self) -> None:
        """Take the bar away."""
        if self._bar is not None:
            self._bar.close()
            self._bar = None

    def note(self, message: str) -> None:
        """Say something that explains a wait; also where no bar is shown, for logs."""
        click.echo(message, err=True)
