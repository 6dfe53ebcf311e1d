"""The history of one article, from its versions."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from itertools import pairwise

from dedup.diff.engine import diff_texts
from dedup.diff.model import Diff
from dedup.history.changed_facts import find_facts, is_silent, is_trivial
from dedup.history.follow_sentences import follow_sentences
from dedup.history.version_history import Step, StepKind, Version, VersionHistory


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
