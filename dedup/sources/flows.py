"""Who printed whose text: words and articles by outlet, source and week."""

from collections.abc import Iterable, Sequence
from datetime import date
from statistics import median
from typing import NamedTuple

import msgspec
import numpy as np
import numpy.typing as npt

from dedup.sources.families import collect_spans, measure_union
from dedup.sources.found_sources import FoundSources
from dedup.sources.likely_source import claims_member, is_later

NOBODY = "unknown"


class Flow(msgspec.Struct, frozen=True):
    """What an outlet has of a source in a week, on what basis: a line of `flows.csv`.

    source  "unknown" where no source is likely
    claim   whether the basis says where the text came from; that another was first does not
    """

    week: str
    outlet: str
    source: str
    basis: str
    claim: bool
    articles: int
    words: int


class OutletSummary(msgspec.Struct, frozen=True):
    """An outlet of the corpus.

    words, family_words  words that are no boilerplate, and how many of them other outlets have too
    own_share            share of the others
    first                families in which it was first to publish
    median_lag_days      between the first article of a family and its own, of those that are later; None for none
    """

    outlet: str
    articles: int
    words: int
    family_words: int
    own_share: float
    first: int
    median_lag_days: float | None


class KnownSource(msgspec.Struct, frozen=True):
    """A known source, and how many articles of others have text of it.

    texts        its own
    first, last  the days of its texts that have one, "" for none
    """

    source: str
    texts: int
    first: str
    last: str
    articles: int
    words: int


def summarise_known(found: FoundSources) -> list[KnownSource]:
    """Return the known sources by name."""
    summaries = []
    for source, words in found.known_words.items():
        days = [article.day for article in found.articles if article.known == source]
        had = [count for count, article in zip(words, found.articles, strict=True) if count and not article.known]
        first, last = find_days(days)
        summaries.append(KnownSource(source, len(days), first, last, len(had), sum(had)))
    return summaries


def find_days(days: Sequence[int]) -> tuple[str, str]:
    """Return the first and the last of some days (ordinals, 0 unknown) in ISO, "" for none.

    >>> find_days([0, date(2024, 2, 1).toordinal(), date(2024, 1, 31).toordinal()])
    ('2024-01-31', '2024-02-01')
    """
    dated = [day for day in days if day]
    if not dated:
        return "", ""
    return date.fromordinal(min(dated)).isoformat(), date.fromordinal(max(dated)).isoformat()


def name_week(day: int) -> str:
    """Return the ISO week of a day (ordinal), "" of an unknown one.

    >>> name_week(date(2024, 1, 31).toordinal())
    '2024-W05'
    """
    if not day:
        return ""
    year, week, _ = date.fromordinal(day).isocalendar()
    return f"{year}-W{week:02d}"


class FlowPart(NamedTuple):
    """What one article has of one family: a `Flow` without counts, and the spans of its passages."""

    flow: Flow
    document: int
    spans: Sequence[npt.NDArray[np.int32]]


class FlowSums(NamedTuple):
    """How many articles are in some parts, and how many of their words: each once."""

    articles: int
    words: int


def list_parts(found: FoundSources) -> list[FlowPart]:
    """Return what each article has of each family that it is in; a source has nothing of itself."""
    parts = []
    for family in found.families:
        verdict = found.verdicts[family.number]
        spans = collect_spans((pair for member in family.members for pair in member.pairs), found.passages)
        for member in family.members:
            article = found.articles[member.document]
            if article.known or (verdict.source and article.outlet == verdict.source):
                continue
            week, is_claimed = name_week(article.day), claims_member(verdict, member, found.articles)
            flow = Flow(week, article.outlet, verdict.source or NOBODY, verdict.basis.value, is_claimed, 0, 0)
            parts.append(FlowPart(flow, member.document, spans.get(member.document, [])))
    return parts


def sum_parts(parts: Iterable[FlowPart]) -> FlowSums:
    """Return the articles and the words of some parts."""
    spans: dict[int, list[npt.NDArray[np.int32]]] = {}
    for part in parts:
        spans.setdefault(part.document, []).extend(part.spans)
    return FlowSums(len(spans), sum(measure_union(found) for found in spans.values()))


def count_flows(parts: Sequence[FlowPart]) -> list[Flow]:
    """Return the flows, sorted."""
    groups: dict[Flow, list[FlowPart]] = {}
    for part in parts:
        groups.setdefault(part.flow, []).append(part)
    flows = [msgspec.structs.replace(key, **sum_parts(group)._asdict()) for key, group in groups.items()]
    return sorted(flows, key=lambda flow: (flow.week, flow.outlet, flow.source, flow.basis))


def summarise_outlets(found: FoundSources) -> list[OutletSummary]:
    """Return the outlets, the one with most articles first."""
    own_words, family_words = found.own_tokens.tolist(), found.shared_words
    numbers: dict[str, list[int]] = {}
    for document, article in enumerate(found.articles):
        if not article.known:
            counts = numbers.setdefault(article.outlet, [0, 0, 0, 0])
            counts[0] += 1
            counts[1] += own_words[document]
            counts[2] += family_words[document]
    lags: dict[str, list[float]] = {}
    for family in found.families:
        dated = [found.articles[m.document] for m in family.members if found.articles[m.document].day]
        dated = [article for article in dated if not article.known]
        is_timed = all(article.has_time for article in dated)  # a day is that of the place, a moment that of all
        first = min(dated, key=lambda a: (0 if is_timed else a.day, a.moment), default=None)
        firsts = {article.outlet for article in dated if first and not is_later(article, first)}
        if len(firsts) == 1:
            numbers[next(iter(firsts))][3] += 1
        for article in dated:
            if first and is_later(article, first) and article.outlet not in firsts:
                have_times = article.has_time and first.has_time
                lag_days = (article.moment - first.moment) / 86_400 if have_times else article.day - first.day
                lags.setdefault(article.outlet, []).append(lag_days)
    return [
        OutletSummary(
            name, count, words, shared, round(1 - shared / words, 4) if words else 1.0, first, lag(lags.get(name))
        )
        for name, (count, words, shared, first) in sorted(numbers.items(), key=lambda item: (-item[1][0], item[0]))
    ]


def lag(values: Sequence[float] | None) -> float | None:
    """Return the median of lags in days, None of none."""
    return round(float(median(values)), 2) if values else None
