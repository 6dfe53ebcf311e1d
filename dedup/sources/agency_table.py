"""The agencies, press offices and outlets that texts name, in several languages."""

import re
from bisect import bisect_left
from collections.abc import Iterable, Mapping
from difflib import SequenceMatcher
from functools import cache
from importlib.resources import files

import msgspec
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from dedup.text.characters import is_unspaced

ALIKE = 0.75
_LEGAL = re.compile(r"[^\w]|_")
# What hosts end in, and a name lacks that is short for a host.
_HOST_END = re.compile(r"(com|net|org|co|news|online|gov)?(lk|in|uk|us|au|de|fr|jp)?")


class Agency(msgspec.Struct, frozen=True):
    """Who may be credited.

    kind       "agency", "office" (press releases) or "outlet"
    acronyms   short names that other bodies have too: they count where no text explains them otherwise
    bracketed  short names that count in the brackets of a dateline only
    """

    name: str
    kind: str
    names: tuple[str, ...]
    acronyms: tuple[str, ...] = ()
    bracketed: tuple[str, ...] = ()


@cache
def load_agencies() -> dict[str, Agency]:
    """Return the agencies by each of their names."""
    raw = files("dedup.sources").joinpath("agencies.json").read_bytes()
    found = msgspec.json.decode(raw, type=list[Agency])
    return {name: agency for agency in found for name in (*agency.names, *agency.acronyms, *agency.bracketed)}


@cache
def find_kinds() -> Mapping[str, str]:
    """Return the kind of each agency by each of its full names."""
    return {name: agency.kind for agency in load_agencies().values() for name in (agency.name, *agency.names)}


def find_names(text: str) -> list[re.Match[str]]:
    """Return the places of all names in a text, in order; of names that overlap the longest counts.

    Most names are not there, which `in` finds out at the speed of memory; one pattern of all takes fifty times as long.
    """
    found: list[re.Match[str]] = []
    for name in list_names():
        if name in text:
            found += [match for match in compile_name(name).finditer(text) if not overlaps(match, found)]
    return sorted(found, key=lambda match: match.start())


def may_name(texts: pa.Array) -> npt.NDArray[np.bool_]:
    """Return which texts hold a name at all, bool[n]: some 250 MB/s, so that only a tenth of texts is looked at."""
    pattern = "|".join(re.escape(name) for name in list_names())
    return np.asarray(pc.match_substring_regex(texts, pattern).to_numpy(zero_copy_only=False), bool)


@cache
def list_names() -> list[str]:
    """Return all names, the longest first."""
    return sorted(load_agencies(), key=lambda name: (-len(name), name))


@cache
def compile_name(name: str) -> re.Pattern[str]:
    """Return a pattern of a name: a whole word, in scripts that put spaces between words."""
    escaped = re.escape(name)
    return re.compile(escaped if is_unspaced(name[0]) else rf"(?<![\w@.#/]){escaped}(?!\w|\.\w|-[A-Za-z])")


def overlaps(match: re.Match[str], others: list[re.Match[str]]) -> bool:
    """Return whether a place has characters in common with others."""
    return any(other.start() < match.end() and match.start() < other.end() for other in others)


class OutletNames:
    """The outlets of a corpus, found by what texts call them."""

    def __init__(self, outlets: Iterable[str]) -> None:
        self._outlets = {fold_outlet(name): name for name in sorted(set(outlets), reverse=True) if name}
        self._folded = sorted(self._outlets)

    def find(self, name: str) -> str | None:
        """Return the outlet that a name names, None for none: that of the name, or of a host that begins with it.

        >>> OutletNames(["dailymirrorlk", "mirror.example"]).find("Daily Mirror")
        'dailymirrorlk'
        """
        folded = fold_outlet(name)
        if len(folded) < 4:
            return self._outlets.get(folded)
        for place in range(bisect_left(self._folded, folded), len(self._folded)):
            outlet = self._folded[place]
            if not outlet.startswith(folded):
                return None
            if _HOST_END.fullmatch(outlet, len(folded)):
                return self._outlets[outlet]
        return None


def fold_outlet(name: str) -> str:
    """Return the letters and digits of a name, folded.

    >>> fold_outlet("The Daily Mirror")
    'dailymirror'
    """
    return _LEGAL.sub("", name.casefold().removeprefix("the ").removeprefix("www.").replace("1st", "first"))


def is_alike(name: str, outlet: str) -> bool:
    """Return whether a name may be that of an outlet, misspelt.

    >>> is_alike("Daiy Mirror", "dailymirrorlk"), is_alike("China Daily", "dailymirrorlk")
    (True, False)
    """
    return SequenceMatcher(None, fold_outlet(name), fold_outlet(outlet)).ratio() >= ALIKE
