"""The history of an article as JSON and CSV: the schema is in docs/json.md, section "history"."""

from dedup.history.version_history import SentenceLife, Step, Version, VersionHistory
from dedup.output.table_file import format_csv
from dedup.report.encode import encode_json
from dedup.report.history.step_words import name_version
from dedup.text.words import count_words

STEP_COLUMNS = (
    *("old", "new", "time", "kind", "added", "dropped", "moved", "headline_changed"),
    *("facts", "is_silent"),
)


def render_json(history: VersionHistory) -> str:
    """Return the history as one JSON object, indented, with a line end."""
    return encode_json(
        {
            "name": history.name,
            "versions": [describe_version(version) for version in history.versions],
            "steps": [describe_step(step) for step in history.steps],
            "sentences": [describe_life(life) for life in history.sentences],
            "notes": history.notes,
        }
    )


def describe_version(version: Version) -> dict[str, object]:
    """Return a version without its text."""
    found: dict[str, object] = {
        "name": version.name,
        "time": version.time or None,
        "num_words": count_words(version.text),
    }
    return found | {name: value for name, value in (("title", version.title), ("called", version.called)) if value}


def describe_step(step: Step) -> dict[str, object]:
    """Return a step: its counts are those of `dedup diff`; versions count from 1."""
    stats = step.diff.stats
    found = {
        "from": step.old + 1,
        "to": step.new + 1,
        "kind": step.kind,
        "added": stats.num_added,
        "dropped": stats.num_dropped,
        "moved": stats.num_moved,
        "headline_changed": step.headline_changed,
        "is_silent": step.is_silent,
        "facts": [
            {"kind": fact.kind, "old": fact.old, "new": fact.new, "old_span": fact.old_span, "new_span": fact.new_span}
            for fact in step.facts
        ],
    }
    return found | ({} if step.back_to is None else {"back_to": step.back_to + 1})


def describe_life(life: SentenceLife) -> dict[str, object]:
    """Return a sentence with its place in each version that has it."""
    spans = [{"version": version + 1, "start": span.start, "end": span.end} for version, span in life.standings]
    return {"text": life.text, "first": life.first + 1, "last": life.last + 1, "spans": spans}


def render_csv(history: VersionHistory) -> str:
    """Return the steps as a table."""
    rows = [
        (
            *(name_version(step.old), name_version(step.new), history.versions[step.new].time, step.kind.value),
            *(step.diff.stats.num_added, step.diff.stats.num_dropped, step.diff.stats.num_moved),
            *(step.headline_changed, len(step.facts), step.is_silent),
        )
        for step in history.steps
    ]
    return format_csv(STEP_COLUMNS, rows)
