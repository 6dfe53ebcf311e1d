"""A line for each compared text: how many words were added, dropped and moved."""

from collections.abc import Sequence
from enum import StrEnum
from typing import NamedTuple

from dedup.diff.model import Diff
from dedup.report.encode import encode_json
from dedup.report.wording import clip, count_things
from dedup.text.control_characters import show_line

BAR = 24  # columns of the longest bar
NAME = 48  # columns of a name


class PairState(StrEnum):
    """What happened to a file between two folders."""

    CHANGED = "changed"
    SAME = "same"
    ADDED = "added"
    DROPPED = "dropped"
    UNREADABLE = "unreadable"


class ComparedFile(NamedTuple):
    """A file of two folders, by its path in them; `diff` of one that is text in both, `note` says why it is not."""

    name: str
    state: PairState
    diff: Diff | None = None
    note: str = ""


def render_stat(files: Sequence[ComparedFile]) -> str:
    """Return a line for each file that is not the same, and the sums."""
    shown = [file for file in files if file.state is not PairState.SAME]
    most = max((count_changed(file) for file in shown), default=0) or 1
    width = min(max((len(show_line(file.name)) for file in shown), default=0), NAME)
    lines = []
    for file in shown:
        bar = "█" * -(-BAR * count_changed(file) // most)
        lines.append(f"{clip(show_line(file.name), width):<{width}}  {describe_counts(file):<18}  {bar}".rstrip())
    counts = [f"{sum(file.state is state for file in files):,} {state}" for state in PairState]
    total = f"{count_things(len(files), 'text')}: {', '.join(part for part in counts if not part.startswith('0 '))}"
    return "".join(f"{line}\n" for line in [*lines, total])


def describe_counts(file: ComparedFile) -> str:
    """Return the words added, dropped and moved, or what happened to the file."""
    if file.diff is None:
        return f"{file.state}{': ' if file.note else ''}{show_line(file.note)}"
    stats = file.diff.stats
    return f"+{stats.num_added:,} -{stats.num_dropped:,} ~{stats.num_moved:,}"


def count_changed(file: ComparedFile) -> int:
    """Return how many words were added, dropped or moved."""
    stats = file.diff.stats if file.diff else None
    return stats.num_added + stats.num_dropped + stats.num_moved if stats else 0


def render_stat_json(files: Sequence[ComparedFile]) -> str:
    """Return the files of two folders as one JSON object."""
    return encode_json({"files": [describe_file(file) for file in files]})


def describe_file(file: ComparedFile) -> dict[str, object]:
    """Return a file of two folders with its counts."""
    found: dict[str, object] = {"name": file.name, "state": file.state}
    if file.diff:
        stats = file.diff.stats
        found |= {"num_added": stats.num_added, "num_dropped": stats.num_dropped, "num_moved": stats.num_moved}
    return found | ({"note": file.note} if file.note else {})
