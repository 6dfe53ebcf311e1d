"""What is known of the articles of a corpus, beside their words."""

import re
from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

import msgspec

from dedup.corpus.blocks import DocumentBlock
from dedup.corpus.values import read_value
from dedup.extract.article_text import name_host
from dedup.sources.agency_table import OutletNames, find_kinds, is_alike, load_agencies, may_name
from dedup.sources.credit_model import Credit, CreditKind
from dedup.sources.credits import find_credits
from dedup.text.dates import parse_day, parse_moment

EPOCH = date(1970, 1, 1).toordinal()
# How texts say that they are of a statement that others have too.
_STATEMENT = re.compile(
    r"\b(?:(?:press|media|news) (?:release|statement|communiqu[ée])|"
    r"(?:in|through|via|issu\w+|releas\w+|according to) (?:a|an|the) (?:\w+ ){0,2}"
    r"(?:statement|communiqu[ée]|notice|press note)|statement (?:issued|released|by|from|said)|"
    r"communiqu[ée] de presse|comunicado|pressemitteilung|nota de prensa|comunicato)|"
    r"නිවේදනය|ஊடக அறிக்கை|அறிக்கையில்|пресс-релиз|声明|公報|公报|بيان",
    re.IGNORECASE,
)


class Article(msgspec.Struct, frozen=True):
    """An article: who published it and when; whom it credits.

    outlet     as its record says, else the host of its URL, else ""
    moment     seconds since 1970 (UTC); with `has_time` it says more than the day
    day        ordinal of the day, 0 if it is unknown
    known      the name of the known source that it is of (`--wire`), "" if it is of none
    wires      numbers of all known sources whose field it has
    credits    without names that are no agency and no outlet of the corpus
    statement  how it says that it is of a statement, "" if it does not
    """

    outlet: str
    date: str
    title: str
    day: int
    moment: float
    has_time: bool
    known: str
    credits: tuple[Credit, ...]
    statement: str = ""
    wires: tuple[int, ...] = ()

    @property
    def named(self) -> tuple[Credit, ...]:
        """Return the credits: what is only quoted is none."""
        return tuple(credit for credit in self.credits if credit.kind is not CreditKind.QUOTED)


class WireField(NamedTuple):
    """A field, by the role that it is read as, and what it holds in the records of a known source."""

    role: str
    value: str


def read_articles(
    block: DocumentBlock, file_names: Sequence[str], wires: Sequence[WireField], date_order: str | None = None
) -> list[Article]:
    """Return the articles of a block; those of a file with a name are of a known source."""
    names, files = may_name(block.texts).tolist(), block.files.tolist()
    columns = {role: [read_value(raw) for raw in values] for role, values in block.fields.items()}
    found = []
    for row, text in enumerate(block.texts.to_pylist()):
        values = {role: column[row] for role, column in columns.items()}
        time = read_time(block.fields["date"][row], values["date"], date_order) if "date" in block.fields else NO_TIME
        named = find_credits(text, values.get("credit", ""), has_names=names[row])
        statement = _STATEMENT.search(text)
        outlet = values.get("outlet") or name_host(values.get("url", ""))
        matched = tuple(number for number, wire in enumerate(wires) if values.get(wire.role) == wire.value)
        known = wires[matched[0]].value if matched else ""
        if file_name := file_names[files[row]]:
            known = outlet or file_name
        told = (outlet, values.get("date", ""), values.get("title", ""))
        found.append(Article(*told, *time, known, tuple(named), statement[0] if statement else "", matched))
    return found


class PublicationTime(NamedTuple):
    """When an article was published: its day (that of `date.toordinal`), Unix seconds, and whether it names a time."""

    day: int
    moment: float
    has_time: bool


NO_TIME = PublicationTime(0, 0.0, has_time=False)


def read_time(raw: bytes, text: str, date_order: str | None) -> PublicationTime:
    """Return what a raw JSON value, as `text`, says of the time of publication; of Unix times it is the day."""
    day, moment = parse_day(raw, date_order), parse_moment(text, date_order)
    if day is None:
        return NO_TIME
    if moment is None:
        return PublicationTime(day.toordinal(), (day.toordinal() - EPOCH) * 86_400.0, has_time=False)
    has_time = (moment.hour, moment.minute, moment.second) != (0, 0, 0)
    return PublicationTime(day.toordinal(), moment.timestamp(), has_time)


def settle_credits(articles: Sequence[Article]) -> list[Article]:
    """Return the articles with each credit to an outlet under the outlet's name, and without those to nobody known.

    A credit of an outlet to itself is none.
    """
    names = {article.outlet for article in articles}
    outlets = OutletNames(names)
    agencies = load_agencies()
    own_names = {  # of pmd.gov.lk; an acronym may be that of another body
        agencies[name].name: name for name in sorted(names) if name in agencies and name in agencies[name].names
    }
    resolved: dict[str, str | None] = {}

    def settle(article: Article) -> Article:
        kept = []
        for credit in article.credits:
            if credit.source not in resolved:
                resolved[credit.source] = outlets.find(credit.source) or own_names.get(credit.source)
            outlet = resolved[credit.source]
            if outlet == article.outlet and outlet is not None:
                continue
            if outlet is None and credit.source not in find_kinds() and is_alike(credit.source, article.outlet):
                continue
            if credit.is_known or outlet is not None:
                kept.append(credit if outlet is None else msgspec.structs.replace(credit, source=outlet, is_known=True))
        return msgspec.structs.replace(article, credits=tuple(kept))

    return [settle(article) for article in articles]
