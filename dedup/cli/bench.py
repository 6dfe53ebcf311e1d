"""`dedup bench`: what a corpus costs, what is found in it, and which threshold suits it."""

from typing import TYPE_CHECKING

import click

from dedup.cli.options import (
    format_option,
    inputs_argument,
    output_option,
    quiet_option,
    settings_options,
    width_option,
    workers_option,
    write_output,
)
from dedup.cli.progress import TerminalProgress

if TYPE_CHECKING:
    from dedup.config import CleanSettings


@click.command()
@inputs_argument
@click.option("--suggest", is_flag=True, help="Try thresholds and shingle sizes, show pairs around each threshold.")
@click.option(
    "--judged",
    metavar="FILE",
    help='JSON lines {"removed": ID, "kept": ID, "verdict": "right" or "wrong"}: which of these pairs go, which stay.',
)
@format_option("For a person or a program.", "terminal", "json")
@output_option
@settings_options
@workers_option
@width_option
@quiet_option
def bench(
    inputs: tuple[str, ...],
    suggest: bool,
    judged: str | None,
    output_format: str,
    output: str | None,
    settings: "CleanSettings",
    workers: int,
    width: int,
    quiet: bool,
) -> None:
    """Measure what dedup does to your files: time and memory, also at 10 and 100 times the size; and what it finds.

    Copies with known edits are planted in a sample of your own documents, so that recall and precision are those of
    your data. Nothing is written but the result; the work is done in a temporary folder.

    \b
    Examples:
      dedup bench news.jsonl.gz
      dedup bench news.jsonl.gz --suggest
      dedup bench news.jsonl.gz --judged verdicts.jsonl --max-novel 0.2
      dedup bench dump/*.jsonl --threshold 0.7 --format json -o bench.json
    """
    from dedup.cli.named_inputs import open_inputs
    from dedup.output.output_file import refuse_output
    from dedup.pipeline.run_bench import BenchRun
    from dedup.pipeline.run_bench import bench as measure
    from dedup.report.encode import encode_json
    from dedup.report.terminal.bench_terminal import render_terminal

    with open_inputs(inputs, settings.input, None, dry_run=True, unpacked=True) as named:
        locations = [*named.locations, *([judged] if judged else [])]
        refuse_output(output, locations)
        run = BenchRun(named.files, settings, workers, suggest=suggest, judged=judged)
        found = measure(run, TerminalProgress(quiet=quiet))
    rendered = encode_json(found) if output_format == "json" else render_terminal(found, width)
    write_output(rendered, output, locations)
