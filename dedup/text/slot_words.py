"""Words that fill the slots of a frame, and those that mark a correction; their tokens for the kernels."""

import json
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

from dedup.kernels.buffers import as_read_only
from dedup.kernels.novelty import CORRECTION, MONTH, NUMBER, SEASON, WEEKDAY, make_word_table
from dedup.kernels.tokens import TOKEN_SHIFT, tokenise
from dedup.text.folding import load_folding_table

SLOT_WORDS_PATH = Path(__file__).with_name("slot_words.json")  # made by scripts/build_slot_words.py
KINDS = {"number": NUMBER, "month": MONTH, "weekday": WEEKDAY, "season": SEASON, "correction": CORRECTION}


@cache
def list_slot_words() -> dict[str, int]:
    """Return the kinds of the slot words, folded."""
    words = json.loads(SLOT_WORDS_PATH.read_text("utf-8"))
    return {word: KINDS[kind] for kind, names in words.items() for word in names}


@cache
def load_slot_words() -> npt.NDArray[np.uint32]:
    """Return the table of slot words that kernels look up: uint32[2**k, 2], a word without its flags and its kind."""
    listed = list_slot_words()
    data = np.frombuffer(" ".join(listed).encode(), np.uint8)
    tokens = np.empty(2 * data.size + 16, np.uint32)
    num_tokens, _, _ = tokenise(data, 0, data.size, load_folding_table(), tokens, 0)
    assert num_tokens == len(listed), "a slot word is more than one token"
    kinds = np.array(list(listed.values()), np.uint32)
    table: npt.NDArray[np.uint32] = make_word_table(
        as_read_only(tokens[:num_tokens] >> np.uint32(TOKEN_SHIFT)), as_read_only(kinds)
    )
    return as_read_only(table)
