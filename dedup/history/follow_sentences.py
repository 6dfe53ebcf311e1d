"""The lives of sentences: which sentence of a version is which of the version before."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from dedup.diff.model import Block, ChangeKind, Diff, UnitChange
from dedup.history.version_history import SentenceLife, Standing, Version
from dedup.text.spans import Span
from dedup.text.units import split_units

Weights = dict[int, int]  # characters that a sentence has from each sentence of the version before


@dataclass
class _Life:
    """A life that still grows."""

    first: int
    text: str
    standings: list[Standing] = field(default_factory=list)


def follow_sentences(versions: Sequence[Version], diffs: Sequence[Diff]) -> tuple[SentenceLife, ...]:
    """Return the lives of all sentences, by their first version and place.

    `diffs[i]` compares the texts of versions `i` and `i + 1`. A sentence goes on in the one that has most of its
    characters, if the diff aligns the two: edited, moved, split and merged sentences go on. Of a split sentence the
    other pieces have lives of their own that began with it. A sentence that comes back in the same words goes on.
    """
    lives: list[_Life] = []
    gone: dict[str, _Life] = {}
    before: list[_Life] = []
    old_spans: list[Span] = []
    for number, version in enumerate(versions):
        spans = [unit.span for unit in split_units(version.text)]
        parents = choose_parents(diffs[number - 1], old_spans, spans) if number else [None] * len(spans)
        heirs = find_heirs(parents, spans)
        now = []
        for index, span in enumerate(spans):
            parent, text = parents[index], span.cut(version.text)
            if parent is not None and heirs[parent] == index:
                life = before[parent]
            elif parent is None and text in gone:
                life = gone.pop(text)
            else:
                life = _Life(number if parent is None else before[parent].first, text)
                lives.append(life)
            life.text = text
            life.standings.append(Standing(number, span))
            now.append(life)
        standing = {id(life) for life in now}
        gone |= {life.text: life for life in before if id(life) not in standing}
        before, old_spans = now, spans
    return tuple(SentenceLife(life.text, life.first, tuple(life.standings)) for life in lives)


def choose_parents(diff: Diff, old: Sequence[Span], new: Sequence[Span]) -> list[int | None]:
    """Return for each new sentence the old one that it goes on from, None for a new one."""
    weights: dict[int, Weights] = defaultdict(lambda: defaultdict(int))
    for block in diff.blocks:
        if block.relation in {UnitChange.ADDED, UnitChange.DROPPED}:
            continue
        for shared_old, shared_new in list_shared(block):
            for index in overlapping(new, shared_new):
                start = max(new[index].start, shared_new.start) - shared_new.start + shared_old.start
                end = min(new[index].end, shared_new.end) - shared_new.start + shared_old.start
                for parent in overlapping(old, Span(start, end)):
                    weights[index][parent] += min(end, old[parent].end) - max(start, old[parent].start)
    return [max(weights[i], key=lambda p: (weights[i][p], -p)) if i in weights else None for i in range(len(new))]


def list_shared(block: Block) -> Iterator[tuple[Span, Span]]:
    """Yield the spans of the runs that both texts have."""
    return ((change.old, change.new) for change in block.changes if change.kind is ChangeKind.EQUAL)


def overlapping(spans: Sequence[Span], span: Span) -> range:
    """Return which of some spans, which are in order and apart, share a character with one."""
    first = bisect_right(spans, span.start, key=lambda each: each.end)
    last = first
    while last < len(spans) and spans[last].start < span.end:
        last += 1
    return range(first, last)


def find_heirs(parents: Sequence[int | None], spans: Sequence[Span]) -> dict[int, int]:
    """Return for each old sentence the longest new one that goes on from it."""
    heirs: dict[int, int] = {}
    for index, parent in enumerate(parents):
        if parent is None:
            continue
        heir = heirs.get(parent)
        if heir is None or spans[index].end - spans[index].start > spans[heir].end - spans[heir].start:
            heirs[parent] = index
    return heirs
