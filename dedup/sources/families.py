"""Families: texts of several outlets that share passages of one source."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from dedup.passages.containment import count_union
from dedup.passages.passage_table import Passages
from dedup.sources.articles import Article

MIN_WORDS = 30  # equal words that a pair of articles shares at least, or
MIN_SHARE = 0.3  # this share of the shorter one
SIMILAR = 0.75  # share of equal words in passages; less is one fact in two wordings, where no known source has it
REPRINT_SHARE = 0.8  # of the shorter one of two articles of one outlet
REWORDED = 0.6  # the same where the passages are half of an article
REPRINTED = 0.9  # share of equal words in passages of articles that are more than WINDOW days apart
MAIN_SHARE = 0.5  # of an article's words, from which its source is its main source
WINDOW = 14  # days between two articles, from which only what is printed again as a whole is one text
UNDATED = 0


class SharedPair(NamedTuple):
    """Two articles that share text.

    words         equal words
    shares        of either that are in passages of both
    similarity    of the passages, as one: 2 * equal / (words of both sides)
    rows          of the passages
    """

    document: int
    source: int
    words: int
    document_share: float
    source_share: float
    similarity: float
    rows: slice


@dataclass(frozen=True)
class FamilyMember:
    """An article of a family.

    words    its words in passages of the family
    share    of its words that are no boilerplate
    pairs    with its sources; none of the article that all others have their text from
    """

    document: int
    words: int
    share: float
    pairs: tuple[SharedPair, ...]


@dataclass(frozen=True)
class Family:
    """Articles that share text, the first one first; `number` counts from 1, the largest family first."""

    number: int
    members: tuple[FamilyMember, ...]

    @property
    def root(self) -> FamilyMember:
        """Return the first article."""
        return self.members[0]

    @cached_property
    def documents(self) -> dict[int, FamilyMember]:
        """Return the members by document."""
        return {member.document: member for member in self.members}


def group_families(passages: Passages, own_tokens: npt.NDArray[np.int32], articles: Sequence[Article]) -> list[Family]:
    """Return the families of documents that are numbered in their order, the largest first.

    An article joins the family of its main source, that with most of its words, if that has half of them. It is in the
    families of its other sources too, with less of its text.
    """
    pairs = [pair for pair in list_pairs(passages, own_tokens) if is_shared(pair, articles)]
    roots = find_roots(pairs, len(own_tokens))
    by_root: dict[int, list[SharedPair]] = {}
    for pair in pairs:
        by_root.setdefault(roots[pair.source], []).append(pair)
    found = [gather_members(root, group, passages, own_tokens) for root, group in sorted(by_root.items())]
    several = [members for members in found if len({name_publisher(m.document, articles) for m in members}) > 1]
    several.sort(key=lambda members: (-len(members), members[0].document))
    return [Family(number, members) for number, members in enumerate(several, 1)]


def list_pairs(passages: Passages, own_tokens: npt.NDArray[np.int32]) -> Iterator[SharedPair]:
    """Yield the pairs of documents that passages (by document and source) join."""
    key = passages.document.astype(np.int64) << 32 | passages.source
    begins = np.flatnonzero(np.diff(key, prepend=-1))
    ends = np.append(begins, len(key))[1:]
    group = np.repeat(np.arange(len(begins)), ends - begins)
    equal = np.bincount(group, passages.equal, minlength=len(begins)).astype(np.int64).tolist()
    sides = ((passages.document, passages.span), (passages.source, passages.source_span))
    shares = []
    for documents, spans in sides:
        covered = count_union(group, spans, len(begins))
        shares.append((covered / np.maximum(own_tokens[documents[begins]], 1)).tolist())
    lengths = np.bincount(group, np.diff(passages.span)[:, 0] + np.diff(passages.source_span)[:, 0], len(begins))
    similarity = (2 * np.array(equal) / np.maximum(lengths, 1)).tolist()
    columns = (passages.document[begins].tolist(), passages.source[begins].tolist(), equal, *shares, similarity)
    places = [slice(start, end) for start, end in zip(begins.tolist(), ends.tolist(), strict=True)]
    return (SharedPair(*row) for row in zip(*columns, places, strict=True))


def is_shared(pair: SharedPair, articles: Sequence[Article]) -> bool:
    """Return whether a pair shares so much that it is one text: no formula, no list of names, no old background.

    Of two articles of one outlet it has to be one article that was published twice.
    """
    most = max(pair.document_share, pair.source_share)
    a, b = articles[pair.document], articles[pair.source]
    if name_publisher(pair.document, articles) == name_publisher(pair.source, articles):
        return most >= REPRINT_SHARE
    if UNDATED not in {a.day, b.day} and abs(a.day - b.day) > WINDOW:
        return most >= REPRINT_SHARE and pair.similarity >= REPRINTED
    if pair.similarity < (REWORDED if most >= MAIN_SHARE else SIMILAR) and not b.known:
        return False
    return pair.words >= MIN_WORDS or (most >= MIN_SHARE and 2 * pair.words >= MIN_WORDS)


def name_publisher(document: int, articles: Sequence[Article]) -> str | int:
    """Return who published an article: the known source that it is of, its outlet, or nobody else but itself."""
    article = articles[document]
    return article.known or article.outlet or document


def find_roots(pairs: Sequence[SharedPair], count: int) -> list[int]:
    """Return for each document the first one of its family: itself if it has no main source. O(pairs)."""
    main: dict[int, SharedPair] = {}
    for pair in pairs:
        best = main.get(pair.document)
        if pair.document_share >= MAIN_SHARE and (best is None or pair.document_share > best.document_share):
            main[pair.document] = pair
    roots = list(range(count))
    for document in sorted(main):  # sources come before what is copied from them
        roots[document] = roots[main[document].source]
    return roots


def gather_members(
    root: int, pairs: Sequence[SharedPair], passages: Passages, own_tokens: npt.NDArray[np.int32]
) -> tuple[FamilyMember, ...]:
    """Return the members of a family, by document; the words of each are counted once."""
    of_document: dict[int, list[SharedPair]] = {}
    for pair in pairs:
        of_document.setdefault(pair.document, []).append(pair)
    spans = collect_spans(pairs, passages)
    members = []
    for document in sorted({root, *spans}):
        parts = spans.get(document, [])
        words = measure_union(parts)
        share = min(words / max(int(own_tokens[document]), 1), 1.0)
        members.append(FamilyMember(document, words, share, tuple(of_document.get(document, ()))))
    return tuple(members)


def collect_spans(pairs: Iterable[SharedPair], passages: Passages) -> dict[int, list[npt.NDArray[np.int32]]]:
    """Return the spans of the passages of some pairs, by document."""
    spans: dict[int, list[npt.NDArray[np.int32]]] = {}
    for pair in pairs:
        spans.setdefault(pair.document, []).append(passages.span[pair.rows])
        spans.setdefault(pair.source, []).append(passages.source_span[pair.rows])
    return spans


def measure_union(spans: Sequence[npt.NDArray[np.int32]]) -> int:
    """Return how many tokens some spans of one document cover."""
    if not spans:
        return 0
    every = np.concatenate(spans)
    return int(count_union(np.zeros(len(every), np.int64), every, 1)[0])
