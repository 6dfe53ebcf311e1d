"""The history of one article, from its versions: its steps, and the lives of its sentences."""

from bisect import bisect_right
from collections import defaultdict, deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import pairwise

from dedup.diff.engine import diff_texts
from dedup.diff.model import Block, ChangeKind, Diff, UnitChange
from dedup.history.changed_facts import find_facts, is_silent, is_trivial
from dedup.history.version_history import SentenceLife, Standing, Step, StepKind, Version, VersionHistory
from dedup.text.spans import Span
from dedup.text.units import split_units

Weights = dict[int, int]  # characters that a sentence has from each sentence of the version before


def trace_versions(name: str, versions: Sequence[Version], now: datetime | None = None) -> VersionHistory:
    """Return the history of an article whose versions are in their order.

    >>> texts = ["Two died.", "Three died. It burns.", "Two died."]
    >>> told = trace_versions("fire", [Version(str(number), text) for number, text in enumerate(texts)])
    >>> [(step.kind.value, step.back_to) for step in told.steps], [(life.text, life.first) for life in told.sentences]
    ([('edited', None), ('reverted', 0)], [('Two died.', 0), ('It burns.', 1)])
    """
    diffs = [diff_texts(old.text, new.text) for old, new in pairwise(versions)]
    steps = tuple(make_step(versions, number, diff) for number, diff in enumerate(diffs, 1))
    sentences = follow_sentences(versions, diffs)
    return VersionHistory(name, tuple(versions), steps, sentences, tuple(find_odd(versions, now or datetime.now(UTC))))


def make_step(versions: Sequence[Version], number: int, diff: Diff) -> Step:
    """Return the step that leads to version `number`."""
    old, new = versions[number - 1], versions[number]
    facts = find_facts(old, new, diff)
    back_to = find_revert(versions, number)
    kind = StepKind.EDITED
    if old.text == new.text and not facts:
        kind = StepKind.SAME
    elif not new.text.strip():
        kind = StepKind.EMPTIED
    elif back_to is not None:
        kind = StepKind.REVERTED
    elif is_trivial(diff) and not any(fact.kind == "headline" for fact in facts):
        kind, facts = StepKind.TRIVIAL, ()
    return Step(number - 1, number, kind, diff, facts, back_to, is_silent(diff, facts))


def find_revert(versions: Sequence[Version], number: int) -> int | None:
    """Return the latest earlier version that has the text of version `number`, if another one lies between."""
    text = versions[number].text
    if not text.strip() or versions[number - 1].text == text:
        return None
    return next((i for i in range(number - 2, -1, -1) if versions[i].text == text), None)


def find_odd(versions: Sequence[Version], now: datetime) -> Iterator[str]:
    """Yield a sentence on everything that is odd about the versions."""
    for number, version in enumerate(versions, 1):
        if not version.text.strip():
            yield f"v{number} ({version.name}) is empty."
        if number > 1 and version.text == versions[number - 2].text and version.title == versions[number - 2].title:
            yield f"v{number} ({version.name}) is the same as v{number - 1}."
        if version.moment and version.moment > now:
            yield f"v{number} ({version.name}) is of the future: {version.time}."
        if number > 1 and version.moment and (before := versions[number - 2].moment) and version.moment < before:
            yield f"v{number} ({version.name}) is earlier than v{number - 1}: {version.time}."
    unknown = sum(version.moment is None for version in versions)
    if unknown and unknown < len(versions):
        yield f"{unknown} of {len(versions)} versions have no time that can be read."


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
    gone: dict[str, deque[_Life]] = defaultdict(deque)
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
            elif parent is None and gone.get(text):
                life = gone[text].popleft()
            else:
                life = _Life(number if parent is None else before[parent].first, text)
                lives.append(life)
            life.text = text
            life.standings.append(Standing(number, span))
            now.append(life)
        standing = {id(life) for life in now}
        for life in before:
            if id(life) not in standing:
                gone[life.text].append(life)
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
