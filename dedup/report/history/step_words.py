"""Steps and histories in words, the same in every format."""

from datetime import timedelta

from dedup.history.version_history import Step, StepFact, StepFactKind, StepKind, Version, VersionHistory
from dedup.report.wording import count_things, describe_change
from dedup.text.control_characters import show_line

UNITS = ((86_400, "d"), (3_600, "h"), (60, "min"))


def name_version(number: int) -> str:
    """Return what a version is called, counted from 0.

    >>> name_version(0)
    'v1'
    """
    return f"v{number + 1}"


def describe_step(step: Step) -> str:
    """Return what a step is as a whole, "" for an ordinary one."""
    if step.kind is StepKind.REVERTED:
        return f"back to {name_version(step.back_to or 0)}"
    words = {
        StepKind.SAME: "no change",
        StepKind.EMPTIED: "emptied",
        StepKind.TRIVIAL: "typography or time stamps only",
    }
    return words.get(step.kind, "")


def describe_call(version: Version) -> str:
    """Return what a clean run calls a version, "" for nothing."""
    return f"clean: {version.called}" if version.called else ""


def describe_fact(fact: StepFact) -> str:
    """Return a changed fact in words."""
    return describe_change(fact.kind, fact.old, fact.new)


def count_facts(step: Step) -> str:
    """Return how many facts of each kind a step changed, in words."""
    kinds = [fact.kind for fact in step.facts]
    parts = [
        count_things(kinds.count(kind), kind.value)
        for kind in StepFactKind
        if kind in kinds and kind is not StepFactKind.HEADLINE
    ]
    return ", ".join((["headline"] if step.headline_changed else []) + parts)


def measure_gap(history: VersionHistory, step: Step) -> str:
    """Return how long after its predecessor a version came, "" if that is not known."""
    before, after = (history.versions[number].moment for number in (step.old, step.new))
    return format_gap(after - before) if before and after and before != after else ""


def format_gap(gap: timedelta) -> str:
    """Return a time span in its two largest units.

    >>> format_gap(timedelta(days=1, hours=3, minutes=7)), format_gap(-timedelta(hours=1))
    ('1 d 3 h', '-1 h')
    """
    seconds, sign = abs(int(gap.total_seconds())), "-" if gap < timedelta() else ""
    parts = []
    for size, unit in UNITS:
        number, seconds = divmod(seconds, size)
        if number:
            parts.append(f"{number} {unit}")
    return sign + (" ".join(parts[:2]) or "<1 min")


def summarise_history(history: VersionHistory) -> str:
    """Return a history in one sentence."""
    versions = history.versions
    times = [version.time for version in versions if version.time]
    ends = dict.fromkeys((times[0], times[-1]) if times else ())
    span = f", {show_line(' to '.join(ends))}" if len(times) > 1 else ""
    steps = [step for step in history.steps if step.kind not in {StepKind.SAME, StepKind.TRIVIAL}]
    headlines = sum(step.headline_changed for step in history.steps)
    silent = sum(step.is_silent for step in history.steps)
    parts = [
        f"{count_things(len(versions), 'version')}{span}",
        f"{count_things(len(steps), 'change')} of {count_things(history.num_changed, 'word')}",
        f"{count_things(headlines, 'new headline')}" if headlines else "",
        f"{count_things(silent, 'change')} of facts without a note" if silent else "",
        f"{count_things(len(history.gone), 'sentence')} came and went" if history.gone else "",
    ]
    return "; ".join(part for part in parts if part) + "."
