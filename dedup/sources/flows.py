"""Who printed whose text: words and articles by outlet, source and week."""

from collections.abc import Sequence
from datetime import date
from statistics import median

import msgspec

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


def name_week(day: int) -> str:
    """Return the ISO week of a day (ordinal), "" of an unknown one.

    >>> name_week(date(2024, 1, 31).toordinal())
    '2024-W05'
    """
    if not day:
        return ""
    year, week, _ = date.fromordinal(day).isocalendar()
    return f"{year}-W{week:02d}"


def count_flows(found: FoundSources) -> list[Flow]:
    """Return the flows, sorted; an article counts once for each family that it is in, a source not for itself."""
    counts: dict[Flow, tuple[int, int]] = {}
    for family in found.families:
        verdict = found.verdicts[family.number]
        for member in family.members:
            article = found.articles[member.document]
            outlet = article.outlet
            if article.known or (verdict.source and outlet == verdict.source):
                continue
            week, is_claimed = name_week(article.day), claims_member(verdict, member, found.articles)
            key = Flow(week, outlet, verdict.source or NOBODY, verdict.basis.value, is_claimed, 0, 0)
            articles, words = counts.get(key, (0, 0))
            counts[key] = articles + 1, words + member.words
    flows = [msgspec.structs.replace(key, articles=a, words=w) for key, (a, w) in counts.items()]
    return sorted(flows, key=lambda flow: (flow.week, flow.outlet, flow.source, flow.basis))


def summarise_outlets(found: FoundSources) -> list[OutletSummary]:
    """Return the outlets, the one with most articles first."""
    own_words, family_words = found.own_tokens.tolist(), found.measure_shared()
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
