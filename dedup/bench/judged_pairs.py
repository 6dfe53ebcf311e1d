"""Pairs of documents that a person judged, and what becomes of them in a run."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Literal

import msgspec

from dedup.bench.rates import measure_rate
from dedup.errors import InputError
from dedup.model.bench_results import Fates, JudgedPairs

Verdict = Literal["right", "wrong", "contested"]


class JudgedPair(msgspec.Struct, frozen=True):
    """A removal that was judged: both ids, and whether it is right; `verdict_2` is that of a second reader."""

    removed: str | int
    kept: str | int
    verdict: Verdict
    verdict_2: Verdict | None = None

    @property
    def ids(self) -> tuple[str, str]:
        """Return both ids as text."""
        return str(self.removed), str(self.kept)

    @property
    def agreed(self) -> str:
        """Return the verdict of all readers, contested where they differ."""
        return self.verdict if self.verdict_2 in {None, self.verdict} else "contested"


def read_judged_pairs(path: str) -> list[JudgedPair]:
    """Read the verdicts of a file of JSON lines; of a pair that is there twice the last one counts."""
    decoder = msgspec.json.Decoder(JudgedPair)
    with Path(path).open("rb") as lines:
        rows = [(number, line) for number, line in enumerate(lines, start=1) if line.strip()]
    found: dict[tuple[str, str], JudgedPair] = {}
    for number, line in rows:
        try:
            pair = decoder.decode(line)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            form = '{"removed": ID, "kept": ID, "verdict": "right" or "wrong"}'
            raise InputError(f"{path}, line {number}: is no verdict ({error}). Give {form}.") from error
        found[pair.ids] = pair
    return list(found.values())


def follow_pairs(pairs: Sequence[JudgedPair], witnesses: Mapping[str, str], present: Iterable[str]) -> JudgedPairs:
    """Return what becomes of the pairs, given the witness of each removed id and the ids that the input has."""
    known = set(present)
    inside = [pair for pair in pairs if known.issuperset(pair.ids)]
    fates = Counter((pair.agreed, follow(pair, witnesses)) for pair in inside)
    right, wrong, contested = (
        Fates(*(fates[verdict, fate] for fate in ("goes", "stays", "other")))
        for verdict in ("right", "wrong", "contested")
    )
    gone = right.go + wrong.go
    precision = measure_rate(right.go, gone) if gone else None
    return JudgedPairs(len(pairs), len(pairs) - len(inside), right, wrong, contested, precision)


def follow(pair: JudgedPair, witnesses: Mapping[str, str]) -> str:
    """Return whether one of a pair goes because of the other, both stay, or something else is decided.

    >>> pair = JudgedPair("a", "b", "right")
    >>> follow(pair, {"b": "a"}), follow(pair, {}), follow(pair, {"a": "c"})
    ('goes', 'stays', 'other')
    """
    a, b = pair.ids
    if witnesses.get(a) == b or witnesses.get(b) == a:
        return "goes"
    return "other" if a in witnesses or b in witnesses else "stays"
