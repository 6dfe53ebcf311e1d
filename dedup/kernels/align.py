"""Seeds to passages: runs of equal tokens, chained along a diagonal, extended token by token to their true ends.

Sides are called a (the later copy) and b (the earlier source). Scores are 1 for an equal token and -1 for a changed,
added or dropped one.
"""

from typing import NamedTuple

import numpy as np

from dedup.kernels.hashing import U32
from dedup.kernels.jit import inlined, inner
from dedup.kernels.tokens import MASKED, TOKEN_SHIFT

MAX_GAP = 25  # tokens between two runs of one chain
MAX_DRIFT = 12  # how far the diagonal may move between them; also the half width of the band of an extension
MIN_MATCHED = 7  # equal tokens that a chain needs to be worth extending
X_DROP = 12  # an extension ends where its score has fallen this far below its best
END_LOSS = 0.25  # share of min_tokens that an edited passage may lack
OPEN_CHAINS = 16  # chains that a run may join: the most recent ones
# Steps of the runs of two documents, and of the extensions of their chains. Texts of a short period take their product
# of lengths without a bound; copies take a step a word. Beyond it a run begins where the last one ended, and an
# extension has SHORT_END words: one before has most likely found them all.
FREE_STEPS, STEPS_PER_WORD, SHORT_END = 1 << 20, 16, 64
LOWEST = -(1 << 30)
WIDTH = 2 * MAX_DRIFT + 1  # diagonals of the band
NO_WORD, ONE = U32(0xFFFFFFFF), np.int32(1)
CHAIN_FIELDS = 6  # a_start, b_start, a_end, b_end, matched, diagonal of the last run
SHIFT = U32(TOKEN_SHIFT)


class PassageLimits(NamedTuple):
    """What a passage has at least: tokens on its longer side, and the share of them that are equal."""

    min_tokens: int
    min_similarity: float


class TokenRun(NamedTuple):
    """Equal tokens that follow one another on both sides: `length` from `start_a` and from `start_b` on."""

    start_a: int
    start_b: int
    length: int


@inner
def is_equal(a, i, b, j):
    """Return whether two tokens are the same word; a masked one is equal to none."""
    return (a[i] >> SHIFT) == (b[j] >> SHIFT) and a[i] != MASKED


@inlined
def count_steps(a, b):
    """Return how many steps two documents may take."""
    return np.int64(FREE_STEPS + STEPS_PER_WORD * (a.size + b.size))


@inner
def extend_run(a, b, i, j, same, floor):
    """Return the `TokenRun` around a seed; it starts at `floor` in a, or later.

    With `same` both sides are one document and j < i: the run in b ends before that in a starts.
    """
    start_a, start_b = i, j
    while start_a > floor and start_b > 0 and is_equal(a, start_a - 1, b, start_b - 1):
        start_a -= 1
        start_b -= 1
    if same and i - start_a > start_a - start_b:
        # The run would reach into its own copy: keep the part from the seed on.
        start_a, start_b = i, j
    limit_b = start_a if same else b.size
    end_a, end_b = i, j
    while end_a < a.size and end_b < limit_b and is_equal(a, end_a, b, end_b):
        end_a += 1
        end_b += 1
    return TokenRun(start_a, start_b, end_a - start_a)


@inner
def count_common(a, a_start, a_end, b, b_start, b_end):
    """Return the length of the longest common subsequence of two short slices. O(product of their lengths)."""
    width = b_end - b_start
    row = np.zeros(width + 1, np.int32)
    for i in range(a_start, a_end):
        diagonal = 0
        for k in range(width):
            above = row[k + 1]
            if is_equal(a, i, b, b_start + k):
                row[k + 1] = diagonal + 1
            elif row[k] > above:
                row[k + 1] = row[k]
            diagonal = above
    return row[width]


@inner
def extend_end(a, b, i, j, step, max_a, max_b):
    """Extend an alignment past (i, j) in direction `step` (1 or -1); return (tokens of a, tokens of b, equal ones).

    Gapped X-drop extension (Zhang, Schwartz, Wagner & Miller 2000) in a band of MAX_DRIFT diagonals on either side.
    Sides give at most `max_a` and `max_b` tokens. The best end is always at an equal token. The cells of a row are
    computed side by side in their place; then those that a token of b alone makes better, one after the other.
    """
    score = np.full(WIDTH + 2, LOWEST, np.int32)
    equal = np.zeros(WIDTH + 2, np.int32)
    # Cell d + 1 of a row r is the alignment of r tokens of a with r + d - MAX_DRIFT tokens of b.
    for d in range(MAX_DRIFT, WIDTH):
        if d - MAX_DRIFT <= max_b:
            score[d + 1] = MAX_DRIFT - d
    rows = min(max_a, max_b + MAX_DRIFT)
    words = np.empty(rows + WIDTH + 1, np.uint32)  # of b: from number r on those of row r
    for k in range(WIDTH):
        taken = k - MAX_DRIFT
        words[k] = b[j + (taken - 1) * step] >> SHIFT if 0 < taken <= max_b else NO_WORD
    best = np.int32(0)
    best_a, best_b, best_equal = 0, 0, np.int32(0)
    for r in range(1, rows + 1):
        token = a[i + (r - 1) * step]
        word = token >> SHIFT if token != MASKED else NO_WORD - U32(1)
        taken = r + MAX_DRIFT
        words[r + WIDTH - 1] = b[j + (taken - 1) * step] >> SHIFT if taken <= max_b else NO_WORD
        theirs = words[r:]
        better = 0
        for d in range(WIDTH):
            same = np.int32(theirs[d] == word)
            both = np.int32(score[d + 1] + same + same - ONE)
            alone = np.int32(score[d + 2] - ONE)  # a token of a alone
            equal[d + 1] = equal[d + 1] + same if both >= alone else equal[d + 2]
            score[d + 1] = max(both, alone)
        for d in range(1, WIDTH):
            better += np.int64(score[d] - ONE > score[d + 1])
        if better > 0:
            for d in range(1, WIDTH):
                if score[d] - ONE > score[d + 1]:  # a token of b alone
                    score[d + 1] = score[d] - ONE
                    equal[d + 1] = equal[d]
        valid = min(max_b - r + MAX_DRIFT + 1, WIDTH)
        highest = np.int32(LOWEST)
        for d in range(valid):
            highest = max(highest, score[d + 1])
        if highest > best:
            best = highest
            d = 0
            while score[d + 1] != best:
                d += 1
            best_a, best_b, best_equal = r, r + d - MAX_DRIFT, equal[d + 1]
        if highest < best - X_DROP:
            break
    return best_a, best_b, best_equal


@inner
def join_chain(chains, first, end, run, a, b):
    """Add a `TokenRun` to the nearest chain of rows [first, end) that it continues; return its row, -1 for none."""
    start_a, start_b, length = run
    chosen = np.int64(-1)
    nearest = MAX_GAP + MAX_DRIFT + 1
    for k in range(first, end):
        gap_a = start_a - chains[k, 2]
        gap_b = start_b - chains[k, 3]
        overlap = max(-gap_a, -gap_b, 0)
        if overlap >= length or max(gap_a, gap_b) > MAX_GAP or abs(gap_a - gap_b) > MAX_DRIFT:
            continue
        distance = max(gap_a, gap_b, 0) + abs(gap_a - gap_b)
        if distance < nearest:
            chosen, nearest = k, distance
    if chosen < 0:
        return chosen
    overlap = max(chains[chosen, 2] - start_a, chains[chosen, 3] - start_b, 0)
    between = count_common(a, chains[chosen, 2], start_a + overlap, b, chains[chosen, 3], start_b + overlap)
    chains[chosen, 2] = start_a + length
    chains[chosen, 3] = start_b + length
    chains[chosen, 4] += length - overlap + between
    chains[chosen, 5] = start_a - start_b
    return chosen


@inner
def chain_seeds(a, b, seeds, same, chains):
    """Chain seeds (int32[m, 2]: token of b, token of a; sorted by the latter) into `chains` (int64[m, CHAIN_FIELDS]).

    Returns how many chains there are. O(m) runs, each token of a run looked at once for each chain it is in.
    """
    num_chains = np.int64(0)
    reached = np.int64(0)  # the end of all runs in a so far
    latest = np.int64(0)  # the chain that knew the last seed
    # The open chain with most equal tokens. In a long text OPEN_CHAINS of chance begin inside one of its runs: without
    # it the run would be found again, as a second chain that overlaps with the first.
    main = np.int64(0)
    steps = count_steps(a, b)
    for s in range(seeds.shape[0]):
        j, i = np.int64(seeds[s, 0]), np.int64(seeds[s, 1])
        known = (same or steps < 0) and i < reached
        first = max(num_chains - OPEN_CHAINS, 0)
        if first <= latest < num_chains and chains[latest, 5] == i - j and i < chains[latest, 2]:
            continue  # as most are that follow a run
        if main < num_chains and chains[main, 5] == i - j and i < chains[main, 2]:
            known = True
        for k in range(first, num_chains):
            if chains[k, 5] == i - j and i < chains[k, 2]:
                known, latest = True, k
        if known:
            continue
        run = extend_run(a, b, i, j, same, reached if steps < 0 else np.int64(0))
        steps -= run.length
        if run.length == 0:
            continue
        reached = max(reached, run.start_a + run.length)
        # Inside one document runs are joined only where that cannot make the two sides overlap: see join_within.
        if same:
            chosen = join_within(chains, num_chains, run, a, b)
        else:
            chosen = join_chain(chains, first, num_chains, run, a, b)
            if chosen < 0 and main < first:
                chosen = join_chain(chains, main, main + 1, run, a, b)
        if chosen < 0:
            chosen = num_chains
            chains[chosen, 0] = run.start_a
            chains[chosen, 1] = run.start_b
            chains[chosen, 2] = run.start_a + run.length
            chains[chosen, 3] = run.start_b + run.length
            chains[chosen, 4] = run.length
            chains[chosen, 5] = run.start_a - run.start_b
            num_chains += 1
        if chains[chosen, 4] > chains[main, 4] or chains[main, 2] + MAX_GAP < i:
            main = chosen
    return num_chains


@inner
def join_within(chains, num_chains, run, a, b):
    """Add a run to the last chain inside one document if the earlier side still ends before the later one starts.

    Returns the row of the chain, -1 for none.
    """
    if num_chains == 0 or run.start_b + run.length > chains[num_chains - 1, 0]:
        return np.int64(-1)
    return join_chain(chains, num_chains - 1, num_chains, run, a, b)


@inner
def finish_chains(a, b, chains, num_chains, same, limits, passages, num_passages):
    """Extend the chains to their ends and write those long and alike enough to `passages`; return the new number.

    A row of `passages` (int32[..., 5]) is a_start, a_end, b_start, b_end and the number of equal tokens.
    """
    steps = count_steps(a, b)
    for k in range(num_chains):
        if chains[k, 4] < MIN_MATCHED:
            continue
        a_start, b_start, a_end, b_end, matched = chains[k, 0], chains[k, 1], chains[k, 2], chains[k, 3], chains[k, 4]
        max_b = (a_start if same else b.size) - b_end
        most = max(steps, np.int64(SHORT_END))
        more_a, more_b, more = extend_end(a, b, a_end, b_end, np.int64(1), min(a.size - a_end, most), max_b)
        a_end, b_end, matched = a_end + more_a, b_end + more_b, matched + more
        steps -= more_a
        max_a = min(a_start - (b_end if same else 0), most)
        more_a, more_b, more = extend_end(a, b, a_start - 1, b_start - 1, np.int64(-1), max_a, b_start)
        a_start, b_start, matched = a_start - more_a, b_start - more_b, matched + more
        steps -= more_a
        length_a, length_b = a_end - a_start, b_end - b_start
        similarity = 2.0 * matched / (length_a + length_b)
        # The edited ends of a near-copy cannot be told from what stands around it: allow for what is lost there.
        lost = min(2.0 * (1.0 - similarity), END_LOSS)
        if similarity < limits.min_similarity or max(length_a, length_b) < limits.min_tokens * (1.0 - lost):
            continue
        passages[num_passages, 0] = a_start
        passages[num_passages, 1] = a_end
        passages[num_passages, 2] = b_start
        passages[num_passages, 3] = b_end
        passages[num_passages, 4] = matched
        num_passages += 1
    return num_passages
