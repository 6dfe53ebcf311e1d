"""The history of an article for a terminal: a line a step, the changes, the version of each sentence."""

from collections.abc import Iterator

from dedup.diff.engine import diff_texts
from dedup.diff.model import TextNames
from dedup.history.version_history import SentenceLife, VersionHistory
from dedup.report.diff.diff_terminal import Screen, render_terminal
from dedup.report.history.history_index import WrittenHistories
from dedup.report.history.step_words import (
    count_facts,
    describe_call,
    describe_fact,
    describe_step,
    measure_gap,
    name_version,
    summarise_history,
)
from dedup.report.wording import clip, count_things
from dedup.report.wrapping import Piece, wrap_pieces
from dedup.text.control_characters import show_line

BAR = 12  # columns of the longest bar
TIME = 20  # columns of a time
MOST = 10  # articles
MAX_FACTS = 5  # facts of a step that are shown


def render_steps(history: VersionHistory, screen: Screen) -> str:
    """Return a line for each step, and the facts that it changed."""
    head = [show_line(history.name), summarise_history(history), *(f"note: {show_line(n)}" for n in history.notes), ""]
    lines = [line for text in head for line in fold(text, screen.width)]
    most = max((step.num_changed for step in history.steps), default=0) or 1
    width = len(name_version(len(history.versions) - 1))
    first = f"{name_version(0):<{width}}  {name_time(history, 0):<{TIME}}"
    lines.append(f"{first}{'':{BAR + 31}}{describe_call(history.versions[0])}".rstrip())
    for step in history.steps:
        stats = step.diff.stats
        counts = f"+{stats.num_added:,} -{stats.num_dropped:,} ~{stats.num_moved:,}"
        bar = "█" * -(-BAR * step.num_changed // most)
        told = "; ".join(
            filter(None, (describe_step(step), count_facts(step), describe_call(history.versions[step.new])))
        )
        begin = f"{name_version(step.new):<{width}}  {name_time(history, step.new):<{TIME}}"
        lines.append(f"{begin}  {measure_gap(history, step):>9}  {counts:<14}  {bar:<{BAR}}  {told}".rstrip())
        facts = [show_line(describe_fact(fact)) for fact in step.facts[:MAX_FACTS]]
        if len(step.facts) > MAX_FACTS:
            facts.append(f"and {len(step.facts) - MAX_FACTS:,} more")
        lines += [f"{'':{width}}    ! {clip(fact, max(screen.width - width - 6, 20))}" for fact in facts]
    lines += [
        "",
        *fold("+ words added, - dropped, ~ moved; the bar: words added and dropped; ! a changed fact", screen.width),
    ]
    return "".join(f"{line}\n" for line in lines)


def name_time(history: VersionHistory, number: int) -> str:
    """Return the time of a version, or its name if it has none."""
    version = history.versions[number]
    name = show_line(version.name)
    short = name if len(name) <= TIME else f"…{name[1 - TIME :]}"  # names differ at their ends
    return clip(show_line(version.time), TIME) or short


def render_between(history: VersionHistory, old: int, new: int, screen: Screen) -> str:
    """Return the changes between any two versions, counted from 0."""
    sides = [history.versions[number] for number in (old, new)]
    names = TextNames(*(f"{name_version(i)} {v.time or v.name}" for i, v in zip((old, new), sides, strict=True)))
    return render_terminal(diff_texts(sides[0].text, sides[1].text), names, screen)


def render_blame(history: VersionHistory, screen: Screen) -> str:
    """Return the sentences of the last version with the version each came in with, and those that came and went."""
    lines = list(write_lives(history.present, history, screen))
    if history.gone:
        lines += ["", "came and went:", *write_lives(history.gone, history, screen)]
    return "".join(f"{line}\n" for line in lines)


def write_lives(lives: tuple[SentenceLife, ...], history: VersionHistory, screen: Screen) -> Iterator[str]:
    """Yield the lines of sentences, each with its first version, and its last if it is gone."""
    width = 2 * len(name_version(len(history.versions) - 1)) + 1
    for life in lives:
        is_gone = life.last < len(history.versions) - 1
        came = name_version(life.first) + (f"-{name_version(life.last)}" if is_gone else "")
        folded = fold(show_line(life.text), max(screen.width - width - 2, 20))
        for number, line in enumerate(folded):
            yield f"{came if number == 0 else '':<{width}}  {line}"


def render_all(written: WrittenHistories) -> str:
    """Return what the histories of a corpus show: counts, and the most changed articles."""
    entries = written.entries
    counts = f"{count_things(written.num_documents, 'document')} of {count_things(written.num_articles, 'article')}"
    lines = [f"{counts}; {written.num_several:,} with several versions"]
    if entries:
        lines += ["", "most changed:"]
    for entry in entries[:MOST]:
        name = clip(show_line(entry.title or entry.name), 60)
        lines.append(f"  {entry.words:>7,} words, {count_things(entry.versions, 'version')}: {name}")
    if len(entries) < written.num_several:
        lines.append(f"limit hit: --max-articles: {len(entries):,} of {written.num_several:,} have a page")
    lines += ["", f"all of them: {show_line(str(written.first_page))}"]
    return "".join(f"{line}\n" for line in lines)


def fold(text: str, width: int) -> list[str]:
    """Return a text as lines no wider than the screen."""
    return ["".join(piece.text for piece in line).rstrip() for line in wrap_pieces([Piece(text)], width)] or [""]
