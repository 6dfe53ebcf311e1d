"""`dedup diff`: what changed between two texts."""

import os
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from dedup.cli.options import (
    color_option,
    format_option,
    is_coloured,
    output_option,
    quiet_option,
    text_options,
    width_option,
    write_output,
)
from dedup.cli.progress import TerminalProgress

if TYPE_CHECKING:
    from collections.abc import Callable

    from dedup.config import InputConfig
    from dedup.diff.ignored_changes import Ignored
    from dedup.diff.model import Diff, TextNames
    from dedup.report.diff.diff_stat import ComparedFile
    from dedup.report.diff.diff_terminal import Screen

EXIT_SAME = 0
EXIT_DIFFERENT = 1


@click.command()
@click.argument("old", metavar="OLD")
@click.argument("new", metavar="NEW")
@click.option("--from", "corpus", metavar="FILE", help="OLD and NEW are ids of documents in this corpus file.")
@click.option("--stat", is_flag=True, help="Only count the words that were added (+), dropped (-) and moved (~).")
@click.option(
    "--ignore",
    "ignore",
    multiple=True,
    type=click.Choice(["space", "case", "typography"]),
    help="Show no change of this kind; may be repeated.",
)
@click.option(
    "-U",
    "--unified",
    "context",
    type=click.IntRange(0),
    default=1,
    metavar="N",
    help="Unchanged sentences shown on each side of a change, in the terminal.",
)
@format_option("For a person, a browser, a program, or `dedup apply`.", "terminal", "html", "json", "patch")
@output_option
@color_option
@click.option(
    "--layout",
    type=click.Choice(["auto", "inline", "side-by-side"]),
    default="auto",
    help="For the terminal; auto looks at the width.",
)
@width_option
@click.option("--pager/--no-pager", default=True, help="At a terminal, show long output page by page.")
@quiet_option
@text_options
def diff(
    old: str,
    new: str,
    corpus: str | None,
    stat: bool,
    ignore: tuple[str, ...],
    context: int,
    output_format: str,
    output: str | None,
    color: str,
    layout: str,
    width: int,
    pager: bool,
    quiet: bool,
    records: "InputConfig",
) -> int:
    """Show what changed from OLD to NEW, by sentence and word. Moved passages are shown as moved, not as dropped.

    OLD and NEW are two text files, or two folders: then files of one name are compared.

    Exit code: 0 the texts are the same, 1 they differ, 2 error.

    \b
    Examples:
      dedup diff old.txt new.txt
      dedup diff old.txt new.txt --format html -o changes.html
      dedup diff monday/ tuesday/ --stat
      dedup diff old.txt new.txt --ignore typography --ignore space
      dedup diff --from news.jsonl.gz a17 b42
    """
    from dedup.diff.engine import diff_texts
    from dedup.diff.ignored_changes import Ignored, ignore_changes
    from dedup.diff.model import TextNames
    from dedup.output.output_file import refuse_output
    from dedup.report.diff.diff_stat import ComparedFile, PairState
    from dedup.report.diff.diff_terminal import MIN_SIDE_BY_SIDE, Screen, render_terminal
    from dedup.text.printed_paths import printable

    inputs = [corpus] if corpus else [old, new]
    refuse_output(output, inputs)
    ignored = frozenset(map(Ignored, ignore))
    if ignored and output_format == "patch":
        raise click.UsageError("A patch makes every byte of the new text. Leave --ignore out.")
    if stat and output_format in {"html", "patch"}:
        raise click.UsageError(f"--stat counts words, as text or JSON. Leave it out for --format {output_format}.")
    is_side_by_side = layout == "side-by-side" or (layout == "auto" and width >= MIN_SIDE_BY_SIDE)
    screen = Screen(width, is_coloured(color, output), is_side_by_side, context)
    is_shown = pager and output is None
    if corpus is None and os.path.isdir(old) and os.path.isdir(new):
        files = read_folders(old, new, ignored, output_format)
        show(render_files(files, screen, output_format, stat=stat), output, inputs, pager=is_shown)
        return EXIT_SAME if all(file.state is PairState.SAME for file in files) else EXIT_DIFFERENT
    names = TextNames(printable(old), printable(new))
    texts = read_texts(old, new, corpus, records, TerminalProgress(quiet=quiet).note)
    found = ignore_changes(diff_texts(*texts), ignored)
    is_same = not (found.edits or found.moves)
    if stat:
        state = PairState.SAME if is_same else PairState.CHANGED
        rendered = render_files([ComparedFile(names.new, state, found)], screen, output_format, stat=True)
    elif output_format == "terminal":
        rendered = render_terminal(found, names, screen)
    else:
        rendered = render(found, names, output_format)
    show(rendered, output, inputs, pager=is_shown and output_format == "terminal")
    return EXIT_SAME if is_same else EXIT_DIFFERENT


def read_texts(
    old: str, new: str, corpus: str | None, config: "InputConfig", tell: "Callable[[str], None]"
) -> list[str]:
    """Return the two texts: files, or documents of a corpus."""
    from dedup.corpus.text_file import read_text_file

    if corpus is None:
        return [read_text_file(path) for path in (old, new)]
    from dedup.corpus.document_reader import open_documents

    with open_documents([corpus], config, ("text", "id"), tell) as reader:
        return [document.text for document in reader.require_ids([old, new])]


def read_folders(old: str, new: str, ignored: "frozenset[Ignored]", output_format: str) -> "list[ComparedFile]":
    """Return the files of two folders, compared."""
    from dedup.pipeline.compare_folders import compare_folders

    if output_format in {"html", "patch"}:
        raise click.UsageError(f"--format {output_format} is for two files. Name one of the files that --stat lists.")
    return list(compare_folders(Path(old), Path(new), ignored))


def render_files(files: "list[ComparedFile]", screen: "Screen", output_format: str, *, stat: bool) -> str:
    """Return the files of two folders: counts, and the changes where they are asked for."""
    from dedup.diff.model import TextNames
    from dedup.report.diff.diff_stat import PairState, render_stat, render_stat_json
    from dedup.report.diff.diff_terminal import render_terminal

    if output_format == "json":
        return render_stat_json(files)
    parts = [render_stat(files)]
    if not stat:
        changed = ((file.diff, file.name) for file in files if file.diff and file.state is PairState.CHANGED)
        parts += [render_terminal(found, TextNames(f"old/{name}", f"new/{name}"), screen) for found, name in changed]
    return "\n".join(parts)


def render(found: "Diff", names: "TextNames", output_format: str) -> str:
    """Return the diff as JSON, as a patch or as a page."""
    if output_format == "json":
        from dedup.report.diff.diff_json import render_json

        return render_json(found, names)
    if output_format == "patch":
        from dedup.diff.adapter import format_patch

        return format_patch(found)
    from dedup.report.diff.diff_html import render_html

    return render_html(found, names)


def show(rendered: str, output: str | None, inputs: list[str], *, pager: bool) -> None:
    """Write the output; at a terminal, what is longer than the screen goes through a pager."""
    if pager and sys.stdout.isatty() and rendered.count("\n") >= shutil.get_terminal_size().lines:
        os.environ.setdefault("LESS", "FRX")
        click.echo_via_pager(rendered, color=True)
    else:
        write_output(rendered, output, inputs)
