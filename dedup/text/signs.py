"""Signs that carry meaning and are in no token: "-5", "$5", "5 %", "C++", "C#"."""

import re
import unicodedata
from collections.abc import Iterator

import numpy as np

from dedup.text.token_spans import TokenOffsets

CURRENCY = "$¢£¤¥֏؋৲৳৻૱௹฿៛₠-⃀﷼﹩＄￠￡￥￦"
MINUS = "–−-"
# One set comes first: that is what `re` looks for at the speed of a loop over bytes.
SIGN = re.compile(
    f"[+#%٪％‰{CURRENCY}{MINUS}](?:(?<=[%٪％‰{CURRENCY}])"
    f"|(?P<minus>(?<=[{MINUS}])(?<![\\w—{MINUS}].)(?=[{CURRENCY}]?[.,]?\\d))"
    "|(?P<suffix>(?<=[^\\W_][+#])[+#]*))"
)


def list_signs(text: str) -> Iterator[tuple[str, int]]:
    """Yield the signs of a text, each with the number of its token; -1 for what may stand before or after a number.

    They are a minus before a number that is no range, + and # directly behind a letter or digit, percent, currencies.

    >>> list(list_signs("C++ lost -5 percent of $3 in 1990-95"))
    [('++', 0), ('-', 2), ('$', -1)]
    """
    offsets = None
    for match in SIGN.finditer(text):
        kind, place = match.lastgroup, -1
        if kind:
            offsets = offsets or TokenOffsets(text)
            place = int(np.searchsorted(offsets.starts, match.start())) - (kind == "suffix")
        yield "-" if kind == "minus" else unicodedata.normalize("NFKC", match.group()), place
