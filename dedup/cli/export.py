"""`dedup export`: what was found, as a table for a spreadsheet or a data frame."""

import os
import sys
from contextlib import nullcontext

import click

from dedup.cli.option_values import refuse_dash
from dedup.cli.teller import Teller, summary_options

FORMATS = ("csv", "parquet", "xlsx")
NAMES = (
    *("removed", "clusters", "related", "passages", "documents", "boilerplate", "rejected"),
    *("runs", "rows", "links", "left_out", "disagreements", "shares"),
)


@click.command()
@click.argument("source", metavar="OUT/|INDEX|COMPARISON")
@click.option("--table", type=click.Choice(NAMES), default="removed", help="Which table.")
@click.option(
    "--format",
    "output_format",
    type=click.Choice(FORMATS),
    help="xlsx needs newsdedup[xlsx].  [default: the ending of FILE, else csv]",
)
@click.option(
    "-o",
    "--output",
    metavar="FILE",
    callback=refuse_dash,
    help="Write here, also over a file.  [default: standard output]",
)
@summary_options
def export(source: str, table: str, output_format: str | None, output: str | None, teller: Teller) -> None:
    """Write what was found as a table: for a spreadsheet, pandas, Polars, DuckDB or R.

    \b
    Tables of the folder of a run: removed, clusters, related, passages, documents, boilerplate, rejected.
    Tables of an index:            documents, removed, runs.
    Tables of a comparison:        documents, rows, links, left_out, disagreements, shares
                                   (of what dedup compare --format json writes).

    In CSV, a text that a spreadsheet would run as a formula begins with '.

    \b
    Examples:
      dedup export cleaned/ --table removed -o removed.xlsx
      dedup export cleaned/ --table documents -o documents.parquet
      dedup export news.duckdb --table documents | head
      dedup export story.json --table left_out -o left_out.csv
    """
    from dedup.output.output_file import open_output, refuse_output

    refuse_output(output, [source])
    _, dot, ending = os.path.basename(output or "").lower().rpartition(".")
    if dot and not output_format and ending not in FORMATS:
        raise click.UsageError(f"{output}: .{ending} is none of {', '.join(FORMATS)}. Name the format with --format.")
    chosen = output_format or (ending if dot else "csv")
    if output is None and chosen != "csv":
        raise click.UsageError(f"Name a file for {chosen} with -o FILE.")
    if output is None:
        teller.refuse_second("the table. Name a file for that with -o")

    from dedup.output.table_file import write_table
    from dedup.pipeline.export_table import find_table
    from dedup.report.wording import count_things

    place = open_output(output, [source]) if output else nullcontext(sys.stdout.buffer)
    with place as file, find_table(source, table, teller.progress().note) as found:
        count = write_table(found, chosen, file)
    if output is not None:
        teller.tell({"output": output, "rows": count}, lambda: f"wrote {count_things(count, 'row')} to {output}\n")
