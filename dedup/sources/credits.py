"""Credits: whom a text names as its source, and where. A name that a text quotes or mentions credits nobody.

| kind | example |
|---|---|
| field | `"author": "AFP"` |
| dateline | `LONDON, Jan 5 (Reuters) -`, `新华社北京1月5日电` |
| byline | `By Jane Roe, Associated Press` on a line of its own |
| credit | `(AFP)` or `- PTI` at the end, `Source: Xinhua`, `with inputs from ANI` |
| quoted | `told Reuters`, `AFP reported`: somebody said it there, the text need not come from there |
"""

import re
from bisect import bisect_right
from collections.abc import Iterator
from operator import attrgetter

from dedup.sources.agency_table import find_names, load_agencies
from dedup.sources.credit_model import Credit, CreditKind, CreditLine

HEAD_LINES = 4  # a dateline or byline is in one of the first lines with text
TAIL_LINES = 3  # a credit is in one of the last ones
MAX_LEAD = 70  # characters before the name in a dateline
MAX_BYLINE = 60  # characters of a line that is a byline
WINDOW = 80  # characters around a name that are looked at

_DASH = r"[-\u2010-\u2015\u2212:;|]"
# Before the name in a dateline: places and a day, no sentence.
_LEAD = re.compile(
    r"(?:(?!(?:the|of|and|is|was|are|has|said|says|for|by|that|with)\b)[\w.'’/-]+[ ,:]+){0,8}"
    r"(?:[-\u2013\u2014]\s)?[(\[]?\s*",
    re.IGNORECASE,
)
_AFTER_DATELINE = re.compile(rf"[^)\]\n]{{0,12}}[)\]]\.?\s*(?:{_DASH}|(?=[A-Z\u201c\"]))|\s?{_DASH}{{1,2}}\s|\.\s")
_ASIAN_LEAD = re.compile(r"[【\[［(（]?[^】\]］)）。\n]{0,14}")
_ASIAN_AFTER = re.compile(r"[^。\n]{0,14}電|[^。\n]{0,14}电|[^】］\n]{0,8}[】］]|[)）\]]")
_BYLINE = re.compile(
    rf"(?:(?:by|from|text|story|written by|por|par|von|di|door|av|source|sources|courtesy|credit)\b[:\s]*)?"
    rf"(?:[A-Z][\w.'’-]+(?:\s+(?:and\s+)?[A-Z][\w.'’-]+){{0,4}}\s*(?:,|/|\||{_DASH}|\bfor\b)\s*)?",
    re.IGNORECASE,
)
_AFTER_BYLINE = re.compile(
    r"(?:\s+(?:news|staff|writers?|news agency|reporters?|correspondent|with agencies))*\W*", re.IGNORECASE
)
_END = re.compile(
    rf"(?:.*[\s.!?\"\u201d)])?(?:[(\[（]|{_DASH}{{1,2}}\s*|/)(?:[\w./ -]{{1,20}}[/,]\s*|with\s+)?", re.DOTALL
)
_AFTER_END = re.compile(r"(?:[/, ]+[\w./ -]{1,25}?)?(?:\s+inputs?)?\s*[)\]）/.]?\s*")
_NAMED = re.compile(
    r".*(?:\bsources?\s*:|\bcourtesy\b\s*(?:of|:|-)?|\binputs? from|\breporting from|\bquelle:|\bfuente:|\bисточник:|"
    r"来源[:：]|來源[:：]|出典[:：]|المصدر\s*:|\bcopyright\b|©)\s*(?:the\s+)?[(\w ./,-]{0,25}?",
    re.IGNORECASE | re.DOTALL,
)
_WITH = re.compile(r".*\b(?:with|and)\s+(?:additional\s+)?(?:the\s+)?(?:[\w/]+\s+)?", re.IGNORECASE | re.DOTALL)
_INPUTS = re.compile(r"[\w/, ]{0,20}\s+inputs?\b", re.IGNORECASE)
_PHOTO = re.compile(
    r"photo|image|picture|pix\b|\bpic\b|getty|caption|foto|via getty|file\b|graphic|写真|图|photograph", re.IGNORECASE
)
_SAYING_BEFORE = re.compile(
    r"(?:\b(?:told|telling|tell|tells|informed|interview (?:with|to|by)|interviewed by|speaking (?:to|with|on)|"
    r"spoke (?:to|with)|according to|quoted by|cited by|reported by|seen by|obtained by|reached by|compiled by|as per|"
    r"saying (?:by|to)|said to|statement (?:to|by|from)|report (?:by|from)|carried by|published by|confirmed to|"
    r"released by|issued by|by)|dijo a|a dit à|sagte)\s+(?:[\w'’.-]+\s+){0,4}?(?:the\s+)?(?:news\s+)?(?:agency\s+)?"
    r"[\"“(]?",
    re.IGNORECASE,
)
_SAYING_AFTER = re.compile(
    r"\)?(?:['’]s?)?,?\s*(?:\([A-Z]+\),?\s*)?(?:\w+\s+)?(?:news agency\s+|news\s+|wire\s+)?"
    r"(?:has\s+|had\s+|also\s+|today\s+|yesterday\s+|further\s+)?"
    r"(?:said|says|saying|reported|reports|report|stated|states|added|adds|quoted|wrote|writes|noted|announced|learns|"
    r"revealed|informed|citing|quoting|mentioned|emphasised|released|reporters?|correspondents?|journalists?|poll|tally|"
    r"count|survey)\b",
    re.IGNORECASE,
)
_SAYS = re.compile(
    r"(?:\s*\([A-Z]+\))?,?\s+(?:has\s+|had\s+|also\s+|further\s+|today\s+)?"
    r"(?:said|says|stated|states|reported|reports|announced|added|informed|mentioned|noted)\b",
    re.IGNORECASE,
)
_EXPLAINED = re.compile(r"((?:[A-Z][\w’'-]*|of|the|and|for)(?:[ -](?:[A-Z\w][\w’'-]*))+)\s+\(([A-Z]{2,5})\)")
# A name that no table has, in the place of a dateline or a credit: an outlet of the corpus, perhaps.
_SLOT_HEAD = re.compile(
    rf"[^\n.!?()]{{0,{MAX_LEAD}}}\(([^()\n]{{2,30}})\)\s*{_DASH}|([A-Z][A-Z\d]{{4,20}})\s*[-\u2013\u2014]"
)
_APPEARED = re.compile(
    r"\b(?:appear(?:s|ed|ing)|published|printed|reproduced|reprinted|courtesy|adapted|excerpted)\b[^.\n]{1,140}",
    re.IGNORECASE,
)
_QUOTED_NAME = re.compile(r"[\u201c\"\u2018']([^\u201c\u201d\"\u2019'\n]{2,30})[\u201d\"\u2019']")
_SLOT_TAIL = re.compile(r"(?:source|courtesy)\s*(?:of|:|-)?\s*(?:the\s+)?([A-Z][\w’' ]{2,30}?)\W*", re.IGNORECASE)


def find_credits(text: str, field: str = "", *, has_names: bool = True) -> list[Credit]:
    r"""Return whom a text credits and quotes, in the order of the text; `field` is what its record says of its author.

    Without `has_names` no name of the table is in the text.

    >>> [(c.source, c.kind.value) for c in find_credits("Title\nPARIS, Jan 5 (AFP) - It rained. He told Reuters so.")]
    [('AFP', 'dateline'), ('Reuters', 'quoted')]
    """
    found = list(read_field(field))
    lines = split_lines(text)
    if not lines:
        return found
    if has_names:
        found += find_named(text, lines)
    known = {(credit.start, credit.end) for credit in found}
    found += [slot for slot in find_slots(lines) if not any(a < slot.end and slot.start < b for a, b in known)]
    return sorted(found, key=lambda credit: (credit.start, credit.end))


def find_named(text: str, lines: list[CreditLine]) -> Iterator[Credit]:
    """Yield how a text names those of the table; a mere mention is left out."""
    explained, agencies = None, load_agencies()
    for match in find_names(text):
        agency, name = agencies[match[0]], match[0]
        is_acronym = name in agency.acronyms
        if is_acronym:
            explained = find_explained(text) if explained is None else explained
            if name in explained and explained[name] not in agency.names:
                continue
        line = lines[max(bisect_right(lines, match.start(), key=attrgetter("start")) - 1, 0)]
        kind = classify_name(line, match.start() - line.start, match.end() - line.start)
        if kind is None or (name in agency.bracketed and kind is not CreditKind.DATELINE):
            continue
        # "the PTI said" may be a party, where nothing says that it is an agency.
        if kind is CreditKind.QUOTED and is_acronym and agency.kind == "agency" and not says_agency(text, match.end()):
            continue
        says = kind is CreditKind.QUOTED and is_speaker(text, match.start(), match.end())
        yield Credit(agency.name, kind, match.start(), match.end(), says=says)


def is_speaker(text: str, start: int, end: int) -> bool:
    """Return whether a name says what the text tells: a document that it released may be what the text is about."""
    before = text[max(start - WINDOW, 0) : start]
    return _SAYS.match(text, end) is not None or re.search(r"(?i)\baccording to (?:the )?$", before) is not None


def read_field(value: str) -> Iterator[Credit]:
    """Yield the sources that a field of the record names."""
    for part in re.split(r"\s*(?:[,;/|&]|\band\b|\bwith\b)\s*", value):
        agency = load_agencies().get(part.strip().removeprefix("By ").removeprefix("by ").strip())
        if agency:
            yield Credit(agency.name, CreditKind.FIELD, 0, 0)


def split_lines(text: str) -> list[CreditLine]:
    """Return the lines of a text that have any."""
    found, start = [], 0
    for line in text.split("\n"):
        if line.strip():
            found.append((start, line))
        start += len(line) + 1
    return [CreditLine(start, line, number, len(found) - number - 1) for number, (start, line) in enumerate(found)]


def find_explained(text: str) -> dict[str, str]:
    """Return the acronyms that a text explains, each with the words before it."""
    return {match[2]: match[1] for match in _EXPLAINED.finditer(text) if spells(match[1], match[2])}


def spells(words: str, acronym: str) -> bool:
    """Return whether the capitals at the end of some words are an acronym.

    >>> spells("Khan's Pakistan Tehreek-e-Insaf", "PTI"), spells("Colombo", "PTI")
    (True, False)
    """
    initials = "".join(word[0] for word in re.split(r"[\s-]+", words) if word and word[0].isalpha()).upper()
    place = 0
    for letter in reversed(initials):
        if place < len(acronym) and letter == acronym[-1 - place]:
            place += 1
    return place == len(acronym)


def classify_name(line: CreditLine, start: int, end: int) -> CreditKind | None:
    """Return how a line names a source at [start, end); None for a mere mention."""
    before, after = line.text[max(start - WINDOW, 0) : start], line.text[end : end + WINDOW]
    is_head, is_tail = line.before < HEAD_LINES, line.after < TAIL_LINES
    if is_head and line.before + line.after > 0 and is_dateline(line.text[:start], after):
        return None if is_state(line.text[:start], line.text[start:end]) else CreditKind.DATELINE
    if is_byline(line, start, end) and (is_head or is_tail) and line.before > 0:
        is_named = re.match(r"(?i)\W*(?:source|courtesy)", line.text) is not None
        return CreditKind.CREDIT if is_named or not is_head or line.after == 0 else CreditKind.BYLINE
    if is_tail and line.before > 0 and is_credit(before, line.text[end:]):
        return CreditKind.CREDIT
    if (is_tail or is_head) and line.before > 0 and names_inputs(before, after):
        return CreditKind.CREDIT
    if matches_end(_SAYING_BEFORE, before) or _SAYING_AFTER.match(after):
        return CreditKind.QUOTED
    return None


def is_dateline(before: str, after: str) -> bool:
    """Return whether a name between these two is that of a dateline."""
    if len(before) > MAX_LEAD:
        return False
    asian = _ASIAN_AFTER.match(after)
    if asian and after[asian.end() :].strip() and not f"{before}{asian[0]}".isascii() and _ASIAN_LEAD.fullmatch(before):
        return True
    if not _LEAD.fullmatch(before) or not _AFTER_DATELINE.match(after):
        return False
    is_bracketed = before.rstrip().endswith(("(", "["))
    if not is_bracketed:
        return not before.strip() or before.rstrip()[-1] in ",-–—"
    has_dash = re.match(rf"[^)\]\n]{{0,12}}[)\]]\.?\s*{_DASH}", after) is not None
    return has_dash or bool(re.search(r"\d", before)) or not before.strip("([ ")


def is_state(before: str, name: str) -> bool:
    """Return whether a name in a dateline is the state of its place, or may be.

    >>> is_state("PITTSBURGH, ", "PA"), is_state("LONDON, Jan 5, ", "PA"), is_state("LONDON (", "PA")
    (True, False, False)
    """
    return len(name) == 2 and before.rstrip().endswith(",") and not re.search(r"\d", before)


def is_byline(line: CreditLine, start: int, end: int) -> bool:
    """Return whether a line is nothing but a name and who writes for it."""
    text = line.text.strip()
    if len(text) > MAX_BYLINE or _PHOTO.search(text):
        return False
    lead = line.text[:start].strip(" \t([-–—*")
    if not _AFTER_BYLINE.fullmatch(line.text[end:]):
        return False
    return not lead or (
        re.match(r"(?i)(?:by|source|courtesy|from|text)\b", lead) is not None and bool(_BYLINE.fullmatch(lead + " "))
    )


def is_credit(before: str, rest: str) -> bool:
    """Return whether a name that this is left of its line after it stands at the end as a credit."""
    if _PHOTO.search(before[-40:]) or not _AFTER_END.fullmatch(rest):
        return False
    return bool(_END.fullmatch(before)) or bool(_NAMED.fullmatch(before))


def names_inputs(before: str, after: str) -> bool:
    """Return whether a line says that a text has inputs from a source: `with inputs from PTI`, `(With AFP inputs)`."""
    if re.search(r"(?i)\binputs? from (?:the )?[\w/, ]{0,25}$", before):
        return True
    return bool(_WITH.fullmatch(before)) and bool(_INPUTS.match(after))


def matches_end(pattern: re.Pattern[str], text: str) -> bool:
    """Return whether a pattern reaches to the end of a text."""
    return any(pattern.fullmatch(text, match.start()) for match in pattern.finditer(text))


def says_agency(text: str, end: int) -> bool:
    """Return whether what follows a name calls it an agency."""
    return re.match(r"\s*(?:news\s*)?(?:agency|wire)", text[end : end + 20]) is not None


def find_slots(lines: list[CreditLine]) -> Iterator[Credit]:
    """Yield names in the place of a dateline or a credit that no table has to have."""
    for line in lines[1:HEAD_LINES]:
        match = _SLOT_HEAD.match(line.text)
        if match:
            group = 1 if match[1] else 2
            start, end = (line.start + place for place in match.span(group))
            is_dated = group == 1 and re.search(r"\d", line.text[: match.start(1)]) is not None
            yield Credit(match[group].strip(), CreditKind.DATELINE, start, end, is_dated)
    for line in lines[max(len(lines) - TAIL_LINES, 1) :]:
        for told in _APPEARED.finditer(line.text):
            for named in _QUOTED_NAME.finditer(line.text, *told.span()):
                start, end = (line.start + place for place in named.span(1))
                yield Credit(named[1].strip(), CreditKind.CREDIT, start, end, is_known=False)
        shown = line.text.lstrip("() \t")
        match = _SLOT_TAIL.fullmatch(shown.rstrip("() \t"))
        if match and not _PHOTO.search(line.text):
            start = line.start + len(line.text) - len(shown) + match.start(1)
            yield Credit(match[1].strip(), CreditKind.CREDIT, start, start + len(match[1]), is_known=False)
