"""What is cut of a passage that a document prints twice: what a publishing system repeats by mistake."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from dedup.passages.copied_span import CopiedSpan
from dedup.passages.glued_copies import is_glued
from dedup.passages.whole_copies import Repeat, WholeCopy
from dedup.text.boundaries import FARTHEST as REACH
from dedup.text.boundaries import first_mark, is_edge
from dedup.text.spans import Span
from dedup.text.token_spans import TokenOffsets

LONG = 100  # tokens from which on a passage that stands twice in a row is no item of a list
FARTHEST = 80  # tokens over which a copy directly behind its source is turned


class CutRule(NamedTuple):
    """The rule for cutting: at least `min_tokens`; if the copy is apart from its source, this share of what stays."""

    min_tokens: int
    share: float


def choose_repeats(
    offsets: TokenOffsets,
    tokens: npt.NDArray[np.uint32],
    copies: Sequence[CopiedSpan],
    others: Sequence[Span],
    rule: CutRule,
) -> list[list[Span]]:
    """Return for each repeat of a document the characters that are cut of it; `others` are cut anyway.

    Of each exact run its whole sentences go, if it stands directly behind its source, or if it is a body or half of one
    that is printed again at the end. Any other repeat may be on purpose: a quotation, a refrain, an item of a list.
    """

    def find(is_possible: Callable[[CopiedSpan], bool]) -> list[tuple[int, WholeCopy]]:
        return [
            (index, whole)
            for index, copy in enumerate(copies)
            if is_possible(copy)
            for run in find_exact_runs(tokens, copy, rule.min_tokens)
            if is_possible(run) and (whole := Repeat(offsets, roll_to_edge(offsets, tokens, run)).find_whole())
        ]

    # Where nothing else is cut, the first to be cut is one that may go; in most texts there is none.
    if not others and not choose_wholes(offsets, find(partial(may_go, offsets, rule.share)), others, rule):
        return [[] for _ in copies]
    found = find(lambda _: True)
    chosen = choose_wholes(offsets, found, others, rule)
    return [[whole.span for at, whole in found if at == index and whole in chosen] for index in range(len(copies))]


def choose_wholes(
    offsets: TokenOffsets, found: Sequence[tuple[int, WholeCopy]], others: Sequence[Span], rule: CutRule
) -> dict[WholeCopy, Span]:
    """Return which of the whole sentences that were found (the place of each copy, and the sentences) are cut."""
    chosen: dict[WholeCopy, Span] = {}
    while found:  # what is cut makes the document shorter, and what is left of it a larger share
        cuts = [*others, *chosen.values()]
        kept = mark_kept(offsets, cuts)
        more = {
            whole: whole.span
            for _, whole in found
            if whole not in chosen
            and kept[tokens_in(offsets, whole.span)].sum() >= rule.min_tokens
            and (is_behind(offsets, whole, cuts) or is_body(offsets, whole, kept, rule.share))
        }
        if not more:
            break
        chosen |= more
    return chosen


def may_go(offsets: TokenOffsets, share: float, copy: CopiedSpan) -> bool:
    """Return whether a part of a repeat may be behind its source, or be a body that ends the text, if nothing is cut.

    Its whole sentences reach over it by some characters at most, and then over marks alone.
    """
    starts, ends, text = offsets.starts, offsets.ends, offsets.text
    source_end = max(copy.source_end, copy.end - copy.distance)  # of any exact run of it
    widest = Span(int(starts[copy.start]) - REACH, int(ends[copy.end - 1]) + REACH)
    if not has_word(text, int(ends[source_end - 1]) + REACH, widest.start):
        return True
    own = tokens_in(offsets, widest)
    size = own.stop - own.start
    return size >= share * (len(offsets) - size) and not has_word(text, widest.end, int(starts[-1]) + 1)


def has_word(text: str, start: int, end: int) -> bool:
    """Return whether any of some characters is a letter or a digit."""
    return any(map(str.isalnum, text[start : max(end, start)]))


def is_behind(offsets: TokenOffsets, whole: WholeCopy, cuts: Sequence[Span]) -> bool:
    """Return whether nothing that is kept stands between both prints of a passage.

    A short one that does not end the text has lines of its own, both times. Inside a line it may be a reference or a
    figure of speech.
    """
    text, (first, second) = offsets.text, sorted((whole.span, whole.twin))
    own = tokens_in(offsets, whole.span)
    is_loose = own.stop - own.start < LONG and second.end < len(text.rstrip())
    if is_loose and not (has_own_lines(text, first) and has_own_lines(text, second)):
        return False
    start = first.end
    for cut in sorted(cuts):
        if cut.end <= start:
            continue
        if cut.start >= second.start or text[start : cut.start].strip():
            break
        start = cut.end
    return not text[start : second.start].strip()


def has_own_lines(text: str, span: Span) -> bool:
    """Return whether the lines of a span hold no other word."""
    start, end = text.rfind("\n", 0, span.start) + 1, text.find("\n", span.end)
    around = text[start : span.start] + text[span.end : end if end >= 0 else None]
    return not any(character.isalnum() for character in around)


def is_body(offsets: TokenOffsets, whole: WholeCopy, kept: npt.NDArray[np.bool_], share: float) -> bool:
    """Return whether whole sentences are printed again at the end of a text, and are this share of what else is kept.

    Where more text follows, the first of the two may be a teaser or an excerpt, and the copy the full text.
    """
    own = tokens_in(offsets, whole.span)
    size = int(kept[own].sum())
    ends_text = own.stop == len(offsets) or not kept[own.stop :].any()
    return ends_text and is_edge(offsets, whole.twin.start) and size >= share * (int(kept.sum()) - size)


def mark_kept(offsets: TokenOffsets, cuts: Sequence[Span]) -> npt.NDArray[np.bool_]:
    """Return which tokens (bool[n]) are kept beside some cuts."""
    kept = np.ones(len(offsets), bool)
    for cut in cuts:
        kept[tokens_in(offsets, cut)] = False
    return kept


def tokens_in(offsets: TokenOffsets, span: Span) -> slice:
    """Return the tokens that a span holds, whole or in part."""
    first, end = offsets.ends.searchsorted(span.start, "right"), offsets.starts.searchsorted(span.end)
    return slice(int(first), int(end))


def find_exact_runs(tokens: npt.NDArray[np.uint32], copy: CopiedSpan, min_tokens: int) -> list[CopiedSpan]:
    """Return the runs of at least `min_tokens` equal tokens of a passage, apart in the copy; longest first.

    An extension may have reached over an edited headline; what a CMS prints twice is the same to the word.
    """
    if copy.is_exact:
        return [copy.part(copy.start, copy.end)] if len(copy) >= min_tokens else []
    found = []
    for distance in {copy.start - copy.source_start, copy.end - copy.source_end}:
        first, end = max(copy.start, distance), copy.end
        differ = (tokens[first:end] ^ tokens[first - distance : end - distance]) >> np.uint32(2)
        unequal = differ.nonzero()[0] + first
        for start, stop in zip([first, *(unequal + 1).tolist()], [*unequal.tolist(), end], strict=True):
            if stop - start >= min_tokens:
                found.append(CopiedSpan.exact(start, stop, copy.source, start - distance))
    runs: list[CopiedSpan] = []
    for run in sorted(found, key=len, reverse=True):
        start, end = run.start, run.end
        for other in runs:
            if other.start <= start < other.end:
                start = other.end
            elif start < other.start < end:
                end = other.start
        if end - start >= min_tokens:
            runs.append(run.part(start, end))
    return sorted(runs)


def roll_to_edge(offsets: TokenOffsets, tokens: npt.NDArray[np.uint32], run: CopiedSpan) -> CopiedSpan:
    """Return a copy directly behind its source, moved on to where it begins at an edge.

    Where the word before both is the same ("... fire. A fire"), any turn of the copy is as equal as the other.
    """
    if run.source_end != run.start:
        return run
    words = tokens >> np.uint32(2)
    for by in range(FARTHEST):
        start = first_mark(offsets.text, int(offsets.starts[run.start + by]))
        if is_edge(offsets, start) or is_glued(offsets.text, start):
            return run.part(run.start + by, run.end + by)
        if run.end + by >= len(words) or words[run.end + by] != words[run.start + by]:
            break
    return run
