"""`dedup index`: what an index holds, and what is put into it and taken out of it."""

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from dedup.cli.option_values import refuse_dash
from dedup.cli.options import (
    format_option,
    inputs_argument,
    min_tokens_option,
    output_option,
    settings_options,
    workers_option,
    write_output,
)
from dedup.cli.teller import Teller, summary_options

required_index_option = click.option("--index", required=True, metavar="FILE", help="The index: one DuckDB file.")

if TYPE_CHECKING:
    from dedup.config import CleanSettings


@click.group()
def index() -> None:
    """Look into an index of earlier runs, add to it, take from it.

    An index remembers the documents that runs with --index kept, so that copies of them are found on later days.

    \b
    Examples:
      dedup clean day2.jsonl -o out/ --index news.duckdb      what the index has seen goes, what is new is added
      dedup index add archive/*.jsonl.gz --index news.duckdb  add without an output folder
      dedup index check inbox.jsonl --index news.duckdb       which of these are known, as JSON lines
      dedup index find passage.txt --index news.duckdb        where else this passage is
      dedup index info --index news.duckdb
    """


@index.command(short_help="Say what an index holds: documents, runs, bytes, settings.")
@required_index_option
@format_option("For a person or a program.", "terminal", "json", is_written=False)
def info(index: str, output_format: str) -> None:
    """Say what an index holds: documents, runs, bytes for each document by part, settings.

    \b
    Example:
      dedup index info --index news.duckdb --format json
    """
    from dedup.index.admin import describe_index
    from dedup.index.store import IndexFile
    from dedup.report.encode import encode_json
    from dedup.report.terminal.index_terminal import render_index

    found = describe_index(IndexFile(Path(index)))
    click.echo(encode_json(found, indent=2) if output_format == "json" else render_index(found), nl=False)


@index.command(short_help="Add documents to an index without writing them out.")
@inputs_argument
@required_index_option
@settings_options
@workers_option
@click.option("--strict", is_flag=True, help="Stop at the first record that cannot be read, add nothing.")
@summary_options
def add(
    inputs: tuple[str, ...],
    index: str,
    settings: "CleanSettings",
    workers: int,
    strict: bool,
    teller: Teller,
) -> int:
    """Add documents to an index without writing them out: the same decisions as `dedup clean --index`.

    \b
    Example:
      dedup index add archive/*.jsonl.gz --index news.duckdb
    """
    from dedup.cli.named_inputs import exit_code, open_inputs
    from dedup.pipeline.clean_files import clean as clean_files
    from dedup.pipeline.job import CleanRun
    from dedup.report.terminal.clean_terminal import render_summary

    with open_inputs(inputs, settings.input, index, dry_run=True) as (files, scratch):
        run = CleanRun(files, scratch, settings, workers, strict=strict, dry_run=True, index=Path(index), add=True)
        summary, examples = clean_files(run, teller.progress())
    teller.tell(summary, lambda: render_summary(summary, examples, None, f"Added to {index}.\n"))
    return exit_code(summary.rejections)


@index.command(short_help="Say which documents an index knows, without adding any.")
@inputs_argument
@required_index_option
@output_option
@settings_options
@workers_option
@summary_options
def check(
    inputs: tuple[str, ...],
    index: str,
    output: str | None,
    settings: "CleanSettings",
    workers: int,
    teller: Teller,
) -> int:
    """Say which documents an index knows: a JSON line for each, with the one there that it is a copy or a part of.

    Each is compared with the index alone, not with the others. Nothing is added.

    \b
    Example:
      dedup index check inbox.jsonl --index news.duckdb -o known.jsonl
    """
    from dedup.cli.named_inputs import exit_code, open_inputs
    from dedup.output.output_file import refuse_output
    from dedup.pipeline.check_index import check_documents
    from dedup.pipeline.job import CleanRun
    from dedup.report.wording import warn_of_rejections

    if output is None:
        teller.refuse_second("the list. Name a file for that with -o")
    with open_inputs(inputs, settings.input, output, dry_run=True) as named:
        locations = [index, *named.locations]
        refuse_output(output, locations)
        run = CleanRun(*named, settings, workers, dry_run=True, index=Path(index))
        found = check_documents(run, teller.progress())
    write_output(b"".join(found.lines).decode(), output, locations)
    summary = {"documents": found.count, "known": len(found.lines), "rejections": found.rejections}
    warning = warn_of_rejections(found.rejections)
    known = f"{warning}{len(found.lines):,} of {found.count:,} documents are known\n"
    teller.tell(summary, lambda: known, err=True)
    return exit_code(found.rejections)


@index.command(short_help="Say where else the passages of a text are.")
@click.argument("text", metavar="TEXT|FILE")
@required_index_option
@min_tokens_option
@click.option(
    "--max-documents",
    type=click.IntRange(1),
    default=20,
    show_default=True,
    metavar="N",
    help="Documents to show: those that have most words of the text.",
)
@format_option("For a person or a program.", "terminal", "json")
@output_option
def find(text: str, index: str, min_tokens: int, max_documents: int, output_format: str, output: str | None) -> None:
    """Say where else the passages of a text are: in which documents of an index, and at which words of both.

    TEXT|FILE is a text file, a text in quotes, or - for standard input.

    \b
    Examples:
      dedup index find article.txt --index news.duckdb
      dedup index find "a sentence of at least twenty words ..." --index news.duckdb --json
      pbpaste | dedup index find - --index news.duckdb --min-tokens 12
    """
    import msgspec

    from dedup.cli.named_inputs import read_asked
    from dedup.index.store import IndexFile
    from dedup.output.output_file import refuse_output
    from dedup.pipeline.find_in_index import find_in_index
    from dedup.report.encode import encode_json
    from dedup.report.terminal.index_terminal import render_found

    locations = [index, text] if os.path.isfile(text) else [index]
    refuse_output(output, locations)
    found = find_in_index(IndexFile(Path(index)), read_asked(text), min_tokens)
    listed = msgspec.structs.replace(found, found=found.found[:max_documents])
    rendered = encode_json(listed, indent=2) if output_format == "json" else render_found(found, max_documents)
    write_output(rendered, output, locations)


@index.command(short_help="Take a run, or documents by id, out of an index.")
@required_index_option
@click.option("--run", "run_name", metavar="R", help="A run, as `dedup index info` names it, with all that it brought.")
@click.option("--ids", metavar="FILE", help="A file with one id on each line; - for standard input.")
@summary_options
def remove(index: str, run_name: str | None, ids: str | None, teller: Teller) -> None:
    """Take a run, or documents by id, out of an index.

    What it knew of documents that were removed as copies of them goes too: such a text counts as new from then on.

    \b
    Examples:
      dedup index remove --index news.duckdb --run 0002-87d998d0
      dedup index remove --index news.duckdb --ids withdrawn.txt
    """
    if (run_name is None) == (ids is None):
        raise click.UsageError("Say what to remove: a run with --run R, or documents with --ids FILE.")

    from dedup.corpus.text_file import decode_text, read_whole
    from dedup.index.admin import remove_ids, remove_run
    from dedup.index.store import IndexFile
    from dedup.report.wording import SHOWN, count_things
    from dedup.text.control_characters import show_line

    file, unknown = IndexFile(Path(index)), list[str]()
    if run_name is not None:
        count = remove_run(file, run_name)
    else:
        with sys.stdin.buffer if ids == "-" else open(str(ids), "rb") as opened:
            lines = decode_text(read_whole(opened, str(ids)), str(ids)).split("\n")
        count, unknown = remove_ids(file, {line.removesuffix("\r") for line in lines if line})
    shown = f"{', '.join(map(show_line, unknown[:SHOWN]))}{', ...' if len(unknown) > SHOWN else ''}"
    absent = f"; no document has the {'id' if len(unknown) == 1 else 'ids'} {shown}" if unknown else ""
    removed = f"removed {count_things(count, 'document')} from {index}{absent}\n"
    teller.tell({"removed": count, "unknown": unknown}, lambda: removed)


@index.command(short_help="Write the documents of an index as Parquet.")
@required_index_option
@click.option("-o", "--output", required=True, metavar="FILE", callback=refuse_dash, help="Write to this file.")
@summary_options
def export(index: str, output: str, teller: Teller) -> None:
    """Write one row for each document of an index as Parquet, for pandas, Polars or DuckDB.

    \b
    Example:
      dedup index export --index news.duckdb -o documents.parquet
    """
    from dedup.index.admin import export_documents
    from dedup.index.store import IndexFile
    from dedup.output.output_file import refuse_output
    from dedup.report.wording import count_things

    refuse_output(output, [index])
    count = export_documents(IndexFile(Path(index)), Path(output))
    teller.tell({"documents": count}, lambda: f"wrote {count_things(count, 'document')} to {output}\n")
