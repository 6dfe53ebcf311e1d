"""`dedup diff`: what changed between two texts."""

import shutil
from typing import TYPE_CHECKING

import click

from dedup.cli.options import color_option, format_option, is_coloured, output_option, width_option, write_output

if TYPE_CHECKING:
    from dedup.config import InputConfig
    from dedup.diff.model import Diff, TextNames

EXIT_SAME = 0
EXIT_DIFFERENT = 1


@click.command()
@click.argument("old", metavar="OLD")
@click.argument("new", metavar="NEW")
@click.option("--from", "corpus", metavar="FILE", help="OLD and NEW are ids of documents in this corpus file.")
@click.option("--id-field", default="id", show_default=True, help="Field that holds the id, with --from.")
@click.option("--text-field", default="text", show_default=True, help="Field that holds the text, with --from.")
@format_option("For a person, a browser, a program, or `dedup apply`.", "terminal", "html", "json", "patch")
@output_option
@color_option
@click.option(
    "--layout",
    type=click.Choice(["auto", "inline", "side-by-side"]),
    default="auto",
    show_default=True,
    help="For the terminal; auto looks at the width.",
)
@width_option
def diff(
    old: str,
    new: str,
    corpus: str | None,
    id_field: str,
    text_field: str,
    output_format: str,
    output: str | None,
    color: str,
    layout: str,
    width: int | None,
) -> int:
    """Show what changed from OLD to NEW, by sentence and word. Moved passages are shown as moved, not as dropped.

    Exit code: 0 the texts are the same, 1 they differ, 2 error.

    \b
    Examples:
      dedup diff old.txt new.txt
      dedup diff old.txt new.txt --format html -o changes.html
      dedup diff --from news.jsonl.gz a17 b42
    """
    from dedup.config import InputConfig
    from dedup.corpus.files import printable
    from dedup.corpus.text_file import read_text_file
    from dedup.diff.engine import diff_texts
    from dedup.diff.model import TextNames
    from dedup.output.output_file import refuse_output

    inputs = [corpus] if corpus else [old, new]
    refuse_output(output, inputs)
    names = TextNames(printable(old), printable(new))
    config = InputConfig(text_field, id_field)
    texts = _read_corpus(corpus, [old, new], config) if corpus else map(read_text_file, (old, new))
    found = diff_texts(*texts)
    if output_format == "terminal":
        rendered = _render_terminal(
            found, names, color if output is None or color == "always" else "never", layout, width
        )
    else:
        rendered = _render(found, names, output_format)
    write_output(rendered, output, inputs)
    return EXIT_SAME if found.is_identical else EXIT_DIFFERENT


def _read_corpus(corpus: str, ids: list[str], config: "InputConfig") -> list[str]:
    from dedup.corpus.document_reader import DocumentReader
    from dedup.corpus.files import find_files

    return [document.text for document in DocumentReader(find_files([corpus]), config).require_ids(ids)]


def _render(found: "Diff", names: "TextNames", output_format: str) -> str:
    if output_format == "json":
        from dedup.report.diff.diff_json import render_json

        return render_json(found, names)
    if output_format == "patch":
        from dedup.diff.patch import format_patch

        return format_patch(found)
    from dedup.report.diff.diff_html import render_html

    return render_html(found, names)


def _render_terminal(found: "Diff", names: "TextNames", color: str, layout: str, width: int | None) -> str:
    from dedup.report.diff.diff_terminal import MIN_SIDE_BY_SIDE, Screen, render_terminal

    columns = width or shutil.get_terminal_size().columns
    is_side_by_side = layout == "side-by-side" or (layout == "auto" and columns >= MIN_SIDE_BY_SIDE)
    return render_terminal(found, names, Screen(columns, is_coloured(color), is_side_by_side))
