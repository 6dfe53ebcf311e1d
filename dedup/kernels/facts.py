"""What is known of a document beside its text, as kernels see it."""

import numpy as np

from dedup.kernels.jit import kernel
from dedup.kernels.tokens import tokenise

MAX_TITLE = 64  # tokens of a title that are kept
UNKNOWN_DAY = 0  # ordinals of days begin at 1

# The facts of one document. What is unknown is 0.
#   title      memory address of the tokens of its title
#   outlet     hash of who published it
#   url        hash of its address on the web, normalised
#   num_title  tokens of its title, MAX_TITLE at most
#   day        ordinal of its day, as `datetime.date.toordinal`
FACTS = np.dtype(
    [("title", np.uint64), ("outlet", np.uint64), ("url", np.uint64), ("num_title", np.int32), ("day", np.int32)]
)


@kernel
def tokenise_titles(data, offsets, table, tokens, num_title):
    """Write the first MAX_TITLE tokens of each text `data[offsets[i]:offsets[i + 1]]` to `tokens`, and their number.

    `data` is uint8, valid UTF-8; `tokens` (uint32) has room for two tokens a byte. Returns how many there are in all.
    """
    end = np.int64(0)
    for i in range(num_title.size):
        last, _, _ = tokenise(data, offsets[i], offsets[i + 1], table, tokens, end)
        num_title[i] = min(last - end, MAX_TITLE)
        end += num_title[i]
    return end
