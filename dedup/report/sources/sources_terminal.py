"""What a search for sources found, for a person at a terminal."""

from collections.abc import Sequence
from os.path import join

from dedup.output.write_sources import SourceSummary
from dedup.report.sources.source_matrix import SourceMatrix
from dedup.report.wording import clip, count_things, format_share, tell_limits, warn_of_rejections
from dedup.sources.flows import NOBODY, KnownSource
from dedup.text.control_characters import show_line

MAX_OUTLETS, MAX_FLOWS, WIDTH = 10, 8, 24


def render_sources(summary: SourceSummary, matrix: SourceMatrix, out: str) -> str:
    """Return the counts, the outlets, the largest flows and the limits that were hit."""
    known = f", {summary.known_documents:,} of known sources" if summary.known_documents else ""
    shared = format_share(summary.articles_in_families, max(summary.documents - summary.known_documents, 1))
    lines = [
        f"documents            {summary.documents:>9,}{known}",
        f"families             {summary.families:>9,}  text that several outlets have",
        f"articles in families {summary.articles_in_families:>9,}  {shared}",
        f"with a named source  {summary.claims:>9,}  {format_share(summary.claims, summary.families)}",
    ]
    if summary.families:
        lines.append(f"by basis             {describe_counts(summary.by_basis)}")
        lines.append(f"by kind              {describe_counts(summary.by_kind)}")
    if summary.undated:
        lines.append(f"without a date       {summary.undated:>9,}  never first to publish")
    num_own = summary.documents - summary.known_documents
    lines.append(
        f"independent texts    {summary.independent_texts:>9,}  of {count_things(num_own, 'article')}: "
        "those with half of their words in one family count as one"
    )
    if summary.stories:
        share = format_share(summary.independent_share or 0)
        lines.append(f"stories              {summary.stories:>9,}  {share} of their articles are independent texts")
    lines += [tell_known(known, summary) for known in summary.known_sources]
    lines += ["", f"{'outlet':<{WIDTH}} articles   own words   first   median lag"]
    for outlet in summary.outlets[:MAX_OUTLETS]:
        lag = "-" if outlet.median_lag_days is None else f"{outlet.median_lag_days:g} d"
        name = clip(show_line(outlet.outlet or "no outlet"), WIDTH)
        own = format_share(outlet.own_share)
        lines.append(f"{name:<{WIDTH}} {outlet.articles:>8,}   {own:>9}   {outlet.first:>5,}   {lag:>10}")
    if len(summary.outlets) > MAX_OUTLETS:
        lines.append(f"and {count_things(len(summary.outlets) - MAX_OUTLETS, 'more outlet')}")
    lines += list_flows(matrix)
    lines += tell_limits(summary.limits)
    lines += ["", f"all of it: {show_line(out)}, with pages: {show_line(join(out, 'index.html'))}"]
    return warn_of_rejections(summary.rejections) + "\n".join(lines) + "\n"


def tell_known(known: KnownSource, summary: SourceSummary) -> str:
    """Return how many articles have text of a known source; of none the days may say why."""
    have = "article has" if known.articles == 1 else "articles have"
    told = f"known source         {known.articles:>9,}  {have} text of {clip(show_line(known.source), WIDTH)}"
    if known.articles or not (known.first and summary.first):
        return told
    days = f"its texts are of {known.first} to {known.last}, the articles of {summary.first} to {summary.last}"
    return f"{told}: {days}"


def list_flows(matrix: SourceMatrix) -> Sequence[str]:
    """Return the largest flows, a line each."""
    cells = [(key, cell) for key, cell in matrix.cells.items() if key.source != NOBODY and cell.claimed]
    cells.sort(key=lambda item: (-item[1].claimed, item[0]))
    if not cells:
        return []
    lines = ["", "who has text of whom, where a credit or a known source says so:"]
    for key, cell in cells[:MAX_FLOWS]:
        outlet, source = (clip(show_line(name), WIDTH) for name in key)
        lines.append(f"{outlet:<{WIDTH}} <- {source:<{WIDTH}} {count_things(cell.claimed, 'article'):>15}")
    return lines


def describe_counts(counts: dict[str, int]) -> str:
    """Return counts with their names, those that are none left out."""
    return ", ".join(f"{name} {count:,}" for name, count in counts.items() if count)
