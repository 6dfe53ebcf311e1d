"""`dedup history`: what an outlet changed in an article, and when."""

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import click

from dedup.cli.option_values import refuse_dash
from dedup.cli.options import (
    article_options,
    color_option,
    format_option,
    is_coloured,
    text_options,
    width_option,
    workers_option,
    write_output,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dedup.config import InputConfig
    from dedup.history.version_history import VersionHistory
    from dedup.model.documents import Document
    from dedup.pipeline.collect_versions import VersionedArticle, VersionFields
    from dedup.pipeline.list_histories import HistoriesRun
    from dedup.report.diff.diff_terminal import Screen
    from dedup.story_config import FieldNames


@click.command()
@click.argument("versions", nargs=-1, metavar="[VERSION...]")
@click.option(
    "--from", "corpus", metavar="FILE", help="Take the versions of one article of this corpus; see --group-field."
)
@click.option("--run", "out", metavar="OUT/", help="Take the documents of this clean run, and say what it calls them.")
@click.option(
    "--cluster", metavar="ID", help="Of --run, only this cluster: its number, or the id of its kept document."
)
@click.option(
    "--all", "every", is_flag=True, help="Show all articles of the corpora that are named, as a folder of pages."
)
@click.option("--group-field", default="url", help="Field that the versions of an article share.")
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
@click.option(
    "-o", "--output", metavar="FILE", callback=refuse_dash, help="Write to this file; with --all, this folder."
)
@click.option(
    "--max-articles",
    type=click.IntRange(1),
    default=10_000,
    help="Articles that get a page, with --all: those with most versions.",
)
@click.option("--overwrite", is_flag=True, help="Replace the folder of an earlier --all.")
@workers_option
@click.option("-q", "--quiet", is_flag=True, help="No progress, no summary.")
@color_option
@width_option
@text_options
@article_options
def history(
    versions: tuple[str, ...],
    corpus: str | None,
    out: str | None,
    cluster: str | None,
    every: bool,
    group_field: str,
    order_field: str | None,
    output_format: str,
    patch: bool,
    between: tuple[int, int] | None,
    blame: bool,
    output: str | None,
    max_articles: int,
    overwrite: bool,
    workers: int,
    quiet: bool,
    color: str,
    width: int | None,
    records: "InputConfig",
    fields: "FieldNames",
) -> None:
    """Show what changed from each version of an article to the next, and since when each sentence is there.

    Versions are text files in their order, or documents of a corpus that share a URL. With --all every article of a
    corpus gets a page, and an index lists them, most changed first.

    \b
    Examples:
      dedup history monday.txt tuesday.txt friday.txt
      dedup history v*.txt --format html -o history.html
      dedup history --from news.jsonl https://example.com/fire --blame
      dedup history news.jsonl --all -o history/
      dedup history --run cleaned/ --all -o history/
    """
    from dedup.history.trace_versions import trace_versions
    from dedup.output.output_file import refuse_output
    from dedup.pipeline.collect_versions import VersionFields
    from dedup.report.diff.diff_terminal import Screen

    check_inputs(versions, corpus, out, cluster, every=every)
    asked = VersionFields(group_field, order_field, fields)
    records = fields.put_into(records)
    if every:
        from dedup.pipeline.list_histories import HistoriesRun

        if output is None:
            raise click.UsageError("--all writes a folder. Name it with -o.")
        documents = read_run_documents(out, None, records, asked) if out else read_corpora(versions, records, asked)
        run = HistoriesRun(documents, asked, Path(output), Path(out or versions[0]), max_articles, workers, overwrite)
        show_all(run, quiet=quiet)
        return
    inputs = [corpus] if corpus else [out] if out else list(versions)
    refuse_output(output, inputs)
    if out:
        article = read_of_run(out, cluster, versions, records, asked)
    elif corpus:
        article = read_article(read_corpora([corpus], records, asked), versions, asked)
    else:
        article = read_versions(versions)
    told = trace_versions(article.name, article.versions)
    screen = Screen(width or shutil.get_terminal_size().columns, is_coloured(color, output))
    if between:
        rendered = show_between(told, *between, screen)
    elif output_format == "terminal":
        rendered = show_terminal(told, screen, patch=patch, blame=blame)
    else:
        rendered = render(told, output_format)
    write_output(rendered, output, inputs)


def check_inputs(
    versions: tuple[str, ...], corpus: str | None, out: str | None, cluster: str | None, *, every: bool
) -> None:
    """Raise a usage error unless versions are named in exactly one way."""
    if corpus and out:
        raise click.UsageError("--from and --run name different documents. Give one of them.")
    if cluster is not None and (out is None or every or versions):
        raise click.UsageError("--cluster ID goes with --run OUT/, and names all the versions.")
    if every and corpus:
        raise click.UsageError("--all takes the corpora as arguments: dedup history news.jsonl --all -o history/")
    if every and bool(versions) == bool(out):
        raise click.UsageError("--all takes corpora, or a run with --run OUT/. Name one of them.")
    if (corpus or (out and not every)) and len(versions) > 1:
        raise click.UsageError("One article is named: its URL, or what its --group-field holds.")
    if not (corpus or out or every) and len(versions) < 2:
        raise click.UsageError("Name two versions at least, or a corpus with --from.")


def read_corpora(inputs: "Sequence[str]", records: "InputConfig", fields: "VersionFields") -> "Iterator[Document]":
    """Yield the documents of some corpora."""
    from dedup.pipeline.collect_versions import read_documents

    return read_documents(inputs, records, fields, lambda message: click.echo(message, err=True))


def read_run_documents(
    out: str, cluster: str | None, records: "InputConfig", fields: "VersionFields"
) -> "Iterator[Document]":
    """Yield the documents of a clean run, or of one of its clusters."""
    from dedup.pipeline.collect_versions import read_run

    return read_run(Path(out), cluster, records, fields, lambda message: click.echo(message, err=True))


def read_of_run(
    out: str, cluster: str | None, keys: tuple[str, ...], records: "InputConfig", fields: "VersionFields"
) -> "VersionedArticle":
    """Return a cluster of a run, or an article of it, as versions."""
    from dedup.pipeline.collect_versions import VersionedArticle

    documents = read_run_documents(out, cluster, records, fields)
    if cluster is None:
        return read_article(documents, keys, fields)
    return VersionedArticle(f"cluster {cluster}", fields.arrange(list(documents)))


def read_article(documents: "Iterator[Document]", keys: tuple[str, ...], fields: "VersionFields") -> "VersionedArticle":
    """Return an article of a corpus."""
    from dedup.pipeline.collect_versions import VersionedArticle, choose_article

    found = choose_article(documents, keys[0] if keys else None, fields)
    return VersionedArticle(fields.name_article(found[0]), fields.arrange(found))


def read_versions(paths: tuple[str, ...]) -> "VersionedArticle":
    """Return text files as the versions of an article that is called by the first and the last."""
    from dedup.history.version_history import Version
    from dedup.pipeline.collect_documents import read_files
    from dedup.pipeline.collect_versions import VersionedArticle

    documents = read_files(paths)
    name = f"{documents[0].id} to {documents[-1].id}"
    return VersionedArticle(name, [Version(document.id, document.text) for document in documents])


def show_all(run: "HistoriesRun", *, quiet: bool) -> None:
    """Write the histories of a corpus, and say what was found."""
    from dedup.cli.progress import TerminalProgress
    from dedup.pipeline.list_histories import list_histories
    from dedup.report.history.history_terminal import render_all

    written = list_histories(run, TerminalProgress(quiet=quiet))
    if not quiet:
        click.echo(render_all(written), nl=False)


def show_between(told: "VersionHistory", old: int, new: int, screen: "Screen") -> str:
    """Return the changes between two versions, counted from 1."""
    from dedup.report.history.history_terminal import render_between

    last = len(told.versions)
    if max(old, new) > last:
        raise click.UsageError(f"There is no version {max(old, new)}: the last one is {last}.")
    return render_between(told, old - 1, new - 1, screen)


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
