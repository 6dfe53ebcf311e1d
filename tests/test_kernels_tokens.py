"""The tokeniser kernel against its twin."""

import unicodedata

import naive
import numpy as np
import pytest
from amounts import list_characters, nightly_after
from hypothesis import example, given
from hypothesis import strategies as st

from dedup.kernels.tokens import HAS_NUMBER, IS_NAME, NOT_OWN, TOKEN_SHIFT, tokenise
from dedup.near.sketcher import tokenise_text
from dedup.text.folding import load_folding_table

# Letters, marks, digits and signs of many scripts, and what is nothing to a reader.
ALPHABET = (
    "abcXYZ019 .,!?\n\t-'\"’“…_@#\u00a0\u00ad\u200b\u200d\ufeff\u2028éÉßÆﬁ½²①İıſK\u0301\u0308\u0323\u0327"
    "ΑάΰςЖйא\u05b0بّشﷺ٣हिन्दी\u0dc3\u0dd2\u0d82\u0dc4\u0dbd가한각漢字仮カガｶﾞーひ々〇㌖㍿。、กำลังທຂམ༢ကျ២្កㄅ😀👍🏽\ue000\x00"
)
texts = st.text(st.sampled_from(ALPHABET), max_size=60)


def stored_tokens(text):
    """Return the tokens of a text as (identity, flags)."""
    return [(int(token) >> TOKEN_SHIFT, int(token) & 3) for token in tokenise_text(text)]


def kernel_content(text):
    """Return the 128-bit content hash of a text."""
    data = np.frombuffer(text.encode(), np.uint8)
    return tokenise(data, 0, data.size, load_folding_table(), np.empty(2 * data.size + 16, np.uint32), 0)[1:]


@given(texts)
@example("")
@example("İstanbul ISTANBUL ıstanbul")
@example("㌖㌖")
@example("o\u0323\u0301 o\u0301\u0323")
@example("กำลังใจ is ກຳລັງ")
def test_tokens_are_those_of_the_naive_twin(text):
    words = naive.words(text)
    identities = [identity for identity, _ in stored_tokens(text)]
    names = dict(zip(words, identities, strict=True))
    assert [names[word] for word in words] == identities
    assert len(set(identities)) == len(set(words))


@given(texts)
@example("In 2024 Mr. Smith went. He said Ásgeir IV won 3rd in B52")
@example("> He said 3\n\t|> and B52 |\nor >not\n: >日本\n語\n>>\n>กำ\r\nลัง\n> a\n|b 1\n}c 2\n-- \r\nD 1")
@example("--\na\n-- b\n--" + "\n1" * 12)
@example("--\na\n-- b\n--" + "\n1" * 13)
@example("a\n--\n" + "1 " * 600)
@example("> In Bonn 7\n \t\r\n|> of Cork\n--\n8")
@example("--\nIn Bonn 7")
def test_flags_of_tokens_are_those_of_the_naive_twin(text):
    tokens = naive.tokenise(text)
    expected = [HAS_NUMBER * t.has_number | IS_NAME * t.is_name | NOT_OWN * (not t.is_own) for t in tokens]
    assert [flags for _, flags in stored_tokens(text)] == expected


@given(texts, texts)
@example("a b", "ab")
@example("a b", "b a")
@example("A b", "a, B!")
def test_content_hashes_are_equal_exactly_where_the_folded_tokens_are(text_a, text_b):
    assert (kernel_content(text_a) == kernel_content(text_b)) == (naive.words(text_a) == naive.words(text_b))


@given(st.lists(texts, max_size=5))
def test_a_text_gives_the_same_tokens_wherever_it_stands_in_the_buffer(parts):
    data = np.frombuffer("".join(parts).encode() + b"x", np.uint8)
    tokens = np.empty(2 * data.size + 16, np.uint32)
    start, num_tokens = 0, 0
    for part in parts:
        end = start + len(part.encode())
        num_tokens, *_ = tokenise(data, start, end, load_folding_table(), tokens, num_tokens)
        start = end
    assert tokens[:num_tokens].tolist() == [t for part in parts for t in tokenise_text(part).tolist()]


@pytest.mark.parametrize("step", nightly_after(1, [61, 1]))
def test_every_character_gives_the_tokens_of_the_naive_twin(step):
    wrong = []
    identity_of = {}
    for character in list_characters(step):
        if unicodedata.category(character) in {"Cs", "Cn", "Co"}:
            continue
        words = naive.words(f"x{character}{character}")
        identities = [identity for identity, _ in stored_tokens(f"x{character}{character}")]
        same = len(words) == len(identities) and all(
            identity_of.setdefault(word, identity) == identity for word, identity in zip(words, identities, strict=True)
        )
        if not same:
            wrong.append(f"U+{ord(character):04X} {words} {len(identities)}")
    assert wrong == []


@pytest.mark.parametrize("step", nightly_after(1, [61, 1]))
def test_no_character_gives_more_tokens_than_the_caller_gives_room_for(step):
    for character in list_characters(step):
        if unicodedata.category(character) == "Cs":
            continue
        assert len(tokenise_text(character)) <= 2 * len(character.encode())


def test_tokens_are_30_bit_hashes_that_hardly_collide():
    text = " ".join(f"word{i}" for i in range(20_000))
    assert len({identity for identity, _ in stored_tokens(text)}) >= 19_998
