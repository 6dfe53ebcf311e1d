"""Signs that carry meaning and are in no token: "-5", "$5", "5 %", "C++", "C#"."""

import unicodedata
from functools import cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from dedup.kernels.proofs import ANYWHERE, DASH, MINUS, SUFFIX

KINDS = {
    ANYWHERE: "%٪％‰$¢£¤¥֏؋৲৳৻૱௹฿៛﷼﹩＄￠￡￥￦" + "".join(map(chr, range(0x20A0, 0x20D0))),
    MINUS: "–−-",
    SUFFIX: "+#",
    DASH: "—",
}


class SignTable(NamedTuple):
    """The signs as arrays for the kernels.

    ```
    leads   bool[256]   bytes that a sign begins with
    points  int64[m]    their code points, ascending
    kinds   uint8[m]    the kind of each, as `dedup.kernels.proofs` numbers them
    normal  int64[m]    the code point of the sign that means the same
    ```
    """

    leads: npt.NDArray[np.bool_]
    points: npt.NDArray[np.int64]
    kinds: npt.NDArray[np.uint8]
    normal: npt.NDArray[np.int64]


@cache
def load_sign_table() -> SignTable:
    """Return the table of all signs."""
    kinds = {sign: kind for kind, signs in KINDS.items() for sign in signs}
    signs, leads = sorted(kinds), np.zeros(256, np.bool_)
    leads[[sign.encode()[0] for sign in signs]] = True
    same = ["-" if kinds[sign] == MINUS else unicodedata.normalize("NFKC", sign) for sign in signs]
    normal = [ord(other if len(other) == 1 else sign) for sign, other in zip(signs, same, strict=True)]
    points, numbers = np.array([*map(ord, signs)], np.int64), np.array([kinds[sign] for sign in signs], np.uint8)
    return SignTable(leads, points, numbers, np.array(normal, np.int64))
