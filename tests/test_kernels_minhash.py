"""Signatures are datasketch's to the bit."""

import random
import threading

import naive
import numpy as np
import pytest
from datasketch import LeanMinHash, MinHash
from hypothesis import given
from hypothesis import strategies as st
from inner_kernels import alone

from dedup.config import NearConfig
from dedup.kernels import minhash
from dedup.kernels.minhash import sign
from dedup.near.sketcher import Sketcher, draw_permutations, shingle_text, sign_text, tokenise_text

band_keys = alone(minhash.band_keys)
count_agreeing = alone(minhash.count_agreeing)

seeds = st.integers(0, 2**32 - 1)


def sign_with_kernel(hashes, num_perm, seed=1):
    """Return the kernel's signature of some 32-bit hashes."""
    signature = np.empty(num_perm, np.uint32)
    sign(np.array(hashes, np.uint32), draw_permutations(num_perm, seed), signature)
    return signature


def sign_with_datasketch(hashes, num_perm, seed=1):
    """Return datasketch's MinHash of some 32-bit hashes."""
    minhash = MinHash(num_perm, seed, hashfunc=int, scheme="affine32")
    minhash.update_batch([int(h) for h in hashes])
    return minhash


@given(st.integers(0, 2000), st.integers(1, 256), seeds, st.randoms(use_true_random=False))
def test_the_kernel_equals_datasketch_bit_for_bit(num_hashes, num_perm, seed, source):
    hashes = {source.randrange(2**32) for _ in range(num_hashes)}
    expected = sign_with_datasketch(hashes, num_perm, seed).hashvalues
    assert sign_with_kernel(list(hashes), num_perm, seed).tolist() == expected.tolist()


@pytest.mark.parametrize("num_hashes", [0, 1, 7, 8, 9, 15, 16, 17, 2000])
@pytest.mark.parametrize("num_perm", [1, 2, 127, 128, 256])
def test_the_kernel_equals_datasketch_at_the_edges_of_its_unrolled_loop(num_hashes, num_perm):
    hashes = random.Random(num_hashes).sample(range(2**32), num_hashes)
    expected = sign_with_datasketch(hashes, num_perm).hashvalues
    assert sign_with_kernel(hashes, num_perm).tolist() == expected.tolist()


@given(st.sets(st.integers(0, 2**32 - 1), max_size=40), st.integers(1, 40))
def test_the_kernel_equals_the_naive_twin(hashes, num_perm):
    factors, summands = draw_permutations(num_perm, 1).tolist()
    expected = naive.sign(hashes, factors, summands)
    assert sign_with_kernel(list(hashes), num_perm).tolist() == expected


@given(st.integers(1, 1024), seeds)
def test_permutations_are_those_of_datasketch(num_perm, seed):
    expected = np.array(MinHash(num_perm, seed, scheme="affine32").permutations)
    actual = draw_permutations(num_perm, seed)
    assert (actual.tolist(), actual.dtype) == (expected.tolist(), expected.dtype)


@pytest.mark.parametrize("text", ["", "one", "a b c d e f g h i j", "the same words " * 50, "漢字かな交じり文"])
def test_the_signature_of_a_text_equals_that_of_datasketch_fed_with_its_shingle_hashes(text):
    hashes = [int(h) >> 32 for h in shingle_text(text, 5)]
    expected = LeanMinHash(sign_with_datasketch(hashes, 128))
    assert sign_text(text).to_datasketch() == expected


def test_a_block_has_the_band_keys_of_the_signatures_of_its_texts():
    texts = ["", "one", "a b c d e f g h", "x " * 5000 + "y", "漢字かな交じり文を書く"]
    data = [text.encode() for text in texts]
    offsets = np.cumsum([0, *map(len, data)])
    config = NearConfig(threshold=0.7)
    sketch = Sketcher(config).sketch(np.frombuffer(b"".join(data), np.uint8), offsets)
    expected = np.empty((len(texts), 20), np.uint64)
    for row, text in enumerate(texts):
        band_keys(sign_text(text, config).hashvalues, 4, expected[row])
    assert sketch.keys.tolist() == expected.tolist()


@pytest.mark.parametrize("threshold", [0.4, 0.5, 0.7])  # 62, 120 and 80 min-hashes
def test_a_block_has_a_byte_of_each_of_the_first_min_hashes_of_its_texts(threshold):
    texts = ["", "one", "a b c d e f g h", "x " * 5000 + "y", "漢字かな交じり文を書く"]
    data = [text.encode() for text in texts]
    config = NearConfig(threshold)
    sketcher = Sketcher(config)
    sketch = sketcher.sketch(np.frombuffer(b"".join(data), np.uint8), np.cumsum([0, *map(len, data)]))
    used = sketcher.bands * sketcher.rows
    expected = [naive.shorten(sign_text(text, config).hashvalues[:used].tolist()) for text in texts]
    assert [row.tobytes() for row in sketch.signature] == expected


@given(st.binary(min_size=64, max_size=64), st.binary(min_size=64, max_size=64), st.binary(min_size=64, max_size=64))
def test_bytes_that_agree_are_counted(a, b, choice):
    mixed = bytes(x if pick % 2 else y for x, y, pick in zip(a, b, choice, strict=True))
    first, second = np.frombuffer(a, np.uint64), np.frombuffer(mixed, np.uint64)
    assert count_agreeing(first, second) == sum(x == y for x, y in zip(a, mixed, strict=True))


def test_a_block_has_the_tokens_and_distinct_shingle_counts_of_its_texts():
    texts = ["", "one", "a b c d e f g h", "x " * 5000 + "y", "漢字かな交じり文を書く"]
    data = [text.encode() for text in texts]
    sketch = Sketcher(NearConfig()).sketch(np.frombuffer(b"".join(data), np.uint8), np.cumsum([0, *map(len, data)]))
    tokens = [tokenise_text(text) for text in texts]
    assert sketch.tokens.tolist() == np.concatenate(tokens).tolist()
    assert sketch.num_tokens.tolist() == [len(t) for t in tokens]
    assert sketch.num_shingles.tolist() == [len(naive.shingle(naive.words(text), 5)) for text in texts]


def test_band_keys_depend_on_the_rows_of_their_band_alone():
    first, second = np.empty(4, np.uint64), np.empty(4, np.uint64)
    signature = np.arange(8, dtype=np.uint32)
    band_keys(signature, 2, first)
    signature[5] += 1
    band_keys(signature, 2, second)
    assert (first == second).tolist() == [True, True, False, True]


def test_the_same_rows_in_another_band_have_another_key():
    keys = np.empty(4, np.uint64)
    band_keys(np.full(8, 7, np.uint32), 2, keys)
    assert len(set(keys.tolist())) == 4


def test_the_estimate_of_jaccard_is_the_share_of_equal_min_hashes():
    a, b = sign_text("a b c d e f g h i j k l"), sign_text("a b c d e f g h i j k m")
    assert a.estimate_jaccard(b) == a.to_datasketch().jaccard(b.to_datasketch())


def test_signatures_of_different_seeds_are_not_compared():
    with pytest.raises(ValueError, match="different seed or length"):
        sign_text("a", NearConfig(seed=1)).estimate_jaccard(sign_text("a", NearConfig(seed=2)))


def test_threads_that_share_a_sketcher_do_not_overwrite_each_other_s_tokens():
    """As two calls of `clean_files` do: a sketcher is made once a process."""
    sketcher, texts = Sketcher(NearConfig()), [b"one two three four five six", b"nine ten eleven twelve"]
    mine = sketcher.sketch(np.frombuffer(texts[0], np.uint8), np.array([0, len(texts[0])]))
    before = mine.tokens.copy()
    arguments = (np.frombuffer(texts[1], np.uint8), np.array([0, len(texts[1])]))
    other = threading.Thread(target=sketcher.sketch, args=arguments)
    other.start()
    other.join()
    assert before.tolist() == mine.tokens.tolist()
