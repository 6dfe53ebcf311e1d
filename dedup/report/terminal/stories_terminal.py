"""The biggest stories, for a person at a terminal."""

import shlex

from dedup.model.story import StoryCounts, StoryRecord, StoryResult
from dedup.report.wording import clip_words, count_things, format_share, tell_limits, warn_of_rejections
from dedup.text.control_characters import show_line

BIGGEST = 10
WIDTH = 76
MAX_OUTLETS = 4


def render_stories(result: StoryResult, out: str | None) -> str:
    """Return how many stories there are, the ten biggest, the limits that were hit, and what to do next."""
    stories = result.stories
    lines = render_counts(result.counts, stories)
    if stories:
        lines += ["", "the biggest:"]
    for story in stories[:BIGGEST]:
        lines += describe_story(story)
    if result.limits:
        lines.append("")
    lines += tell_limits(result.limits)
    if out is not None:
        lines += ["", f"all of them: {show_line(out)}"]
    if stories:
        file = "FILE" if out is None else show_line(shlex.quote(out))
        note = "   (FILE: what was written to standard output)" if out is None else ""
        lines.append(f"next: dedup compare --stories {file} --story 1{note}")
    return warn_of_rejections(result.counts.rejections) + "\n".join(lines) + "\n"


def render_counts(counts: StoryCounts, stories: list[StoryRecord]) -> list[str]:
    """Return the counts, a line each; those of what could not be read only where there is any."""
    inside = sum(story.size for story in stories)
    several = sum(len(story.outlets) > 1 for story in stories)
    lines = [
        f"documents            {counts.documents:>11,}",
        f"stories              {len(stories):>11,}  {several:,} with more than one outlet",
        f"documents in stories {inside:>11,}  {format_share(inside, counts.documents)}".rstrip(),
    ]
    if counts.candidates:
        lines.append(
            f"pairs compared       {counts.candidates:>11,}  of {counts.documents * (counts.documents - 1) // 2:,}"
        )
    if counts.copies:
        lines.append(f"near-copies          {counts.copies:>11,}  follow the document they are a copy of")
    if counts.undated:
        what = f", such as {show_line(counts.first_unreadable)}" if counts.first_unreadable else ""
        lines.append(f"without a date       {counts.undated:>11,}  compared with all others{what}")
    rejected = counts.rejections.rejected
    if rejected:
        lines.append(f"could not be read    {rejected:>11,}  {show_line(counts.first_rejection or '')}")
    return lines


def describe_story(story: StoryRecord) -> list[str]:
    """Return a story in three lines: size and days, the words that make it, its outlets."""
    days = [day for day in (story.first_date, story.last_date) if day is not None]
    shown = ", ".join(story.outlets[:MAX_OUTLETS])
    more = len(story.outlets) - MAX_OUTLETS
    outlets = f"{shown} and {more:,} more" if more > 0 else shown
    span = f", {' to '.join(dict.fromkeys(days))}" if days else ""
    lines = [f"{story.story:>4}. {count_things(story.size, 'document')}{span}"]
    lines += [f"      {clip_words(show_line(line), WIDTH)}" for line in (", ".join(story.terms), outlets) if line]
    return lines
