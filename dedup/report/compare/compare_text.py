"""Words for a comparison, as every format says them."""

from dedup.compare.model import Comparison, Disagreement, FactKind, Wording
from dedup.compare.outlet_shares import OutletShares
from dedup.report.wording import format_share

KIND_NAMES = {
    FactKind.NUMBER: "numbers",
    FactKind.DATE: "dates and times",
    FactKind.QUOTE: "quoted words",
    FactKind.NAME: "names",
    FactKind.ATTRIBUTION: "attribution",
    FactKind.OPPOSITE: "opposite claims",
}
RELATION_SIGNS = {
    Wording.VERBATIM: "=",
    Wording.EDITED: "~",
    Wording.REWORDED: "≈",
    Wording.PARTIAL: "◐",
}


def name_letter(number: int) -> str:
    """Return the letter of a text.

    >>> name_letter(0), name_letter(25), name_letter(26)
    ('A', 'Z', 'AA')
    """
    letter = chr(ord("A") + number % 26)
    return letter if number < 26 else name_letter(number // 26 - 1) + letter


def describe_engine(found: Comparison) -> str:
    """Return what ran, in one sentence."""
    engine = found.engine
    text = f"{engine.name} engine"
    if engine.model:
        text += f" ({engine.model})"
    return f"{text}: {engine.reason}" if engine.reason else text


def describe_base(found: Comparison) -> str:
    """Return which text the others are compared with."""
    return f"base {name_letter(found.base)} {found.outlets[found.base].name}"


def percent(share: float) -> str:
    """Return a share as a whole percentage."""
    return format_share(share, digits=0)


def describe_derivation(shares: OutletShares) -> str:
    """Return how a text derives from the base, with the two numbers behind it."""
    names = {"wholly": "wholly derived", "partially": "partly derived", "independent": "independent wording"}
    return f"{names[shares.derivation.value]} ({percent(shares.reused)} of it in the base's words)"


def describe_order(tau: float | None) -> str:
    """Return how far the order of statements is the base's."""
    if tau is None:
        return "no order to compare"
    kinds = ((0.95, "same order"), (0.5, "mostly the same order"), (-0.5, "another order"))
    name = next((name for least, name in kinds if tau >= least), "reversed order")
    return f"{name} (tau {tau:.2f})"


def list_facts(found: Comparison, disagreement: Disagreement) -> list[tuple[int, list[str]]]:
    """Return what each text has, in its own words, each wording once."""
    return [
        (
            fact.outlet,
            list(dict.fromkeys(span.cut(found.outlets[fact.outlet].text).strip(" ,.;") for span in fact.spans)),
        )
        for fact in disagreement.facts
    ]
