"""`dedup stories`."""

from typing import TYPE_CHECKING

import click

from dedup.cli.option_values import or_off
from dedup.cli.options import article_options, inputs_argument
from dedup.cli.teller import Teller, summary_options

if TYPE_CHECKING:
    from dedup.config import InputConfig


@click.command()
@inputs_argument
@click.option(
    "-o", "--out", required=True, metavar="FILE", help="JSON lines, one for each story; - for standard output."
)
@article_options
@click.option(
    "--window",
    default="3",
    metavar="DAYS|off",
    callback=or_off(int, "a number of days"),
    help="Most days between two documents that count as alike; one without a date is compared with all.",
)
@click.option(
    "--threshold", default=0.1, help="Mean similarity from which documents are one story: lower for broader stories."
)
@click.option("--min-size", default=2, help="Documents that a story has at least.")
@summary_options
def stories(
    inputs: tuple[str, ...],
    out: str,
    records: "InputConfig",
    window: int | None,
    threshold: float,
    min_size: int,
    teller: Teller,
) -> int:
    """Group documents into stories: the same event, told by different outlets in different words.

    Documents are looked up by the rare words, names and numbers they share, inside some days, and grouped by their
    mean similarity. Within a topic, what all of it shares counts little: two earthquakes are two stories.
    Needs no model and works in any language, but does not match texts across languages.

    \b
    Examples:
      dedup stories news.jsonl.gz -o stories.jsonl
      dedup stories day*.jsonl -o - --window 1 | head -1
      dedup stories dump.parquet -o stories.jsonl --text-field body --date-field published --outlet-field site
      dedup stories articles/ -o stories.jsonl --window off --min-size 3
    """
    from dedup.cli.named_inputs import exit_code, open_inputs
    from dedup.output.output_file import is_written_directly, refuse_output
    from dedup.output.story_file import write_stories
    from dedup.pipeline.list_stories import StoryRun, list_stories
    from dedup.report.terminal.stories_terminal import render_stories
    from dedup.story_config import StoryConfig

    config = StoryConfig(threshold, window=window, min_size=min_size)
    to_stdout = out == "-"
    if to_stdout:
        teller.refuse_second("-o -")
    target = None if to_stdout else out
    with open_inputs(inputs, records, target, dry_run=to_stdout or is_written_directly(out), unpacked=True) as named:
        refuse_output(target, named.locations)
        result = list_stories(StoryRun(named.files, config, records), teller.progress())
    write_stories(result.stories, out, named.locations)
    summary = {"stories": len(result.stories), "counts": result.counts, "limits": result.limits}
    teller.tell(summary, lambda: render_stories(result, target), err=to_stdout)
    return exit_code(result.counts.rejections)
