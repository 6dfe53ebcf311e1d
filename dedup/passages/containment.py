"""Which documents are contained in others: covered by passages of one kept document."""

from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from dedup.config import CleanSettings, PassageConfig
from dedup.passages.document_tokens import DocumentTokens
from dedup.passages.passage_table import Passages, join_passages
from dedup.passages.search import compare_pairs, find_shared

# A pair of documents is aligned where its fingerprints reach over this share of the shorter one. From the second share
# of equal tokens on it is compared as a whole: its other fingerprints may have had other sources.
WORTH_ALIGNING, WORTH_COMPARING = 0.05, 0.3
# Share of a document from which on a longer one may have the rest in other words, at a threshold up to WIDE. A higher
# threshold asks for more, at a half for nine tenths.
HELD, WIDE, STEEPNESS = 0.6, 0.35, 2


class Containment(NamedTuple):
    """A document, the document that contains it, and the share of its tokens that are equal there."""

    contained: int
    container: int
    share: float


class Shares(NamedTuple):
    """The share of one document that is equal in another, for many pairs.

    ```
    contained, container  int64[n]
    share         float64[n]  of the tokens of `contained`
    ```
    """

    contained: npt.NDArray[np.int64]
    container: npt.NDArray[np.int64]
    share: npt.NDArray[np.float64]

    def select(self, rows: np.ndarray) -> "Shares":
        """Return some of the pairs, by index or mask."""
        return Shares(self.contained[rows], self.container[rows], self.share[rows])

    def add(self, others: "Shares") -> "Shares":
        """Return these pairs and others."""
        return Shares(*(np.concatenate(columns) for columns in zip(self, others, strict=True)))

    def pairs(self) -> Iterator[tuple[int, int, float]]:
        """Yield the pairs one by one."""
        return zip(*(column.tolist() for column in self), strict=True)


def find_across(
    tokens: DocumentTokens, config: PassageConfig, advance: Callable[[int], None], threads: int
) -> Passages:
    """Return the passages that documents share; without a scope across documents only what containment needs."""
    if not (config.across or config.finds_contained):
        return join_passages([])
    if config.across:
        return find_shared(tokens, config, advance, threads)
    # Containment alone needs no passage of documents that have little in common, and of others only that it is much.
    return find_shared(tokens, config, advance, threads, WORTH_ALIGNING, WORTH_COMPARING)


def choose_pairs(passages: Passages, own_tokens: npt.NDArray[np.int32]) -> npt.NDArray[np.int32]:
    """Return the pairs (contained, container; int32[m, 2]), ascending, that are worth comparing as a whole."""
    shares = share_both_ways(passages, own_tokens)
    chosen = shares.select((shares.share >= WORTH_COMPARING) & precedes(shares.container, shares.contained, own_tokens))
    pairs = np.stack([chosen.contained, chosen.container], axis=1).astype(np.int32)
    return np.ascontiguousarray(pairs[np.lexsort((pairs[:, 1], pairs[:, 0]))])


def compare_whole(
    pairs: npt.NDArray[np.int32], tokens: DocumentTokens, settings: CleanSettings, threads: int = 1
) -> Shares:
    """Return how much of the first of two documents is in the second, where it is much: documents by place.

    Those with one container are compared one after the other: its shingles are then found once.
    """
    pairs = pairs[np.lexsort((pairs[:, 0], pairs[:, 1]))]
    found, _ = share_pairs(compare_pairs(pairs, tokens, settings.passages, threads), tokens.own_tokens)
    return found.select(found.share >= find_least(settings))


def find_least(settings: CleanSettings) -> float:
    """Return the share of a document from which on it may go for one that has it."""
    assert settings.passages.contained is not None
    return min(HELD + STEEPNESS * max(settings.near.threshold - WIDE, 0.0), settings.passages.contained)


def find_contained(
    compared: Shares, tokens: DocumentTokens, settings: CleanSettings, threads: int = 1
) -> list[Containment]:
    """Return the documents that are contained in another one that is itself not contained in any.

    Longer documents are looked at first, so a witness is decided on before what it contains; of several witnesses the
    one that covers most is taken. Where all containers of a document are contained themselves, it is compared with
    what contains those.
    """
    assert settings.passages.contained is not None
    contained = settings.passages.contained
    found = compared.select(compared.share >= contained)
    chosen = choose_witnesses(found, tokens.own_tokens)
    outer = {pair.contained: pair.container for pair in chosen}
    left = found.select(~np.isin(found.contained, list(outer)))
    missed = sorted({(inner, outer[container]) for inner, container, _ in left.pairs()})
    if not missed:
        return chosen
    further = compare_whole(np.array(missed, np.int32), tokens, settings, threads)
    return choose_witnesses(found.add(further.select(further.share >= contained)), tokens.own_tokens)


def precedes(
    a: npt.NDArray[np.int64], b: npt.NDArray[np.int64], num_tokens: npt.NDArray[np.int32]
) -> npt.NDArray[np.bool_]:
    """Return of pairs of documents whether a is longer than b, or as long and earlier."""
    size_a, size_b = num_tokens[a], num_tokens[b]
    return np.asarray((size_a > size_b) | ((size_a == size_b) & (a < b)))


def choose_witnesses(shares: Shares, num_tokens: npt.NDArray[np.int32]) -> list[Containment]:
    """Return for each contained document its best witness that is not contained itself: longer documents first."""
    sizes = num_tokens[shares.contained]
    gone: dict[int, Containment] = {}
    ranked = shares.select(np.lexsort((shares.container, -shares.share, shares.contained, -sizes)))
    for inner, container, share in ranked.pairs():
        if inner not in gone and container not in gone:
            gone[inner] = Containment(inner, container, share)
    return [gone[contained] for contained in sorted(gone)]


def share_both_ways(passages: Passages, num_tokens: npt.NDArray[np.int32]) -> Shares:
    """Return the shares of all pairs, both ways: see `share_pairs`."""
    there, back = share_pairs(passages, num_tokens)
    return there.add(back)


def share_pairs(passages: Passages, num_tokens: npt.NDArray[np.int32]) -> tuple[Shares, Shares]:
    """Return the share of tokens of each document that passages of the source have equal, and the reverse.

    Equal tokens count, not the whole of edited passages: a template filled in anew is covered by its twin from end to
    end, and not contained in it.
    """
    pair = passages.document.astype(np.int64) << 32 | passages.source
    order = np.arange(len(pair)) if np.all(pair[1:] >= pair[:-1]) else np.argsort(pair, kind="stable")
    begins = np.flatnonzero(np.diff(pair[order], prepend=-1))
    group = np.repeat(np.arange(len(begins)), np.diff(begins, append=len(order)))
    equal = np.bincount(group, passages.equal[order], minlength=len(begins))
    document, source = (side[order[begins]].astype(np.int64) for side in (passages.document, passages.source))

    def share(
        contained: npt.NDArray[np.int64], container: npt.NDArray[np.int64], spans: npt.NDArray[np.int32]
    ) -> Shares:
        covered = np.minimum(equal, count_union(group, spans[order], len(begins)))
        return Shares(contained, container, np.minimum(covered / np.maximum(num_tokens[contained], 1), 1.0))

    return share(document, source, passages.span), share(source, document, passages.source_span)


def count_union(group: npt.NDArray[np.int64], spans: npt.NDArray[np.int32], num_groups: int) -> npt.NDArray[np.int64]:
    """Return how many tokens at least one of the spans [start, end) of each group (ascending from 0) covers."""
    starts, ends = (group << 32) + spans[:, 0], (group << 32) + spans[:, 1]  # groups cannot overlap
    order = np.argsort(starts, kind="stable")
    starts, ends = starts[order], ends[order]
    reached = np.maximum.accumulate(np.concatenate([[0], ends[:-1]]))
    covered = np.maximum(ends - np.maximum(starts, reached), 0)
    return np.bincount(group[order], covered, minlength=num_groups).astype(np.int64)
