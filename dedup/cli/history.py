"""`dedup history`: what an outlet changed in an article, and when."""

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import click

from dedup.cli.option_values import refuse_dash
from dedup.cli.options import (
    article_options,
    color_option,
    format_option,
    hand_over,
    is_coloured,
    quiet_option,
    width_option,
    workers_option,
    write_output,
)
from dedup.cli.progress import TerminalProgress

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from dedup.config import InputConfig
    from dedup.history.version_history import VersionHistory
    from dedup.model.documents import Document
    from dedup.pipeline.collect_versions import VersionedArticle, VersionFields
    from dedup.report.diff.diff_terminal import Screen


class VersionPair(NamedTuple):
    """Two versions, counted from 1."""

    old: int
    new: int


class VersionSources(NamedTuple):
    """Where the versions are, as the command line names them."""

    versions: tuple[str, ...]
    corpus: str | None
    out: str | None
    cluster: str | None
    every: bool

    @property
    def inputs(self) -> list[str]:
        """Return the files and folders that are read."""
        return [place for place in (self.corpus, self.out) if place] or list(self.versions)

    def check(self) -> None:
        """Raise a usage error unless versions are named in exactly one way."""
        if self.corpus and self.out:
            raise click.UsageError("--from and --run name different documents. Give one of them.")
        if self.cluster is not None and (self.out is None or self.every or self.versions):
            raise click.UsageError("--cluster ID goes with --run OUT/, and names all the versions.")
        if self.every and self.corpus:
            raise click.UsageError("--all takes the corpora as arguments: dedup history news.jsonl --all -o history/")
        if self.every and bool(self.versions) == bool(self.out):
            raise click.UsageError("--all takes corpora, or a run with --run OUT/. Name one of them.")
        if (self.corpus or (self.out and not self.every)) and len(self.versions) > 1:
            raise click.UsageError("One article is named: its URL, or what its --group-field holds.")
        if not (self.corpus or self.out or self.every) and len(self.versions) < 2:
            raise click.UsageError("Name two versions at least, or a corpus with --from.")

    def read(
        self, records: "InputConfig", fields: "VersionFields", tell: "Callable[[str], None]"
    ) -> "Iterator[Document]":
        """Yield the documents of a clean run, of one of its clusters, or of corpora."""
        from dedup.pipeline.collect_versions import read_documents, read_run

        if self.out:
            return read_run(Path(self.out), self.cluster, records, fields, tell)
        return read_documents(self.inputs, records, fields, tell)

    def read_article(
        self, records: "InputConfig", fields: "VersionFields", tell: "Callable[[str], None]"
    ) -> "VersionedArticle":
        """Return one article: a cluster, documents that share a URL, or text files, called by the first and last."""
        from dedup.history.version_history import Version
        from dedup.pipeline.collect_documents import read_files
        from dedup.pipeline.collect_versions import VersionedArticle, choose_article

        if not (self.corpus or self.out):
            files = read_files(self.versions)
            name = f"{files[0].id} to {files[-1].id}"
            return VersionedArticle(name, [Version(file.id, file.text) for file in files])
        documents = self.read(records, fields, tell)
        if self.cluster is not None:
            return VersionedArticle(f"cluster {self.cluster}", fields.arrange(list(documents)))
        found = choose_article(documents, self.versions[0] if self.versions else None, fields)
        name = fields.name_article(found[0])
        if found[0].id in self.versions:  # an id: versions before it may have been passed by
            found = [d for d in self.read(records, fields, lambda _: None) if fields.name_article(d) == name]
        return VersionedArticle(name, fields.arrange(found))


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
    help="Field with the order.  [default: date, then fetched, then version; else as in the file]",
)
@format_option("For a person, a browser, a program or a spreadsheet.", "terminal", "html", "json", "csv")
@click.option("-p", "--patch", is_flag=True, help="Show the changes of every step.")
@click.option(
    "--between",
    nargs=2,
    type=click.IntRange(1),
    metavar="A B",
    callback=lambda _context, _parameter, value: value and VersionPair(*value),
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
@color_option
@width_option
@quiet_option
@article_options
@hand_over("sources", VersionSources._fields, VersionSources)
def history(
    sources: VersionSources,
    group_field: str,
    order_field: str | None,
    output_format: str,
    patch: bool,
    between: "VersionPair | None",
    blame: bool,
    output: str | None,
    max_articles: int,
    overwrite: bool,
    workers: int,
    color: str,
    width: int,
    quiet: bool,
    records: "InputConfig",
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
    from dedup.text.control_characters import show_line

    sources.check()
    texts = {"--between": between, "--patch": patch, "--blame": blame}
    refuse_format(output_format, [flag for flag, given in texts.items() if given], is_folder=sources.every)
    progress = TerminalProgress(quiet=quiet)
    tell = progress.note
    asked = VersionFields(group_field, order_field, records.date_order)
    if sources.every:
        from dedup.pipeline.list_histories import HistoriesRun, list_histories
        from dedup.report.history.history_terminal import render_all

        if output is None:
            raise click.UsageError("--all writes a folder. Name it with -o.")
        documents = sources.read(records, asked, tell)
        run = HistoriesRun(
            documents, asked, Path(output), Path(sources.out or sources.versions[0]), max_articles, workers, overwrite
        )
        written = list_histories(run, progress)
        if not quiet:
            click.echo(render_all(written), nl=False)
        return
    refuse_output(output, sources.inputs)
    article = sources.read_article(records, asked, tell)
    told = trace_versions(article.name, article.versions)
    screen = Screen(width, is_coloured(color, output))
    if between:
        rendered = show_between(told, between, screen)
    elif output_format == "terminal":
        rendered = show_terminal(told, screen, patch=patch, blame=blame)
    else:
        if output_format == "csv" and not told.steps:
            tell(f"{show_line(told.name)} has one version, so there is no step to list.")
        rendered = render(told, output_format)
    write_output(rendered, output, sources.inputs)


def refuse_format(output_format: str, texts: "Sequence[str]", *, is_folder: bool) -> None:
    """Raise a usage error where options that give text are asked for in another format, or in a folder of pages."""
    if texts and (is_folder or output_format != "terminal"):
        raise click.UsageError(f"{texts[0]} shows text. {'Leave --all out' if is_folder else 'Use --format terminal'}.")
    if is_folder and output_format in {"json", "csv"}:
        raise click.UsageError(
            "--all writes pages and a table. Leave --format out, and do not let the folder end in .json or .csv."
        )


def show_between(told: "VersionHistory", between: "VersionPair", screen: "Screen") -> str:
    """Return the changes between two versions, counted from 1."""
    from dedup.report.history.history_terminal import render_between

    last = len(told.versions)
    if max(between) > last:
        raise click.UsageError(f"There is no version {max(between)}: the last one is {last}.")
    return render_between(told, between.old - 1, between.new - 1, screen)


def show_terminal(told: "VersionHistory", screen: "Screen", *, patch: bool, blame: bool) -> str:
    """Return the steps, and the changes or the sentences where they are asked for."""
    from dedup.report.history.history_terminal import render_between, render_blame, render_steps

    parts = [render_steps(told, screen)]
    parts += [render_between(told, step.old, step.new, screen) for step in told.steps if patch]
    parts += [render_blame(told, screen)] if blame else []
    return "\n".join(parts)


def render(told: "VersionHistory", output_format: str) -> str:
    """Return the history as a page, as JSON or as a table."""
    if output_format == "html":
        from dedup.report.history.history_html import render_html

        return render_html(told)
    from dedup.report.history.history_json import render_csv, render_json

    return render_json(told) if output_format == "json" else render_csv(told)
