"""`dedup extract`."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING

import click

from dedup.cli.option_values import parse_size, refuse_dash
from dedup.cli.options import inputs_argument, workers_option
from dedup.cli.teller import Teller, summary_options

if TYPE_CHECKING:
    from dedup.pipeline.extract_pages import ExtractCounts


@click.command()
@inputs_argument
@click.option(
    "-o",
    "--output",
    metavar="FILE",
    help="Write JSON lines to this file, compressed by its ending (.gz, .zst).  [default: standard output]",
)
@click.option(
    "--rejected",
    metavar="FILE",
    callback=refuse_dash,
    help="Write the pages that give no article here, each with its reason.",
)
@click.option("--min-words", type=click.IntRange(0), default=25, help="Words that an article has at least.")
@click.option("--max-page", default="10MB", metavar="SIZE", callback=parse_size, help="Set a longer page aside unread.")
@workers_option
@summary_options
def extract(
    inputs: tuple[str, ...],
    output: str | None,
    rejected: str | None,
    min_words: int,
    max_page: int,
    workers: int,
    teller: Teller,
) -> int:
    """Extract articles from raw pages: .html files, folders of them, and .warc or .warc.gz archives such as CC-NEWS.

    Each article is a JSON line with text, title, date, outlet, author and URL as far as the page tells them, and with
    the file that it came from. Needs pip install 'newsdedup[web]'.

    \b
    Examples:
      dedup extract pages/ -o articles.jsonl.gz
      dedup extract CC-NEWS-2024.warc.gz -o articles.jsonl.gz --rejected rejected.jsonl
      dedup extract pages/ | dedup clean - -o cleaned/
    """
    refuse_missing()
    from dedup.cli.named_inputs import exit_code
    from dedup.extract.page_files import find_pages
    from dedup.output.output_file import refuse_output
    from dedup.pipeline.extract_pages import ExtractRun, extract_pages

    to_stdout = output in {None, "-"}
    if to_stdout:
        teller.refuse_second("the articles, without -o")
    paths = find_pages(inputs)
    for name in (None if to_stdout else output, rejected):
        refuse_output(name, paths)
    with (
        open_articles(None if to_stdout else output, paths) as out,
        open_articles(rejected, paths, is_wanted=rejected is not None) as failures,
    ):
        run = ExtractRun(paths, min_words, max_page, workers)
        found = extract_pages(run, out, None if rejected is None else failures, teller.progress())
    teller.tell(found, lambda: render_counts(found), err=to_stdout)
    return exit_code(found.rejections)


def refuse_missing() -> None:
    """Raise an error with the remedy where the extra is not installed."""
    from importlib.util import find_spec

    from dedup.errors import DedupError

    if find_spec("trafilatura") is None or find_spec("fastwarc") is None:
        raise DedupError("dedup extract needs packages that are not installed: pip install 'newsdedup[web]'.")


@contextmanager
def open_articles(output: str | None, inputs: list[str], *, is_wanted: bool = True) -> Iterator[IO[bytes]]:
    """Open a file of JSON lines, compressed as its name says; standard output for no name."""
    if output is None or not is_wanted:
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    from dedup.corpus.compression import open_writer
    from dedup.corpus.formats import split_format
    from dedup.output.output_file import open_output

    with open_output(output, inputs) as file, open_writer(file, split_format(output)[1]) as packed:
        yield packed


def render_counts(found: "ExtractCounts") -> str:
    """Return how many pages gave an article, and why the others gave none."""
    from dedup.report.wording import count_things, warn_of_rejections
    from dedup.text.control_characters import show_line

    lines = [f"{count_things(found.pages, 'page')}, {count_things(found.articles, 'article')}"]
    lines += [f"  {count:>9,}  {show_line(reason)}" for reason, count in found.rejected_by_reason.items()]
    return warn_of_rejections(found.rejections) + "".join(f"{line}\n" for line in lines)
