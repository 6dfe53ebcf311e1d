"""Numbers in words, the same in every format."""

import re
from collections import Counter
from collections.abc import Iterable

from dedup.model.run import Limit, RejectionCounts
from dedup.text.control_characters import show_line

LIKELY = ", likely "  # before the encoding that a reason supposes
SHOWN = 3  # reasons
MAX_FACT = 80  # characters of one side of a changed fact
BEFORE = 20  # of them before the first digit or quotation mark of a long side
_FACT_BEGINS = re.compile(r"[\d\"“„«「『‘]")


def format_share(part: float, whole: float = 1.0, digits: int = 1) -> str:
    """Return a part of a whole in per cent; never 0 or 100 of what is not none or all.

    >>> format_share(884, 16147), format_share(1, 10**6), format_share(0, 0), format_share(0.426, digits=0)
    ('5.5 %', '<0.1 %', '0 %', '43 %')
    """
    percent = round(100 * part / whole, 6) if part else 0.0
    if percent in {0.0, 100.0}:
        return f"{percent:.0f} %"
    least = 10.0**-digits
    shown = f"{percent:.{digits}f}"
    if float(shown) == 0:
        return f"<{least:.{digits}f} %"
    return f">{100 - least:.{digits}f} %" if float(shown) == 100 else f"{shown} %"


def count_things(number: int, name: str, names: str = "") -> str:
    """Return a number with its noun; `names` is the noun for several, if that is not `name` and an s.

    >>> count_things(1, "word"), count_things(2, "word"), count_things(0, "copy", "copies")
    ('1 word', '2 words', '0 copies')
    """
    return f"{number:,} {name if number == 1 else names or f'{name}s'}"


def warn_of_rejections(found: RejectionCounts) -> str:
    r"""Return a line on what was set aside where that is much, "" where it is not.

    >>> warn_of_rejections(RejectionCounts(1000, {"malformed JSON": 150, 'no field "text"': 50}))
    '200 of 1,000 records (20.0 %) could not be read, mostly: malformed JSON (150)\n'
    """
    if not found.are_many:
        return ""
    counts: Counter[str] = Counter()
    for reason, count in found.by_reason.items():
        counts[reason.partition(LIKELY)[0]] += count
    shown = [f"{show_line(reason)} ({count:,})" for reason, count in counts.most_common()]
    is_most = 2 * counts.most_common(1)[0][1] > found.rejected
    reasons = f"mostly: {shown[0]}" if is_most else f"as: {', '.join(shown[:SHOWN])}{', ...' * (len(shown) > SHOWN)}"
    read = f"{found.rejected:,} of {found.read:,} records ({format_share(found.rejected, found.read)})"
    return f"{read} could not be read, {reasons}\n"


def tell_encoding(found: RejectionCounts) -> str:
    """Return how many records are likely in another encoding, and the flag that reads them; "" of none.

    >>> tell_encoding(RejectionCounts(9, {"invalid UTF-8": 3, "invalid UTF-8, likely cp1252: --encoding cp1252": 2}))
    '2 likely cp1252: --encoding cp1252'
    """
    told = ((count, LIKELY, rest) for reason, count in found.by_reason.items() if (rest := reason.partition(LIKELY)[2]))
    return "; ".join(f"{count:,} {likely.removeprefix(', ')}{show_line(rest)}" for count, likely, rest in told)


def describe_change(kind: str, old: str, new: str) -> str:
    """Return what became of a fact of a kind, in a line; a side without a letter or digit has none.

    >>> describe_change("number", "3", "4"), describe_change("quote", '"', "Go now.")
    ('number changed: 3 -> 4', 'quote added: Go now.')
    """
    old, new = (shorten_fact(side) if any(map(str.isalnum, side)) else "" for side in (old, new))
    if not old:
        return f"{kind} added: {new}"
    return f"{kind} changed: {old} -> {new}" if new else f"{kind} dropped: {old}"


def shorten_fact(text: str) -> str:
    """Return one side of a fact in MAX_FACT characters, with the number, date or quotation that it is about.

    >>> shorten_fact("a word of which nobody knows where it is from, although it has been in use since at least 1826.")
    '…use since at least 1826.'
    """
    line = " ".join(text.split())
    found = _FACT_BEGINS.search(line)
    if found is None or len(line) <= MAX_FACT or found.start() <= MAX_FACT - BEFORE:
        return clip(line, MAX_FACT)
    first = found.start() - BEFORE
    return clip(f"…{line[line.find(' ', first, found.start()) + 1 or first :]}", MAX_FACT)


def tell_limits(limits: Iterable[Limit]) -> list[str]:
    """Return a line for each bound that was hit, with what that did to the result."""
    return [f"limit hit: {x.limit} = {x.value:,}, {count_things(x.hits, 'time')}. {x.effect}." for x in limits]


def clip(text: str, most: int) -> str:
    """Return at most `most` characters of a text; what was cut shows as an ellipsis.

    >>> clip("abcdef", 4)
    'abc…'
    """
    return text if len(text) <= most else f"{text[: most - 1]}…"


def clip_words(text: str, most: int) -> str:
    """Return the same, cut between two words where there is a space in the last half.

    >>> clip_words("to be or not", 9), clip_words("abcdef", 4)
    ('to be or…', 'abc…')
    """
    head = text[:most]
    return text if len(text) <= most else f"{head[: cut if (cut := head.rfind(' ')) > most // 2 else most - 1]}…"


def keep_ends(text: str, first: int, last: int, sign: str = "…") -> str:
    """Return the first and the last characters of a text, cut between words, with a sign for what is left out.

    >>> keep_ends("to be or not to be", 6, 7), keep_ends("abcdef", 0, 2)
    ('to be … to be', ' … ef')
    """
    head, tail = text[:first], text[max(len(text) - last, 0) :]
    return f"{head.rpartition(' ')[0] or head} {sign} {tail.partition(' ')[2] or tail}"
