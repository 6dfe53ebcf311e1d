"""How one outlet relates to a base, in shares of words."""

from dataclasses import dataclass
from enum import StrEnum


class Derivation(StrEnum):
    """How a text relates to the base (Gaizauskas et al. 2001, the METER corpus)."""

    WHOLLY = "wholly"
    PARTIALLY = "partially"
    INDEPENDENT = "independent"


@dataclass(frozen=True, slots=True)
class OutletShares:
    """How one outlet relates to a base; shares of words, 0 to 1.

    verbatim, edited, reworded, partial, dropped   of the base: how the outlet says it (they add up to 1)
    new         of the outlet: in sentences that say nothing of the base
    reused      of the outlet: in runs of four and more words that the base has too
    tau         Kendall's tau-b of the order of what both have: 1 the same, -1 reversed, None below two statements
    derivation  what these numbers amount to
    """

    verbatim: float
    edited: float
    reworded: float
    partial: float
    dropped: float
    new: float
    reused: float
    tau: float | None
    derivation: Derivation
