"""The language of a text, so that numbers and words are read as that language writes them."""

import re
from functools import cache, lru_cache
from typing import Any

ENGLISH = "en"
UNKNOWN = ""
_FUNCTION_WORDS = frozenset(
    "the of and to in that is was for on with as by at from his are were has said it an".split()
)
_WORD = re.compile(r"[^\W\d_]+")
MIN_ENGLISH = 0.15  # share of function words from which a text is English; other languages reach 0.06
MIN_WORDS = 3
MIN_SURE = 0.6  # share of belief; an English sentence of few words is taken for any language below it
SAMPLE = 4000  # characters


@lru_cache(maxsize=4096)
def identify_language(text: str) -> str:
    """Return the ISO 639-1 code of the language of a text, "" where that is not sure.

    English is told by its function words: the identifier (py3langid) takes a second to load, and most texts need none.

    >>> identify_language("The cat sat on the mat."), identify_language("91")
    ('en', '')
    """
    sample = text[:SAMPLE]
    words = [word.casefold() for word in _WORD.findall(sample)]
    if len(words) < MIN_WORDS:
        return UNKNOWN
    if sum(word in _FUNCTION_WORDS for word in words) >= MIN_ENGLISH * len(words):
        return ENGLISH
    code, share = load_identifier().classify(sample)
    return str(code) if share >= MIN_SURE else UNKNOWN


@cache
def load_identifier() -> Any:
    """Return the identifier of py3langid with shares of belief."""
    from py3langid.langid import MODEL_FILE, LanguageIdentifier  # noqa: PLC0415 - a second, for few texts

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
