"""What is known of a document beside its text, as kernels see it."""

import numpy as np

from dedup.kernels.hashing import U64, mix64
from dedup.kernels.jit import inlined, kernel
from dedup.kernels.tokens import TOKEN_PRIME, TOKEN_SEED, tokenise

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


def hash_name(name: str) -> int:
    """Return the hash that `hash_bytes` has of a name."""
    value = int(TOKEN_SEED)
    for byte in name.encode():
        value = (value ^ byte) * int(TOKEN_PRIME) % 2**64
    return value


# Parameters of a URL that say how a reader came, not what is read: by name, and those that begin with "utm_".
TRACKERS = ("fbclid", "gclid", "dclid", "msclkid", "igshid", "mc_cid", "mc_eid", "cmpid")
TRACKER_HASHES = np.array([hash_name(name) for name in TRACKERS], np.uint64)
UTM = U64(hash_name("utm_"))
SLASH, COLON, MARK, HASH, AMPERSAND, EQUALS, SPACE = (ord(character) for character in "/:?#&= ")
WWW = np.frombuffer(b"www.", np.uint8)


@inlined
def lower(c):
    """Return a byte, a capital of ASCII as a small letter."""
    return c + 32 if 65 <= c <= 90 else c


@inlined
def find_byte(data, start, end, byte):
    """Return where a byte is first, `end` where it is not."""
    while start < end and data[start] != byte:
        start += 1
    return start


@inlined
def skip_origin(data, start, end):
    """Return where a URL begins without its scheme and `www.`."""
    i = start
    while i < end and (97 <= lower(data[i]) <= 122 or 48 <= data[i] <= 57 or 43 <= data[i] <= 46):
        i += 1
    if i < end and data[i] == COLON:
        i += 1
    else:
        i = start
    if i + 1 < end and data[i] == SLASH and data[i + 1] == SLASH:
        start = i + 2
    i = 0
    while i < WWW.size and start + i < end and lower(data[start + i]) == WWW[i]:
        i += 1
    return start + i if i == WWW.size else start


@inlined
def is_tracker(data, start, end):
    """Return whether a parameter says how a reader came."""
    h = TOKEN_SEED
    for i in range(start, end):
        if data[i] == EQUALS:
            break
        h = (h ^ U64(lower(data[i]))) * TOKEN_PRIME
        if i - start == 3 and h == UTM:
            return True
    found = False
    for known in TRACKER_HASHES:
        found |= h == known
    return found


@kernel
def hash_urls(data, offsets, hashes):
    """Hash each URL `data[offsets[i]:offsets[i + 1]]` (uint8), written alike: FNV-1a, finalised with mix64; 0 of none.

    Without effect are scheme, `www.`, fragment, slashes at the end of the path, trackers, and capitals of the host.
    O(bytes).
    """
    for row in range(hashes.size):
        start, end = offsets[row], offsets[row + 1]
        while start < end and data[start] <= SPACE:
            start += 1
        start = skip_origin(data, start, end)
        end = find_byte(data, start, end, HASH)
        while end > start and data[end - 1] <= SPACE:
            end -= 1
        query = find_byte(data, start, end, MARK)
        last = query
        while last > start and data[last - 1] == SLASH:
            last -= 1
        host = find_byte(data, start, last, SLASH)
        h = TOKEN_SEED
        for i in range(start, last):
            h = (h ^ U64(lower(data[i]) if i < host else data[i])) * TOKEN_PRIME
        first = query + 1
        while first < end:
            after = find_byte(data, first, end, AMPERSAND)
            if after > first and not is_tracker(data, first, after):
                h = (h ^ U64(MARK)) * TOKEN_PRIME
                for i in range(first, after):
                    h = (h ^ U64(data[i])) * TOKEN_PRIME
            first = after + 1
        hashes[row] = mix64(h) if h != TOKEN_SEED else U64(0)
