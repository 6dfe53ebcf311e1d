"""`dedup sources`: what text outlets share, and where it came from."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from dedup.cli.option_values import refuse_dash
from dedup.cli.options import inputs_argument, min_tokens_option, record_options, workers_option
from dedup.cli.teller import Teller, summary_options

if TYPE_CHECKING:
    from dedup.config import InputConfig
    from dedup.corpus.files import SourceFile
    from dedup.sources.articles import WireField


@click.command()
@inputs_argument
@click.option("-o", "--out", required=True, metavar="DIR", callback=refuse_dash, help="Folder for tables and pages.")
@click.option(
    "--wire",
    "wires",
    multiple=True,
    metavar="FILE|OUTLET|FIELD=VALUE",
    help="A known source: a file of its texts, an outlet, or records by a field. May be given several times.",
)
@click.option("--stories", metavar="FILE", help="Count independent texts for each story of `dedup stories`.")
@record_options
@click.option("--credit-field", default="author", help="Field that may credit an agency.")
@min_tokens_option
@workers_option
@click.option("--overwrite", is_flag=True, help="Replace what an earlier run left in DIR.")
@summary_options
def sources(
    inputs: tuple[str, ...],
    out: str,
    wires: tuple[str, ...],
    stories: str | None,
    records: "InputConfig",
    credit_field: str,
    min_tokens: int,
    workers: int,
    overwrite: bool,
    teller: Teller,
) -> int:
    """Find text that several outlets have, who is its likely source, and how much of each outlet is its own.

    A family is a text that articles of several outlets share. Its source is a known one (--wire), one that articles
    credit, or a press office that they name. Else DIR says who was first, which proves no copy, or that it is unknown.

    \b
    Examples:
      dedup sources news.jsonl.gz -o sources/
      dedup sources news.jsonl.gz -o sources/ --wire releases.jsonl.gz --wire afp
      dedup stories news.jsonl -o s.jsonl; dedup sources news.jsonl -o sources/ --stories s.jsonl
    """
    from dedup.cli.named_inputs import exit_code, find_sources
    from dedup.pipeline.list_sources import SourceRun
    from dedup.pipeline.write_source_report import write_sources
    from dedup.report.sources.sources_terminal import render_sources

    place = Path(out)
    with find_sources(inputs, place, records) as files:
        wire_files, fields = read_wires(wires, records)
        names = {os.path.realpath(file.location): Path(file.path).name.partition(".")[0] for file in wire_files}
        every = [file for file in files if os.path.realpath(file.location) not in names] + wire_files
        run = SourceRun(every, names, fields, records, credit_field, min_tokens, workers)
        written = write_sources(run, place, stories, teller.progress(), overwrite=overwrite)
    teller.tell(written.summary, lambda: render_sources(written.summary, written.matrix, out))
    return exit_code(written.summary.rejections)


def read_wires(wires: Sequence[str], records: "InputConfig") -> "tuple[list[SourceFile], tuple[WireField, ...]]":
    """Return the files of known sources, and the fields that tell their records."""
    from dedup.corpus.files import find_files
    from dedup.corpus.formats import split_format
    from dedup.corpus.remote import is_remote
    from dedup.errors import InputError
    from dedup.sources.articles import WireField

    paths = [wire for wire in wires if os.path.exists(wire)]
    fields = []
    for wire in wires:
        name, is_field, value = wire.partition("=")
        if wire not in paths and (is_remote(wire) or any(split_format(wire))):
            raise InputError(f"--wire {wire}: there is no such file.")
        if wire not in paths:
            fields.append(WireField(f"wire={name}", value) if is_field else WireField("outlet", wire))
    return find_files(paths, records.input_format, records.encoding) if paths else [], tuple(fields)
