"""What a command says at its end: a summary for a person, or as JSON for a program."""

import os
import sys
from collections.abc import Callable
from dataclasses import dataclass

import click

from dedup.cli.config_file import NOT_TAKEN, SETTINGS_FILE, config_option
from dedup.cli.options import compose, hand_over
from dedup.cli.progress import TerminalProgress

OUTPUTS = ("out", "output", "rejected")


@dataclass(frozen=True)
class Teller:
    """Says how a command went: on standard output, with `quiet` nothing, `as_json` also with `quiet`."""

    quiet: bool
    as_json: bool
    verbose: bool = False

    def progress(self) -> TerminalProgress:
        """Return the progress of the command."""
        return TerminalProgress(quiet=self.quiet, verbose=self.verbose)

    def refuse_second(self, output: str) -> None:
        """Refuse --json where something else goes to standard output."""
        if self.as_json:
            raise click.UsageError(f"--json prints to standard output, and so does {output}. Give one of the two.")

    def tell(self, summary: object, render: Callable[[], str], *, err: bool = False) -> None:
        """Print a summary: what `render` makes of it, to standard error if asked to; or its fields."""
        if self.as_json:
            import msgspec

            encoded = msgspec.json.format(
                msgspec.json.encode(spell(summary), enc_hook=lambda each: spell(str(each))), indent=2
            )
            sys.stdout.buffer.write(encoded + b"\n")
        elif not self.quiet:
            click.echo(render(), nl=False, err=err)


def spell(value: object) -> object:
    """Return a value with names of files as text: bytes that are not UTF-8 are spelled out."""
    from dedup.text.printed_paths import printable

    if isinstance(value, dict):
        return {name: spell(each) for name, each in value.items()}
    if isinstance(value, list):
        return [spell(each) for each in value]
    return printable(value) if isinstance(value, str) else value


def make_teller(**values: bool) -> Teller:
    """Return what the options stand for, where no output of the command is its file of settings or another output."""
    context = click.get_current_context()
    settings = context.meta.get(SETTINGS_FILE)
    options = {param.name for param in context.command.params if isinstance(param, click.Option)}  # arguments are read
    named = [context.params[name] for name in OUTPUTS if name in options and context.params[name] not in {None, "-"}]
    for number, output in enumerate(named):
        if settings and is_same_place(output, settings):
            raise click.UsageError(f"{output} is the file of --config. Name another output.")
        if any(is_same_place(output, other) for other in named[:number]):
            raise click.UsageError(f"{output} is named for two outputs. Name another one.")
    if context.meta.get(NOT_TAKEN) and not context.params["index"] and not values["quiet"]:
        click.echo(f"note: {context.meta[NOT_TAKEN]}", err=True)
    return Teller(**values)


def is_same_place(path: str, other: str) -> bool:
    """Return whether two paths are one file, or would be."""
    places = os.path.realpath(path), os.path.realpath(other)
    return places[0] == places[1] or (all(map(os.path.isfile, places)) and os.path.samefile(*places))


summary_options = compose(
    config_option,
    click.option("-q", "--quiet", is_flag=True, help="No progress, no summary."),
    click.option("--json", "as_json", is_flag=True, help="Print the summary as JSON on standard output, also with -q."),
    click.option("-v", "--verbose", is_flag=True, help="Say on standard error what each step does."),
    hand_over("teller", ("quiet", "as_json", "verbose"), make_teller),
)
