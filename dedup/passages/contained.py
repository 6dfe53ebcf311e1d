"""Which documents are contained in others: covered by passages of one kept document."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from dedup.config import PassageConfig
from dedup.passages.matches import Matches, compare_pairs

# A pair of documents is aligned where its anchors reach over this share of the shorter one, and from the second share
# of equal tokens on it is compared as a whole: its other anchors may have had other first holders.
WORTH_ALIGNING, WORTH_COMPARING = 0.05, 0.3


@dataclass(frozen=True, slots=True)
class Containment:
    """A document, the document that contains it, and the share of its tokens that stand equal there."""

    inner: int
    outer: int
    share: float


def choose_pairs(matches: Matches, own_tokens: npt.NDArray[np.int32]) -> npt.NDArray[np.int32]:
    """Return the pairs (contained, container; int32[m, 2]) that are worth comparing as a whole."""
    shares = measure_shares(matches, own_tokens, WORTH_COMPARING)
    pairs = sorted({(s.inner, s.outer) for s in shares if precedes(s.outer, s.inner, own_tokens)})
    return np.array(pairs, np.int32).reshape(-1, 2)


def find_contained(
    pairs: npt.NDArray[np.int32],
    address: npt.NDArray[np.uint64],
    sizes: tuple[npt.NDArray[np.int32], npt.NDArray[np.int32]],
    config: PassageConfig,
    threads: int = 1,
) -> list[Containment]:
    """Return the documents that are contained in another one that is itself not contained in any.

    `pairs` (contained, container) name documents by their place in `address`; `sizes` are the tokens of each, and those
    of them that are no boilerplate, which alone count here. Longer documents are looked at first, so a
    witness is decided on before what it contains; of several witnesses the one that covers most is taken.
    """
    assert config.contained is not None
    num_tokens, own_tokens = sizes
    compared = measure_shares(compare_pairs(pairs, address, num_tokens, config, threads), own_tokens)
    wanted = set(map(tuple, pairs.tolist()))
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


def measure_shares(matches: Matches, num_tokens: npt.NDArray[np.int32], least: float = 0.0) -> list[Containment]:
    """Return, for every pair and both ways, the share of tokens of one that stand equal in passages of the other.

    Only shares from `least` on.
    Equal tokens count, not the whole of edited passages: a template filled in anew is covered by its twin from end to
    end, and not contained in it.
    """
    if len(matches) == 0:
        return []
    order = np.lexsort((matches.holder, matches.document))
    document, holder = matches.document[order].astype(np.int64), matches.holder[order].astype(np.int64)
    begins = np.flatnonzero(np.diff(document << 32 | holder, prepend=-1))
    group = np.repeat(np.arange(len(begins)), np.diff(begins, append=len(order)))
    equal = np.bincount(group, matches.equal[order])
    shares = []
    for inner, outer, spans in (
        (document[begins], holder[begins], matches.span[order]),
        (holder[begins], document[begins], matches.held[order]),
    ):
        covered = np.minimum(equal, count_union(group, spans))
        share = np.minimum(covered / np.maximum(num_tokens[inner], 1), 1.0)
        rows = np.flatnonzero(share >= least)
        columns = (inner[rows].tolist(), outer[rows].tolist(), share[rows].tolist())
        shares += [Containment(*values) for values in zip(*columns, strict=True)]
    return shares


def count_union(group: npt.NDArray[np.int64], spans: npt.NDArray[np.int32]) -> npt.NDArray[np.int64]:
    """Return how many tokens at least one of the spans [start, end) of each group (ascending from 0) covers."""
    starts, ends = (group << 32) + spans[:, 0], (group << 32) + spans[:, 1]  # groups cannot overlap
    order = np.argsort(starts, kind="stable")
    starts, ends = starts[order], ends[order]
    reached = np.maximum.accumulate(np.concatenate([[0], ends[:-1]]))
    return np.bincount(group[order], np.maximum(ends - np.maximum(starts, reached), 0)).astype(np.int64)
