"""Which documents are contained in others: covered by passages of one kept document."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

import numpy as np
import numpy.typing as npt

from dedup.config import PassageConfig
from dedup.passages.matches import Matches, compare_pairs

# From this share on a pair is compared as a whole: its anchors may have had other first holders.
WORTH_COMPARING = 0.3


@dataclass(frozen=True, slots=True)
class Containment:
    """A document, the document that contains it, and the share of its tokens that stand equal there."""

    inner: int
    outer: int
    share: float


def find_contained(
    matches: Matches,
    address: npt.NDArray[np.uint64],
    sizes: tuple[npt.NDArray[np.int32], npt.NDArray[np.int32]],
    config: PassageConfig,
) -> list[Containment]:
    """Return the documents that are contained in another one that is itself not contained in any.

    `matches` name documents by their place in `address`; `sizes` are the tokens of each, and those of them that are no
    boilerplate, which alone count here. Longer documents are looked at first, so a
    witness is decided on before what it contains; of several witnesses the one that covers most is taken.
    """
    assert config.contained is not None
    num_tokens, own_tokens = sizes
    shares = measure_shares(matches, own_tokens)
    candidates = sorted(
        {(s.inner, s.outer) for s in shares if s.share >= WORTH_COMPARING and precedes(s.outer, s.inner, own_tokens)}
    )
    pairs = np.array(candidates, np.int32).reshape(-1, 2)
    compared = measure_shares(compare_pairs(pairs, address, num_tokens, config), own_tokens)
    wanted = set(candidates)
    return choose_witnesses([s for s in compared if (s.inner, s.outer) in wanted], own_tokens, config.contained)


def precedes(a: int, b: int, num_tokens: npt.NDArray[np.int32]) -> bool:
    """Return whether a is longer than b, or as long and earlier."""
    return (int(num_tokens[a]), -a) > (int(num_tokens[b]), -b)


def choose_witnesses(
    shares: Sequence[Containment], num_tokens: npt.NDArray[np.int32], threshold: float
) -> list[Containment]:
    """Return for each document that reaches the threshold its best witness that is not contained itself."""
    by_inner: dict[int, list[Containment]] = {}
    for share in shares:
        if share.share >= threshold:
            by_inner.setdefault(share.inner, []).append(share)
    gone: dict[int, Containment] = {}
    for inner in sorted(by_inner, key=lambda doc: (-int(num_tokens[doc]), doc)):
        standing = [s for s in by_inner[inner] if s.outer not in gone]
        if standing:
            gone[inner] = max(standing, key=lambda s: (s.share, -s.outer))
    return [gone[inner] for inner in sorted(gone)]


def measure_shares(matches: Matches, num_tokens: npt.NDArray[np.int32]) -> list[Containment]:
    """Return, for every pair and both ways, the share of tokens of one that stand equal in passages of the other.

    Equal tokens count, not the whole of edited passages: a template filled in anew is covered by its twin from end to
    end, and not contained in it.
    """
    order = np.lexsort((matches.holder, matches.document))
    rows = zip(
        matches.document[order].tolist(),
        matches.holder[order].tolist(),
        matches.span[order].tolist(),
        matches.held[order].tolist(),
        matches.equal[order].tolist(),
        strict=True,
    )
    shares = []
    for (document, holder), group in groupby(rows, key=lambda row: row[:2]):
        _, _, spans, held, equal = zip(*group, strict=True)
        for inner, outer, ranges in ((document, holder, spans), (holder, document, held)):
            covered = min(sum(equal), count_union(ranges))
            shares.append(Containment(inner, outer, min(covered / max(int(num_tokens[inner]), 1), 1.0)))
    return shares


def count_union(spans: Sequence[list[int]]) -> int:
    """Return how many tokens at least one of the spans [start, end) covers."""
    total = reached = 0
    for start, end in sorted(spans):
        total += max(end - max(start, reached), 0)
        reached = max(reached, end)
    return total
