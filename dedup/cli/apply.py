"""`dedup apply`: the new text from a patch and the old text."""

import click

from dedup.cli.option_values import refuse_dash
from dedup.cli.teller import Teller, summary_options


@click.command()
@click.argument("patch", metavar="PATCH")
@click.argument("old", metavar="OLD")
@click.option("-o", "--output", metavar="NEW", required=True, callback=refuse_dash, help="File to write.")
@summary_options
def apply(patch: str, old: str, output: str, teller: Teller) -> None:
    """Make NEW from OLD and a PATCH written by `dedup diff --format patch`, byte for byte.

    \b
    Example:
      dedup diff old.txt new.txt --format patch -o changes.patch
      dedup apply changes.patch old.txt -o new.txt
    """
    from dedup.corpus.text_file import read_text_file
    from dedup.diff.adapter import apply_patch
    from dedup.output.output_file import open_output, refuse_output

    refuse_output(output, [patch])  # OLD may be replaced: it is whole until NEW is
    new = apply_patch(read_text_file(patch), read_text_file(old))
    with open_output(output, [patch]) as file:
        count = file.write(new.encode("utf-8"))
    teller.tell({"output": output, "bytes": count}, str)
