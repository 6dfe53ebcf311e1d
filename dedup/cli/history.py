"""`dedup history`: what an outlet changed in an article, and when."""

import shutil
from typing import TYPE_CHECKING

import click

from dedup.cli.options import (
    article_options,
    color_option,
    format_option,
    is_coloured,
    output_option,
    text_options,
    width_option,
    write_output,
)

if TYPE_CHECKING:
    from dedup.config import FieldNames, InputConfig
    from dedup.history.version_history import Version, VersionHistory
    from dedup.pipeline.collect_versions import VersionFields
    from dedup.report.diff.diff_terminal import Screen


@click.command()
@click.argument("versions", nargs=-1, metavar="[VERSION...]")
@click.option(
    "--from", "corpus", metavar="FILE", help="Take the versions of one article of this corpus; see --group-field."
)
@click.option("--group-field", default="url", show_default=True, help="Field that the versions of an article share.")
@click.option(
    "--order-field",
    metavar="FIELD",
    help="Field with the order.  [default: date, fetched or version; else as in the file]",
)
@format_option("For a person, a browser, a program or a spreadsheet.", "terminal", "html", "json", "csv")
@click.option("-p", "--patch", is_flag=True, help="Show the changes of every step.")
@click.option(
    "--between",
    nargs=2,
    type=click.IntRange(1),
    metavar="A B",
    help="Show the changes from version A to B, counted from 1.",
)
@click.option("--blame", is_flag=True, help="Show each sentence with the version it came in with.")
@output_option
@color_option
@width_option
@text_options
@article_options
def history(
    versions: tuple[str, ...],
    corpus: str | None,
    group_field: str,
    order_field: str | None,
    output_format: str,
    patch: bool,
    between: tuple[int, int] | None,
    blame: bool,
    output: str | None,
    color: str,
    width: int | None,
    records: "InputConfig",
    fields: "FieldNames",
) -> None:
    """Show what changed from each version of an article to the next, and since when each sentence is there.

    Versions are text files in their order, or documents of a corpus that share a URL.

    \b
    Examples:
      dedup history monday.txt tuesday.txt friday.txt
      dedup history --from news.jsonl https://example.com/fire
      dedup history --from revisions.jsonl.gz 2025-01-01 --group-field group --blame
      dedup history v*.txt --between 1 3
      dedup history v*.txt --format html -o history.html
    """
    from dedup.history.trace_versions import trace_versions
    from dedup.output.output_file import refuse_output
    from dedup.pipeline.collect_versions import VersionFields
    from dedup.report.diff.diff_terminal import Screen

    inputs = [corpus] if corpus else list(versions)
    refuse_output(output, inputs)
    if corpus:
        name, found = read_article(corpus, versions, records, VersionFields(group_field, order_field, fields))
    else:
        name, found = read_versions(versions)
    told = trace_versions(name, found)
    screen = Screen(
        width or shutil.get_terminal_size().columns,
        is_coloured(color if output is None or color == "always" else "never"),
    )
    if between:
        rendered = show_between(told, between, screen)
    elif output_format == "terminal":
        rendered = show_terminal(told, screen, patch=patch, blame=blame)
    else:
        rendered = render(told, output_format)
    write_output(rendered, output, inputs)


def read_article(
    corpus: str, keys: tuple[str, ...], records: "InputConfig", fields: "VersionFields"
) -> "tuple[str, list[Version]]":
    """Return the name and the versions of an article of a corpus."""
    from dedup.pipeline.collect_versions import choose_article, read_documents

    if len(keys) > 1:
        raise click.UsageError("With --from one article is named: its URL, or what its --group-field holds.")
    documents = choose_article(read_documents([corpus], records, fields), keys[0] if keys else None, fields)
    return fields.name_group(documents[0]), fields.arrange(documents)


def read_versions(paths: tuple[str, ...]) -> "tuple[str, list[Version]]":
    """Return text files as the versions of an article that is called by the first and the last."""
    from dedup.history.version_history import Version
    from dedup.pipeline.collect_documents import read_files

    if len(paths) < 2:
        raise click.UsageError("Name two versions at least, or a corpus with --from.")
    documents = read_files(paths)
    return f"{documents[0].id} to {documents[-1].id}", [Version(document.id, document.text) for document in documents]


def show_between(told: "VersionHistory", between: tuple[int, int], screen: "Screen") -> str:
    """Return the changes between two versions."""
    from dedup.report.history.history_terminal import render_between

    for number in between:
        if number > len(told.versions):
            raise click.UsageError(f"There is no version {number}: the last one is {len(told.versions)}.")
    return render_between(told, between[0] - 1, between[1] - 1, screen)


def show_terminal(told: "VersionHistory", screen: "Screen", *, patch: bool, blame: bool) -> str:
    """Return the steps, and the changes or the sentences where they are asked for."""
    from dedup.report.history.history_terminal import render_blame, render_patches, render_steps

    parts = [render_steps(told, screen)]
    if patch:
        parts.append(render_patches(told, screen))
    if blame:
        parts.append(render_blame(told, screen))
    return "\n".join(parts)


def render(told: "VersionHistory", output_format: str) -> str:
    """Return the history as a page, as JSON or as a table."""
    if output_format == "html":
        from dedup.report.history.history_html import render_html

        return render_html(told)
    from dedup.report.history.history_json import render_csv, render_json

    return render_json(told) if output_format == "json" else render_csv(told)
