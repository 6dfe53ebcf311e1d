"""`dedup clean`."""

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

import click

from dedup.cli.option_values import refuse_dash
from dedup.cli.options import (
    index_option,
    inputs_argument,
    settings_options,
    shard_size_option,
    spark_options,
    workers_option,
)
from dedup.cli.teller import Teller, summary_options

if TYPE_CHECKING:
    from dedup.config import CleanSettings


class CleanCommand(click.Command):
    """`dedup clean` with its options in groups; those of no group come last, under the name of the last group."""

    groups: ClassVar[Mapping[str, Sequence[str]]] = {
        "The five that matter first": ["out", "threshold", "remove", "keep", "dry_run"],
        "Input": [
            "text_field", "id_field", "date_field", "title_field", "outlet_field", "url_field",
            "input_format", "encoding", "date_order", "max_record", "max_unpacked", "max_download", "strict", "index",
        ],
        "What is a copy": ["shingle_size", "num_perm", "max_novel", "contained"],
        "Passages": ["passages", "min_tokens", "strip_boilerplate"],
        "Output": ["annotate", "to_stdout", "overwrite", "resume", "as_json", "quiet", "verbose"],
        "Machine": ["config", "workers", "engine", "master", "spark_conf"],
    }  # fmt: skip

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the options, group by group."""
        rest = {
            p.name: row
            for p in self.get_params(ctx)
            if isinstance(p, click.Option) and (row := p.get_help_record(ctx)) is not None
        }
        for number, (title, names) in enumerate(self.groups.items(), 1):
            rows = [rest.pop(name) for name in names if name in rest]
            if number == len(self.groups):
                rows += rest.values()
            with formatter.section(title):
                formatter.write_dl(rows)


@click.command(cls=CleanCommand)
@inputs_argument
@click.option(
    "-o",
    "--out",
    metavar="OUT/",
    callback=refuse_dash,
    help="Folder for the result; made beside and renamed when complete.",
)
@index_option
@settings_options
@workers_option
@shard_size_option
@click.option("--resume", is_flag=True, help="Go on with a run that was cut off.")
@click.option("--overwrite", is_flag=True, help="Replace the run that OUT/ holds.")
@click.option("--dry-run", is_flag=True, help="Say what would be removed, write nothing.")
@click.option("--strict", is_flag=True, help="Stop at the first record that cannot be read, write nothing.")
@click.option("--annotate/--no-annotate", help="Write all records too, with what was decided on them: annotated/.")
@click.option(
    "--to-stdout", is_flag=True, help="Pass what is kept on as a stream, with --annotate all records; -o is optional."
)
@spark_options
@summary_options
def clean(
    inputs: tuple[str, ...],
    out: str | None,
    index: str | None,
    settings: "CleanSettings",
    workers: int,
    shard_size: int | None,
    resume: bool,
    overwrite: bool,
    dry_run: bool,
    strict: bool,
    annotate: bool,
    to_stdout: bool,
    engine: str,
    master: str,
    spark_conf: tuple[str, ...],
    teller: Teller,
) -> int:
    """Remove near-duplicate documents from news files, with a record of every removal.

    A document that another one contains is removed too. A passage that a document prints twice is cut out of it.
    --passages off compares whole documents only and touches no text.

    INPUT is any mix of .jsonl, .json, .csv, .tsv, .txt (each also .gz, .zst, .bz2 or .xz), .parquet, .zip and .tar
    files, folders and patterns of them, addresses (https://, s3://, gs://, hf://), or - for standard input.

    \b
    OUT/ gets these files:
      kept/              the input files without the duplicates, byte for byte
      removed.jsonl      each removed record, whole, with the kept document that justifies it
      related.jsonl      kept documents that are alike and no copies, with the facts in which they differ
      suspicious.jsonl   series that deserve a look: one text under many titles, many days behind one witness
      clusters.jsonl     kept documents with their copies
      passages.jsonl     what is printed twice, and whether it was cut
      boilerplate.jsonl  what many documents of one outlet carry
      edited.jsonl       records whose text was cut, as they were
      rejected.jsonl     records that could not be read
      summary.json       counts, settings, limits that were hit
      annotated/         with --annotate: all records, in their format, with dedup_relation, dedup_witness,
                         dedup_similarity, dedup_cluster and dedup_novel_words
      B3SUMS             digests: --overwrite deletes no file that is not as they say
      .dedup.json        marks the folder: --overwrite replaces no folder without it

    With --index FILE, documents are also compared with those that earlier runs kept, and new documents that a stored
    one contains are removed. Passages and boilerplate are searched in this run alone. --keep orders the new documents;
    stored ones stay. OUT/ and the index agree after a kill at any moment.

    \b
    Examples:
      dedup clean news.jsonl.gz -o cleaned/
      dedup clean day1.jsonl day2.jsonl -o cleaned/ --keep newest:date
      dedup clean articles/ -o cleaned/ --threshold 0.7
      dedup clean day2.jsonl -o day2/ --index news.duckdb      what the index has seen goes, what is new is added
      zcat dump.gz | dedup clean - -o cleaned/ --text-field body --dry-run
      dedup clean day2.jsonl --config day1/summary.json -o day2/     with the settings of another run
      dedup clean news.csv -o marked/ --annotate               all rows, with columns that say which are copies
      zcat dump.gz | dedup clean - --to-stdout -q | wc -l
      dedup clean hdfs://host/news/*.jsonl -o hdfs://host/cleaned --engine spark --master spark://host:7077

    On Spark, OUT/ has a folder of Spark's writers for each of these files (kept/, removed/, related/, ...) and
    summary.json. Decisions are those of the local engine.
    """
    from dedup.cli.config_file import is_of_run
    from dedup.cli.spark import refuse_other_engine

    context = click.get_current_context()
    refuse_other_engine(context)
    annotate = annotate and not (to_stdout and is_of_run(context, "annotate"))
    if out is None and not dry_run and (not to_stdout or index):
        raise click.UsageError("Name a folder for the result with -o OUT/ (or look first with --dry-run).")
    if to_stdout and dry_run:
        raise click.UsageError("--to-stdout passes on what is kept, --dry-run writes nothing. Give one of the two.")
    if to_stdout:
        teller.refuse_second("--to-stdout")
    if resume and overwrite:
        raise click.UsageError("--resume goes on with a run, --overwrite starts anew. Give one of the two.")

    from dedup.cli.named_inputs import exit_code, open_inputs
    from dedup.corpus.files import STDIN
    from dedup.corpus.shards import SHARD_SIZE
    from dedup.output.examples import read_example_cut
    from dedup.output.pack_files import pass_on, refuse_stream
    from dedup.output.run_folder import ANNOTATED, KEPT
    from dedup.pipeline.clean_files import clean as clean_files
    from dedup.pipeline.job import CleanRun
    from dedup.report.terminal.clean_terminal import DRY, render_summary

    if engine == "spark":
        from dedup.cli.spark import clean_files_on_spark, parse_settings
        from dedup.spark.session import SparkRun, SparkSessionOptions

        run_on_spark = SparkRun(inputs, str(out), settings, resume, overwrite, strict)
        summary = clean_files_on_spark(run_on_spark, SparkSessionOptions(master, parse_settings(spark_conf)), teller)
        return exit_code(summary.rejections)
    if resume and STDIN in inputs:
        raise click.UsageError("--resume cannot go on with standard input. Save it to a file first.")
    with open_inputs(inputs, settings.input, out, dry_run=dry_run or out is None) as (files, folder):
        if to_stdout:
            refuse_stream(files)
        run = CleanRun(
            files=files,
            out=folder,
            settings=settings,
            workers=workers,
            resume=resume,
            overwrite=overwrite,
            strict=strict,
            dry_run=dry_run,
            annotate=annotate,
            index=Path(index) if index else None,
            shard_size=shard_size or SHARD_SIZE,
            named=Path(out) if out else None,
        )
        summary, examples = clean_files(run, teller.progress())
        if to_stdout:
            pass_on(files, folder / (ANNOTATED if annotate else KEPT), sys.stdout.buffer)
    place = Path(out) if out and not dry_run else None
    instead = "What is kept was passed on.\n" if to_stdout else DRY

    def render() -> str:
        return render_summary(summary, examples, place, instead, read_example_cut(place) if place else None)

    teller.tell(summary, render, err=to_stdout)
    return exit_code(summary.rejections)
