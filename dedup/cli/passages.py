"""`dedup passages`."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from dedup.cli.option_values import refuse_dash
from dedup.cli.options import inputs_argument, min_tokens_option, text_options, workers_option
from dedup.cli.teller import Teller, summary_options

if TYPE_CHECKING:
    from dedup.config import InputConfig

BIGGEST = 10


@click.command()
@inputs_argument
@click.option(
    "-o",
    "--out",
    metavar="FILE",
    callback=refuse_dash,
    help="JSON lines, one for each passage; needed with --format json.",
)
@min_tokens_option
@click.option(
    "--scope",
    type=click.Choice(["within", "across", "all"]),
    default="all",
    help="Repeats inside a document, passages that documents share, or both.",
)
@click.option(
    "--format",
    "output_format",
    type=click.Choice(["json", "terminal"]),
    help="json: every passage to FILE. terminal: the ten biggest with context. [default: json with -o, else terminal]",
)
@text_options
@workers_option
@summary_options
def passages(
    inputs: tuple[str, ...],
    out: str | None,
    min_tokens: int,
    scope: str,
    output_format: str | None,
    records: "InputConfig",
    workers: int,
    teller: Teller,
) -> int:
    """List the passages that occur more than once, with both places in characters of the original text.

    Each line is a later copy, with its source: the first document that contains it. So a passage in a thousand
    documents has 999 lines, not half a million. Nothing is removed.

    \b
    Examples:
      dedup passages news.jsonl.gz -o passages.jsonl
      dedup passages article.txt --scope within
      dedup passages day*.jsonl --scope across --min-tokens 40 --format terminal
    """
    chosen = output_format or ("json" if out else "terminal")
    if chosen == "json" and out is None:
        raise click.UsageError("Name a file for the passages with -o FILE.")

    from dedup.cli.named_inputs import exit_code, open_inputs
    from dedup.config import CleanSettings, PassageConfig
    from dedup.output.output_file import is_written_directly, refuse_output
    from dedup.pipeline.job import CleanRun
    from dedup.pipeline.list_passages import list_passages
    from dedup.report.terminal.passages_terminal import render_passages

    config = PassageConfig(scope, min_tokens, contained=None)
    with open_inputs(inputs, records, out, dry_run=out is None or is_written_directly(out)) as named:
        refuse_output(out, named.locations)
        run = CleanRun(*named, CleanSettings(passages=config, input=records), workers)
        target = Path(out) if out else None
        num_shown = BIGGEST if chosen == "terminal" else 0
        found = list_passages(run, teller.progress(), target, num_shown)
    summary = {"passages": found.count, "rejections": found.rejections}
    teller.tell(summary, lambda: render_passages(found, out))
    return exit_code(found.rejections)
