"""How many bands of how many rows, and that they keep what they promise."""

import random
from fractions import Fraction

import naive
import numpy as np
import pytest
from inner_kernels import alone

from dedup import DedupError, NearConfig, candidate_probability, choose_bands
from dedup.kernels import minhash
from dedup.near.bands import choose_agreement
from dedup.near.sketcher import Sketcher

count_agreeing = alone(minhash.count_agreeing)

THRESHOLDS = [
    "0.2",
    "0.3",
    "0.35",
    "0.4",
    "0.45",
    "0.5",
    "0.55",
    "0.6",
    "0.65",
    "0.7",
    "0.75",
    "0.8",
    "0.85",
    "0.9",
    "1",
]


@pytest.mark.parametrize("threshold", THRESHOLDS)
@pytest.mark.parametrize("num_perm", [64, 128, 200])
def test_bands_are_those_of_the_naive_twin(threshold, num_perm):
    assert choose_bands(float(threshold), num_perm) == naive.choose_bands(threshold, num_perm, "0.995")


@pytest.mark.parametrize("recall", ["0.5", "0.9", "0.99", "0.999"])
def test_bands_are_those_of_the_naive_twin_at_other_recalls(recall):
    assert choose_bands(0.7, 100, float(recall)) == naive.choose_bands("0.7", 100, recall)


@pytest.mark.parametrize("threshold", THRESHOLDS)
@pytest.mark.parametrize("num_hashes", [1, 40, 64, 120])
@pytest.mark.parametrize("recall", ["0.9", "0.995"])
def test_as_many_bytes_must_agree_as_the_naive_twin_says(threshold, num_hashes, recall):
    expected = naive.choose_agreement(threshold, num_hashes, recall)
    assert choose_agreement(float(threshold), num_hashes, float(recall)) == expected


@pytest.mark.parametrize("percent", range(5, 101))
def test_bands_promise_the_recall_in_exact_arithmetic_and_stay_within_the_budget(percent):
    bands, rows = choose_bands(percent / 100, 128)
    assert naive.candidate_probability(Fraction(percent, 100), bands, rows) >= Fraction(995, 1000)
    assert bands * rows <= 128


def test_seven_tenths_need_twenty_bands_of_four_rows():
    assert choose_bands(0.7, 128) == (20, 4)


def test_the_usual_optimiser_finds_a_pair_at_the_threshold_with_less_than_half():
    assert round(candidate_probability(0.7, 14, 9), 3) == 0.438


@pytest.mark.parametrize(("bands", "rows"), [(1, 1), (20, 4), (40, 3), (128, 1), (1, 128)])
@pytest.mark.parametrize("similarity", [0.0, 0.25, 0.5, 0.875, 1.0])
def test_the_probability_of_a_candidate_is_the_exact_one(similarity, bands, rows):
    expected = float(naive.candidate_probability(Fraction(similarity), bands, rows))
    assert candidate_probability(similarity, bands, rows) == pytest.approx(expected, abs=1e-14)


def test_a_budget_too_small_for_the_threshold_is_an_error_that_says_how_many_are_needed():
    with pytest.raises(DedupError) as caught:
        choose_bands(0.1, 16)
    assert caught.value.message == (
        "--threshold 0.1 needs 51 permutations to find pairs with probability 0.995, and --num-perm allows 16. "
        "Raise one of the two."
    )


@pytest.mark.timeout(15)
def test_a_threshold_next_to_zero_is_an_error_and_no_endless_search():
    with pytest.raises(DedupError, match="permutations"):
        choose_bands(1e-12, 128)


@pytest.mark.parametrize(("shared", "union"), [(1, 2), (7, 10), (9, 10)])
def test_pairs_exactly_at_the_threshold_become_candidates_as_often_as_promised(shared, union):
    """3,000 made-up pairs of Jaccard shared / union, 100 shingles between them, through tokens, signatures and bands.

    At a recall of 0.995 fewer than 2,965 of 3,000 come up once in a million times.
    """
    source = random.Random(shared)
    scale = 100 // union
    found = 0
    sketcher = Sketcher(NearConfig(shared / union, 1))
    agreement = choose_agreement(shared / union, sketcher.bands * sketcher.rows)
    for _ in range(3000):
        words = [f"w{source.randrange(10**12)}" for _ in range(100)]
        both, only_a = words[: shared * scale], words[shared * scale :]
        half = len(only_a) // 2
        texts = [" ".join(both + only_a[:half]).encode(), " ".join(both + only_a[half:]).encode()]
        data = np.frombuffer(b"".join(texts), np.uint8)
        sketch = sketcher.sketch(data, np.array([0, len(texts[0]), data.size]))
        share_bucket = bool((sketch.keys[0] == sketch.keys[1]).any())
        found += share_bucket and count_agreeing(*sketch.signature) >= agreement
    assert found >= 2965


@pytest.mark.parametrize(("shared", "union"), [(1, 2), (7, 10)])
def test_pairs_far_below_the_threshold_are_told_by_their_signatures(shared, union):
    """Of 1,000 pairs that share a fifth of what the threshold asks for, at most ten are looked at."""
    source = random.Random(shared)
    threshold = shared / union
    sketcher = Sketcher(NearConfig(threshold, 1))
    agreement = choose_agreement(threshold, sketcher.bands * sketcher.rows)
    looked_at = 0
    for _ in range(1000):
        words = [f"w{source.randrange(10**12)}" for _ in range(100)]
        half = 20 * shared // union
        texts = [" ".join(words[: 50 + half // 2]).encode(), " ".join(words[50 - half // 2 :]).encode()]
        data = np.frombuffer(b"".join(texts), np.uint8)
        sketch = sketcher.sketch(data, np.array([0, len(texts[0]), data.size]))
        looked_at += count_agreeing(*sketch.signature) >= agreement
    assert looked_at <= 10
