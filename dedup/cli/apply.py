"""`dedup apply`: the new text from a patch and the old text."""

from pathlib import Path

import click


@click.command()
@click.argument("patch", metavar="PATCH")
@click.argument("old", metavar="OLD")
@click.option("-o", "--output", metavar="NEW", required=True, help="File to write.")
def apply(patch: str, old: str, output: str) -> None:
    """Make NEW from OLD and a PATCH written by `dedup diff --format patch`, byte for byte.

    \b
    Example:
      dedup diff old.txt new.txt --format patch -o changes.patch
      dedup apply changes.patch old.txt -o new.txt
    """
    from dedup.corpus.text_file import read_text_file
    from dedup.diff.patch import apply_patch

    new = apply_patch(read_text_file(patch), read_text_file(old))
    Path(output).write_bytes(new.encode("utf-8"))
