"""Words for a comparison, as every format says them."""

from dedup.compare.model import Comparison, Fact, FactKind, Place, Wording
from dedup.compare.outlet_shares import OutletShares
from dedup.report.compare.compare_names import name_letter
from dedup.report.wording import clip_words, format_share

MAX_LINE_QUOTE = 140  # characters
KIND_NAMES = {
    FactKind.NUMBER: "numbers",
    FactKind.DATE: "dates and times",
    FactKind.QUOTE: "quoted words",
    FactKind.NAME: "names",
    FactKind.ATTRIBUTION: "attribution",
    FactKind.OPPOSITE: "opposite claims",
}
KINDS = sorted(FactKind, key=lambda kind: kind is not FactKind.OPPOSITE)  # the gravest first
RELATION_SIGNS = {
    Wording.VERBATIM: "=",
    Wording.EDITED: "~",
    Wording.REWORDED: "≈",
    Wording.PARTIAL: "◐",
}


def describe_engine(found: Comparison) -> str:
    """Return what ran, in one sentence."""
    engine = found.engine
    text = f"{engine.name} engine"
    if engine.model:
        text += f" ({engine.model})"
    return f"{text}: {engine.reason}" if engine.reason else text


def quote_line(found: Comparison, row: int) -> str:
    """Return a statement in one line: the sentence that its other texts cover best, and whose words these are."""
    text = clip_words(" ".join(found.quote_telling(row).split()), MAX_LINE_QUOTE)
    return f"{text} (in the words of {name_letter(found.telling[row].place.outlet)})"


def count_common(found: Comparison) -> list[list[int]]:
    """Return, for each two texts, how many statements both make; of a text and itself: how many it makes."""
    held = [{number for number, row in enumerate(found.rows) if row.find(o)} for o in range(len(found.outlets))]
    return [[len(own & other) for other in held] for own in held]


def group_wordings(found: Comparison, row: int) -> list[list[int]]:
    """Return the texts of a row, those of the same words together, the reference in the first group."""
    reference = found.reference(row)
    groups: list[list[int]] = []
    for outlet in sorted(found.rows[row].outlets, key=lambda outlet: (outlet != reference, outlet)):
        same = next((group for group in groups if found.relation(row, outlet, group[0]) is Wording.VERBATIM), None)
        if same is None:
            groups.append([outlet])
        else:
            same.append(outlet)
    return groups


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


def cut_fact(found: Comparison, fact: Fact) -> list[str]:
    """Return the wordings of a fact, each once."""
    text = found.outlets[fact.outlet].text
    return list(dict.fromkeys(span.cut(text).strip(" ,.;") for span in fact.spans))


def list_opposed(found: Comparison, row: int) -> dict[int, Place]:
    """Return the texts that say the opposite of what a row says, with the sentence of each that does."""
    held = found.rows[row].outlets
    opposed: dict[int, Place] = {}
    for case in found.disagreements:
        if case.kind is FactKind.OPPOSITE and case.row == row:
            own = {value for fact in case.facts if fact.outlet in held for value in fact.values}
            opposed |= {
                fact.outlet: Place(fact.outlet, fact.sentences[0])
                for fact in case.facts
                if fact.outlet not in held and not own & set(fact.values)
            }
    return opposed
