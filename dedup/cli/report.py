"""`dedup report`."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from dedup.cli.option_values import refuse_dash
from dedup.cli.options import field_options, workers_option
from dedup.cli.teller import Teller, summary_options

if TYPE_CHECKING:
    from dedup.config import InputConfig


@click.command()
@click.argument("out", metavar="OUT/")
@click.option(
    "-o",
    "--output",
    metavar="DIR",
    callback=refuse_dash,
    help="Folder for the report.  [default: OUT-report, beside OUT]",
)
@field_options
@click.option(
    "--max-clusters",
    type=click.IntRange(0),
    default=10_000,
    help="Clusters that get a page: the largest. The numbers count all.",
)
@click.option(
    "--near-misses/--no-near-misses",
    default=True,
    help="Compare the kept documents once more, to show the pairs just below the threshold.",
)
@workers_option
@click.option("--overwrite", is_flag=True, help="Replace the report that DIR holds.")
@summary_options
def report(
    out: str,
    output: str | None,
    fields: "InputConfig",
    max_clusters: int,
    near_misses: bool,
    workers: int,
    overwrite: bool,
    teller: Teller,
) -> None:
    """Write the report of the clean run in OUT/ as a folder of HTML pages.

    DIR/index.html has the numbers of the run: copies by outlet and by day, who is covered by whom, similarities, the
    pairs nearest the threshold on both sides, boilerplate, limits. Every cluster has a page with what each removed
    document changed. The pages load nothing, and need no script.

    OUT/ is only read. DIR is made beside its place and renamed when it is complete.

    \b
    Examples:
      dedup report cleaned/                      writes cleaned-report/
      dedup report cleaned/ -o html/ --outlet-field source --date-field published
    """
    from dedup.pipeline.write_report import ReportRun, write_report
    from dedup.report.corpus.report_folder import default_folder
    from dedup.report.wording import count_things

    run = ReportRun(
        out=Path(out),
        target=Path(output) if output else default_folder(Path(out)),
        fields=fields,
        max_clusters=max_clusters,
        near_misses=near_misses,
        workers=workers,
        overwrite=overwrite,
    )
    written = write_report(run, teller.progress())
    cut = f" (the largest {written.num_pages:,} have a page)" if written.num_pages < written.num_clusters else ""
    teller.tell(written, lambda: f"report of {count_things(written.num_clusters, 'cluster')}{cut}: {written.index}\n")
