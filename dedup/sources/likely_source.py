"""Where the text of a family came from, by documented rules; each verdict has its evidence beside it."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from dedup.sources.agency_table import find_kinds
from dedup.sources.articles import Article
from dedup.sources.families import Family, FamilyMember, name_publisher

LEAD_S = 3_600.0  # seconds from which one article is earlier than another, where both say the time
CONTAINED = 0.9  # share of the words of the others that one article has, where it contains them
MAX_EVIDENCE = 4  # sentences of a verdict
WHOLE = 0.5  # share of the words of an article in the family, from which its credits speak for the family


class Basis(StrEnum):
    """Why a source is the likely one."""

    KNOWN = "known source"
    CREDIT = "credit"
    QUOTED = "named office"
    FIRST = "first to publish"
    CONTAINS = "contains the others"
    UNKNOWN = "unknown"


class FamilyKind(StrEnum):
    """How a text came to several outlets."""

    WIRE = "wire"
    RELEASE = "press release"
    OUTLET = "outlet to outlet"
    COMMON = "common source"
    UNKNOWN = "unknown"


_GOVERNMENT = re.compile(r"\.(?:gov|gouv|gob|govt|mil|go)(?:\.[a-z]{2})?$")
KINDS = {"agency": FamilyKind.WIRE, "office": FamilyKind.RELEASE}  # by the kind of a credited source


@dataclass(frozen=True)
class Verdict:
    """The likely source of a family: an agency, a known source or an outlet; "" where it is unknown.

    document  the article of the source in the corpus, None where it has none
    evidence  what speaks for it, a sentence each

    That an article was first, or has more, does not tell where the text came from: both may have it from a third. So
    only the other bases claim a direction.
    """

    source: str
    basis: Basis
    kind: FamilyKind
    document: int | None
    evidence: tuple[str, ...]

    @property
    def is_claim(self) -> bool:
        """Return whether it says where the text came from."""
        return self.basis in {Basis.KNOWN, Basis.CREDIT, Basis.QUOTED}


def claims_member(verdict: Verdict, member: FamilyMember, articles: Sequence[Article]) -> bool:
    """Return whether a verdict says where the text of an article came from, and not only that of the others.

    An article that has little of its text in the family must share it with a known source, or name the source.
    """
    if not verdict.is_claim or member.document == verdict.document:
        return False
    if member.share >= WHOLE or any(articles[pair.source].known == verdict.source for pair in member.pairs):
        return True
    return any(credit.source == verdict.source for credit in articles[member.document].credits)


def judge_family(family: Family, articles: Sequence[Article]) -> Verdict:
    """Return the likely source of a family: known, else credited, else first, else the one that contains the others."""
    for rule in (find_known, find_credited, find_office):
        verdict = rule(family, articles)
        if verdict is not None:
            return verdict
    statements = tuple(
        f'{articles[m.document].outlet}: "{articles[m.document].statement}"'
        for m in family.members
        if articles[m.document].statement
    )[:MAX_EVIDENCE]
    kind = FamilyKind.COMMON if statements else FamilyKind.UNKNOWN
    for guess in (find_first, find_container):
        verdict = guess(family, articles)
        if verdict is not None:
            return replace(verdict, kind=kind, evidence=(*verdict.evidence, *statements))
    return Verdict("", Basis.UNKNOWN, kind, None, statements or ("no credit, no statement, no article that is first",))


def find_known(family: Family, articles: Sequence[Article]) -> Verdict | None:
    """Return the known source that has the text, unless another article was out on an earlier day."""
    known = [member for member in family.members if articles[member.document].known]
    others = [member for member in family.members if not articles[member.document].known]
    if not known:
        return None
    days = ((articles[m.document].day, m.document) for m in others if articles[m.document].day)
    first = min(days, default=None)
    timely = [member for member in known if first is None or articles[member.document].day <= first[0]]
    best = max(timely or known, key=lambda member: (member.words, -member.document))
    source = articles[best.document].known
    if first is not None and not timely:
        told = f"{source} has the text, but {articles[first[1]].outlet} was out before it"
        return Verdict("", Basis.UNKNOWN, FamilyKind.UNKNOWN, None, (told,))
    kind = FamilyKind.RELEASE if is_office(source, articles[best.document].outlet) else FamilyKind.WIRE
    return Verdict(source, Basis.KNOWN, kind, best.document, (f"{source} is a known source and has the text",))


def is_office(*names: str) -> bool:
    """Return whether one of these names is a press office, or the host of a government."""
    return any(find_kinds().get(name) == "office" or _GOVERNMENT.search(name) for name in names)


def find_credited(family: Family, articles: Sequence[Article]) -> Verdict | None:
    """Return the one source that articles credit; where they credit several, it is unknown."""
    members = [member.document for member in family.members if member.share >= WHOLE]
    named = [(document, credit) for document in members for credit in articles[document].named]
    if not named:
        return None
    sources = Counter(credit.source for _, credit in named)
    specific = [source for source in sources if source != "agencies"] or [*sources]
    evidence = tuple(f"{articles[d].outlet} credits {c.source} ({c.kind.value})" for d, c in named[:MAX_EVIDENCE])
    if len(specific) > 1:
        return Verdict("", Basis.UNKNOWN, FamilyKind.COMMON, None, evidence)
    source = specific[0]
    own = [m.document for m in family.members if articles[m.document].outlet == source]
    kind = KINDS.get(find_kinds().get(source, ""), FamilyKind.OUTLET)
    return Verdict(source, Basis.CREDIT, kind, min(own, default=None), evidence)


def find_office(family: Family, articles: Sequence[Article]) -> Verdict | None:
    """Return the press office that articles say has said it."""
    quoted = [
        (member.document, credit)
        for member in family.members
        if member.share >= WHOLE
        for credit in articles[member.document].credits
        if credit.says and is_office(credit.source)
    ]
    if len({credit.source for _, credit in quoted}) != 1:
        return None
    source = quoted[0][1].source
    evidence = tuple(f"{articles[d].outlet} says that {source} said it" for d in dict.fromkeys(d for d, _ in quoted))
    return Verdict(source, Basis.QUOTED, FamilyKind.RELEASE, None, evidence[:MAX_EVIDENCE])


def find_first(family: Family, articles: Sequence[Article]) -> Verdict | None:
    """Return the outlet that was first by a day, or by an hour where times are known, and has the later texts."""
    first = min(family.members, key=lambda m: (articles[m.document].moment or float("inf"), m.document))
    rest = list_others(first, family, articles)
    start = articles[first.document]
    if not start.day or not all(is_later(articles[m.document], start) for m in rest):
        return None
    second = min((articles[m.document] for m in rest), key=lambda article: article.moment)
    have_times = start.has_time and second.has_time
    gap = second.moment - start.moment if have_times else 86_400.0 * (second.day - start.day)
    after = f"{gap / 86_400:.0f} days" if gap >= 2 * 86_400 else "a day" if gap >= 86_400 else f"{gap / 3_600:.0f} h"
    return Verdict(
        start.outlet, Basis.FIRST, FamilyKind.UNKNOWN, first.document, (f"{start.outlet} was first, by {after}",)
    )


def list_others(member: FamilyMember, family: Family, articles: Sequence[Article]) -> list[FamilyMember]:
    """Return the members of a family that another publisher has than one of them."""
    own = name_publisher(member.document, articles)
    return [other for other in family.members if name_publisher(other.document, articles) != own]


def is_later(article: Article, start: Article) -> bool:
    """Return whether an article is surely later than another."""
    if not article.day:
        return False
    if article.has_time and start.has_time:
        return article.moment - start.moment >= LEAD_S
    return article.day > start.day


def find_container(family: Family, articles: Sequence[Article]) -> Verdict | None:
    """Return the article that has all the others have, and more of its own, unless it is surely later than one."""
    biggest = max(family.members, key=lambda m: (measure_whole(m), -m.document))
    others = list_others(biggest, family, articles)
    if not all(contains(biggest, member) for member in others):
        return None
    if any(is_later(articles[biggest.document], articles[m.document]) for m in others if articles[m.document].day):
        return None
    outlet = articles[biggest.document].outlet
    evidence = (f"{outlet} has all that the others have, and more",)
    return Verdict(outlet, Basis.CONTAINS, FamilyKind.UNKNOWN, biggest.document, evidence)


def contains(whole: FamilyMember, part: FamilyMember) -> bool:
    """Return whether nearly all words of an article are in another one that has half as many again."""
    has_all = part.share >= CONTAINED and whole.words >= CONTAINED * part.words
    return has_all and measure_whole(whole) >= 1.5 * measure_whole(part)


def measure_whole(member: FamilyMember) -> float:
    """Return how many words an article has, those outside the family too."""
    return member.words / max(member.share, 1e-9)
