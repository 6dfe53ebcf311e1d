"""The page of a cluster: the kept document, the removed ones, what each of them changed."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from dedup.diff.model import Diff
from dedup.report.corpus.corpus_diff import PageDiff, describe_diff
from dedup.report.corpus.corpus_model import ClusterContent, ClusterCopy
from dedup.report.corpus.corpus_page import fit, measure_card, measure_row, render_corpus_page
from dedup.report.wording import clip

# A page stays below 2 MB: so many bytes for each of its parts.
COMPARISON_BYTES, COPIES_BYTES, PASSAGES_BYTES = 1_000_000, 300_000, 150_000
TEXT_CHARACTERS = 15_000  # of the kept document: 14 bytes each at worst, "<U+0000>" with its signs escaped
PASSAGE_CHARACTERS = 1_000
BLANK_LINES = re.compile(r"\s*\n\s*\n\s*")


@dataclass(frozen=True, slots=True)
class ComparedCopy:
    """A removed document with its comparison; None where the copy number `same_as` has the very same text."""

    copy: ClusterCopy
    diff: Diff | None
    same_as: int


@dataclass(frozen=True, slots=True)
class Section:
    """A removed document with its comparison as the template takes it."""

    number: int
    copy: ClusterCopy
    same_as: int
    diff: PageDiff | None


def render_cluster(content: ClusterContent, compared: Iterable[ComparedCopy]) -> str:
    """Return the page; comparisons are taken until it is full."""
    sections = list(describe_sections(compared))
    copies = fit(content.copies, lambda copy: measure_card(copy.card), COPIES_BYTES)
    passages = fit(
        content.passages,
        lambda note: measure_row(note.text[:PASSAGE_CHARACTERS]) + measure_card(note.card),
        PASSAGES_BYTES,
    )
    values = {
        "cluster": content.entry,
        "before": content.before,
        "after": content.after,
        "text": BLANK_LINES.sub("\n\n", clip(content.text, TEXT_CHARACTERS)),
        "num_characters": len(content.text),
        "is_text_cut": len(content.text) > TEXT_CHARACTERS,
        "copies": copies,
        "sections": sections,
        "passages": passages,
        "num_passages": content.num_passages,
        "passage_characters": PASSAGE_CHARACTERS,
    }
    return render_corpus_page("corpus_cluster.html", values, root="../../")


def describe_sections(compared: Iterable[ComparedCopy]) -> Iterator[Section]:
    """Yield the comparisons that fit into the page, at least one."""
    used = 0
    for number, item in enumerate(compared, start=1):
        if item.diff is None:
            yield Section(number, item.copy, item.same_as, None)
            continue
        described = describe_diff(item.diff, f"copy-{number}-")
        used += described.num_bytes
        if used > COMPARISON_BYTES:
            return
        yield Section(number, item.copy, number, described)
