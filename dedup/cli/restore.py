"""`dedup restore`."""

from pathlib import Path

import click

from dedup.cli.option_values import refuse_dash
from dedup.cli.teller import Teller, summary_options


@click.command()
@click.argument("out", metavar="OUT/")
@click.option(
    "-o",
    "--output",
    required=True,
    metavar="DIR",
    callback=refuse_dash,
    help="Empty or new folder for the rebuilt files.",
)
@click.option("--force", is_flag=True, help="Go on where files of OUT/ were changed or are missing, and say which.")
@summary_options
def restore(out: str, output: str, force: bool, teller: Teller) -> None:
    """Rebuild the input files of a clean run from its output folder OUT/.

    The files are equal to the input byte for byte; compressed ones are equal after decompression, Parquet files in
    schema, rows and order. Nothing is restored from an OUT/ of which a file was changed after the run, or is missing.

    \b
    Example:
      dedup restore cleaned/ -o original/
    """
    from dedup.output.restore_input import restore as restore_files
    from dedup.report.wording import count_things

    progress = teller.progress()
    written = restore_files(Path(out), Path(output), progress.advance, progress.note, force=force)
    teller.tell({"files": written}, lambda: f"restored {count_things(len(written), 'file')} to {output}\n")
