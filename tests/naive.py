"""Slow twins of the kernels and stages in plain Python, written from the specification. Imports nothing of `dedup`."""

import csv
import itertools
import math
import re
import unicodedata
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from functools import cache
from itertools import combinations, pairwise
from operator import eq
from typing import NamedTuple

# Default_Ignorable_Code_Point of Unicode's DerivedCoreProperties.txt.
IGNORABLE_RANGES = """
00AD 034F 061C 115F-1160 17B4-17B5 180B-180F 200B-200F 202A-202E 2060-206F 3164 FE00-FE0F FEFF FFA0 FFF0-FFF8
1BCA0-1BCA3 1D173-1D17A E0000-E0FFF
"""
# Scripts written without spaces, by how their characters are named.
UNSPACED_NAMES = (
    "CJK",
    "IDEOGRAPHIC ITER",
    "IDEOGRAPHIC CLOS",
    "IDEOGRAPHIC NUMB",
    "VERTICAL IDEOGRAPHIC",
    "MASU MARK",
    "HANGZHOU",
    "HIRAGANA",
    "KATAKANA",
    "HENTAIGANA",
    "VERTICAL KANA",
    "BOPOMOFO",
    "YI ",
    "THAI",
    "LAO",
    "KHMER",
    "MYANMAR",
    "TAI LE",
    "NEW TAI LUE",
    "TAI THAM",
    "TAI VIET",
)
SENTENCE_ENDS = set(".!?\n\r\v\f\u0085\u2028\u2029…。．！？؟۔।॥။")


def is_ignorable(character):
    """Return whether the character is nothing to a reader: soft hyphen, zero-width space, variation selector, ..."""
    for item in IGNORABLE_RANGES.split():
        first, _, last = item.partition("-")
        if int(first, 16) <= ord(character) <= int(last or first, 16):
            return True
    return False


@cache
def fold(character):
    """Return the folded form of one character: compatibility-decomposed, without case and ignorables.

    The iota subscript stays the mark it is: as the letter that it folds to, its place among marks would matter.
    """
    decomposed = unicodedata.normalize("NFKD", character)
    folded = "".join(c if c == "\u0345" else c.casefold() for c in decomposed)
    return "".join(c for c in unicodedata.normalize("NFKD", folded) if not is_ignorable(c))


@cache
def classify(character):
    """Return what a folded character does in a text: word, single, mark, extend or separator."""
    unspaced = unicodedata.name(character, "").startswith(UNSPACED_NAMES)
    category = unicodedata.category(character)
    if category[0] == "M":
        if unicodedata.combining(character):
            return "mark"
        return "extend" if unspaced else "word"
    if category[0] == "L" or category in {"Nl", "No"}:
        return "single" if unspaced else "word"
    return "word" if category == "Nd" else "separator"


def is_ideographic(character):
    """Return whether a number is written as a word is: 〇, 〡."""
    return unicodedata.name(character, "").startswith(("IDEOGRAPHIC", "HANGZHOU"))


class Token(NamedTuple):
    """A token: its folded letters (combining marks sorted, so that their order does not matter), and how it stood.

    What is not own is quoted of another text or in a signature. It is no number and no name; a number is no name.
    """

    text: str
    has_number: bool
    is_name: bool
    is_own: bool


@cache
def describe(character):
    """Return (folded characters with their classes, is a number, is a capital, ends a sentence)."""
    category = unicodedata.category(character)
    folded = [(c, classify(c)) for c in fold(character)]
    is_number = category[0] == "N" and not is_ideographic(character)
    return folded, is_number, category in {"Lu", "Lt"}, character in SENTENCE_ENDS


def list_own_lines(text):
    """Return, for each line, whether it is neither quoted nor in the signature; where no line is, all are own."""
    lines = text.split("\n")
    own = [re.match("[ \t\r]*([>:}]|[|]>)", line) is None for line in lines]
    for place, line in enumerate(lines):
        rest = "\n".join(["", *lines[place + 1 :]])
        if re.fullmatch("--[ \t\r]*", line) and 0 < rest.count("\n") <= 12 and len(rest.encode()) <= 1000:
            own[place:] = [False] * len(own[place:])
    has_own = any(is_own and line.strip(" \t\r") for is_own, line in zip(own, lines, strict=True))
    return [is_own or not has_own for is_own in own]


@cache
def tokenise(text):
    """Return the tokens of a text."""
    tokens = []
    letters, marks, state, number, name = [], [], None, False, False
    fresh, own, line = True, list_own_lines(text), 0
    for character in [*text, " "]:
        parts, is_number, is_capital, ends_sentence = describe(character)
        for folded, kind in parts:
            opens = kind == "single" or (kind == "word" and state != "word") or state is None
            if state is not None and (opens or kind == "separator"):
                manner = (number and own[line], name and not number and own[line], own[line])
                tokens.append(Token("".join(letters + sorted(marks)), *manner))
                letters, marks, state = [], [], None
            if kind == "separator":
                continue
            if opens:
                state = "single" if kind in {"single", "extend"} else "word"
                number, name, fresh = False, is_capital and not fresh, False
            number = number or is_number
            if kind == "mark":
                marks.append(folded)
            else:
                letters += [*sorted(marks), folded]
                marks = []
        fresh = fresh or ends_sentence
        line += character == "\n"
    return tokens


def words(text):
    """Return the folded words of a text."""
    return [token.text for token in tokenise(text)]


CURRENCIES = "$¢£¤¥֏؋৲৳৻૱௹฿៛﷼﹩＄￠￡￥￦" + "".join(map(chr, range(0x20A0, 0x20D0)))


def list_signs(text):
    """Return the signs of a text, each with the number of words before it; -1 for what may be on either side."""
    signs, number, seen_suffix = [], 0, -1
    for i, sign in enumerate(text):
        rest, before = text[i + 1 :], text[i - 1 : i]
        in_word = bool(before) and describe(before)[0] != [] and describe(before)[0][0][1] != "separator"
        if sign in "%٪％‰" + CURRENCIES:
            normal = unicodedata.normalize("NFKC", sign)
            signs.append((normal if len(normal) == 1 else sign, -1))
        elif sign in "-–−" and not in_word and before not in [*"—–−-"]:
            rest = rest[1:] if rest[:1] in [*CURRENCIES, *"%٪％‰"] else rest
            rest = rest[1:] if rest[:1] in [*",."] else rest
            if rest and describe(rest[0])[1]:
                signs.append(("-", len(words(text[:i]))))
        elif sign in "+#" and (in_word or seen_suffix == i - 1 >= 0):
            number = number if seen_suffix == i - 1 >= 0 else len(words(text[:i]))
            seen_suffix = i
            signs.append((sign, number))
    return signs


def shingle(tokens, shingle_size):
    """Return the set of runs of `shingle_size` tokens; fewer tokens are one shingle, no token is none."""
    if not tokens:
        return set()
    size = min(len(tokens), shingle_size)
    return {tuple(tokens[i : i + size]) for i in range(len(tokens) - size + 1)}


def jaccard(a, b):
    """Return shared / union of two sets, 0 of two empty ones."""
    return len(a & b) / len(a | b) if a or b else 0.0


def similarity(text_a, text_b, shingle_size=5):
    """Return the Jaccard similarity of the shingle sets of two texts."""
    return jaccard(shingle(words(text_a), shingle_size), shingle(words(text_b), shingle_size))


def covered(text, witness, shingle_size=3):
    """Return the share of the words of a text that stand in runs of `shingle_size` words that the witness has too."""
    tokens, runs = words(text), shingle(words(witness), shingle_size)
    shared = set()
    for start in range(len(tokens) - shingle_size + 1):
        if tuple(tokens[start : start + shingle_size]) in runs:
            shared.update(range(start, start + shingle_size))
    return len(shared) / max(len(tokens), 1)


@dataclass(frozen=True)
class Difference:
    """How a document differs from its witness: counts of words and of places; `slots` are (start, end) of both."""

    num_novel: int
    longest_run: int
    num_gaps: int
    num_facts: int
    num_own: int = 0
    num_lost: int = 0
    slots: tuple = ()

    @property
    def num_slots(self):
        """Return the number of conflicting slots."""
        return len(self.slots)


@dataclass(frozen=True)
class Alignment:
    """Where in a witness the words of a text are, and the gaps: (start, end) in the text and in the witness."""

    covered: dict
    gaps: list


def align_words(a, b, size):
    """Return the greedy `Alignment` of words to those of a witness.

    Word by word while the two are equal. Where they part, it goes on at the next `size` words that the witness has too,
    at most 24 words off the diagonal, or eight words in a row anywhere.
    """
    places = {}
    for place in range(len(b) - size + 1):
        places.setdefault(tuple(b[place : place + size]), []).append(place)
    covered, gaps = {}, []
    i = start_i = start_j = 0
    while True:
        if i == start_i and a[i : i + 1] == b[start_j : start_j + 1] != []:
            covered[i] = start_j
            i, start_i, start_j = i + 1, i + 1, start_j + 1
            continue
        if i + size > len(a):
            return Alignment(covered, [*gaps, (start_i, len(a), start_j, len(b))])
        expected = start_j + i - start_i
        found = places.get(tuple(a[i : i + size]), [])[:16]
        if not found:
            i += 1
            continue
        place = min(found, key=lambda place: (abs(place - expected), place))
        length, moved = size, place < start_j or abs(place - expected) > 24
        while moved and a[i + length : i + length + 1] == b[place + length : place + length + 1] != []:
            length += 1
        covered.update((i + k, place + k) for k in range(length))
        if moved and length < 8:
            i += 1
            continue
        gaps.append((start_i, i, start_j, place))
        i, start_i, start_j = i + length, i + length, place + length


def find_novel(tokens, witness):
    """Return which words of a document are novel, as a list of bools."""
    size = min(3, len(tokens), len(witness))
    words = [[token.text for token in side] for side in (tokens, witness)]
    covered = align_words(*words, size).covered if size else {}
    return [place not in covered for place in range(len(tokens))]


def compare_words(tokens, witness, slot_words):
    """Return the `Difference` of a document to its witness; `slot_words` gives the kinds of words by text."""
    size = min(3, len(tokens), len(witness))
    own = [place for place, token in enumerate(tokens) if token.is_own]
    if size == 0:
        return Difference(len(tokens), len(tokens), 0, 0, len(own), len(own))
    found = align_words([token.text for token in tokens], [token.text for token in witness], size)

    def kinds(mine, theirs):
        lacking = [token for token in mine if token.text not in {other.text for other in theirs}]
        lacking = [token for token in lacking if token.is_own]
        named = (slot_words.get(token.text, "name" if token.is_name else None) for token in lacking)
        return {"number" if t.has_number else kind for t, kind in zip(lacking, named, strict=True)} - {
            None,
            "correction",
        }

    short = [gap for gap in found.gaps if 0 < gap[1] - gap[0] <= 12 and 0 < gap[3] - gap[2] <= 12]
    sides = [(tokens[start:end], witness[first:last]) for start, end, first, last in short]
    conflicts = [kinds(mine, theirs) & kinds(theirs, mine) for mine, theirs in sides]
    marks = "".join("k" if index in found.covered else "n" for index in range(len(tokens)))
    return Difference(
        num_novel=marks.count("n"),
        longest_run=max(run.count("n") for run in re.split("k{6,}", marks)),
        num_gaps=sum(end > start or last != first for start, end, first, last in found.gaps),
        num_facts=sum(bool(conflict - {"name"}) for conflict in conflicts),
        num_own=len(own),
        num_lost=sum(i not in found.covered or not witness[found.covered[i]].is_own for i in own),
        slots=tuple(gap for gap, conflict in zip(short, conflicts, strict=True) if conflict),
    )


@dataclass(frozen=True)
class Facts:
    """What is known of a document: its title as tokens; day, outlet and URL, None where unknown."""

    title: tuple = ()
    day: str | None = None
    outlet: str | None = None
    url: str | None = None


@dataclass(frozen=True)
class Article:
    """A text, and what is known of it."""

    text: str
    facts: Facts = Facts()


@dataclass(frozen=True)
class RelationRule:
    """What may go: share of novel words and their longest run, the relations that are removed, the slot words."""

    max_novel: float = 0.3
    max_run: int = 200
    removed: tuple = ("exact", "edited", "contained")
    prefer_longer: bool = False
    slot_words: dict = field(default_factory=dict)


def compare_outlets(facts, others):
    """Return "same", "other", or "unknown"; what has one URL is of one outlet."""
    if facts.url is not None and facts.url == others.url:
        return "same"
    if facts.outlet is None or others.outlet is None:
        return "unknown"
    return "same" if facts.outlet == others.outlet else "other"


@dataclass(frozen=True)
class Known:
    """The tokens of a document, and what is known of it."""

    tokens: list
    facts: Facts = Facts()


@dataclass(frozen=True)
class Meeting:
    """What relations are decided by: the differences of texts and titles, and how the two are alike."""

    d: Difference
    title: Difference
    outlet: str
    days: int
    inside: bool
    contained: bool
    adds: bool
    similarity: float
    title_names: int = 0
    corrects: bool = False

    @property
    def brings_news(self):
        """Return whether one outlet says other or more."""
        if self.d.longest_run >= 20:
            return True
        restated = self.d.num_facts > 0 and 5 * self.d.num_facts >= self.d.num_gaps
        shortened = self.contained or (self.inside and (self.days == 0 or self.similarity >= 0.5))
        if self.days == 0:
            corrected = self.contained and (self.d.num_gaps == 1 or not restated)
            has_facts = self.d.num_facts >= 1 and not self.inside and not corrected
            many = self.d.num_facts >= 2 and restated
            return has_facts or many or (not shortened and self.similarity < 0.35)
        if self.contained and (restated or (self.adds and not self.inside)):
            return True
        facts, in_title = self.d.num_facts >= 2, self.title.num_facts > 0
        names = 0 < self.d.num_gaps <= 3 * self.d.num_slots and not self.inside
        return in_title or facts or ((names or not shortened) and self.similarity < 0.9)

    @property
    def fills_frame(self):
        """Return whether much of what differs are conflicting slots."""
        slots, facts, gaps = self.d.num_slots, self.d.num_facts, self.d.num_gaps
        if self.outlet == "same":
            other = slots > 1 or (self.title_names > 1 and self.similarity < 0.9)
            renamed = self.title_names > 0 and other
            return renamed or (slots >= 3 and 5 * slots >= gaps and facts > 0) or (slots >= 5 and 2 * slots >= gaps)
        if self.similarity < 0.5 and slots >= 4 and 3 * slots >= gaps and 4 * facts >= slots:
            return True
        mostly, only = facts >= 3 and 3 * facts >= gaps, facts >= 2 and slots == gaps
        unknown = self.outlet == "unknown"
        undated = unknown and self.days > 0 and (self.title.num_facts > 0 or facts >= 2)
        apart = unknown and (self.days > 0 or self.title.num_slots > 0) and self.similarity < 0.9
        return mostly or only or undated or (apart and facts > 0 and 3 * slots >= gaps)


def relate(mine, theirs, similarity, rule, *, is_contained=False):
    """Return the relation of a document (Known) to a witness, as the documentation of relations says."""
    tokens, witness = mine.tokens, theirs.tokens
    dates = [date.fromisoformat(facts.day) for facts in (mine.facts, theirs.facts) if facts.day is not None]
    days = abs((dates[0] - dates[1]).days) if len(dates) == 2 else 0
    title = compare_words(mine.facts.title, theirs.facts.title, rule.slot_words)
    outlet = compare_outlets(mine.facts, theirs.facts)
    d = compare_words(tokens, witness, rule.slot_words)
    inside = d.num_novel <= 0.1 * len(tokens) and len(tokens) <= 0.85 * len(witness)
    adds = 15 * d.num_novel > len(tokens)
    names = count_renamed(mine.facts.title, theirs.facts.title, title, rule)
    marks = [marks_correction(known.facts.title, rule) for known in (mine, theirs)]
    meeting = Meeting(d, title, outlet, days, inside, is_contained, adds, similarity, names, marks == [True, False])
    exact = [token.text for token in tokens] == [token.text for token in witness]
    if len(tokens) <= 25 and title.num_slots and (outlet != "other" or d.num_slots):
        return "template"
    if exact:
        return "template" if title.num_facts and outlet == "same" else "exact"
    return relate_changed(tokens, witness, meeting, rule, is_contained=is_contained)


def marks_correction(title, rule):
    """Return whether a title begins or ends with a word that marks a correction."""
    return any(rule.slot_words.get(token.text) == "correction" for token in (*title[:1], *title[-1:]))


def count_renamed(mine, theirs, title, rule):
    """Return the novel words of the title that has more, where names differ and half of either is shared; else 0."""
    most = max(title.num_novel, compare_words(theirs, mine, rule.slot_words).num_novel)
    return most if title.num_slots > title.num_facts and 2 * most <= min(len(mine), len(theirs)) else 0


def relate_changed(tokens, witness, meeting, rule, *, is_contained):
    """Return the relation of a document that has not the words of its witness."""
    d = meeting.d
    apart = meeting.similarity < 0.5 and d.num_novel > 100
    apart = apart or d.num_lost > rule.max_novel * d.num_own
    if apart or d.num_novel > rule.max_novel * len(tokens) or d.longest_run > rule.max_run:
        return "extended"
    if meeting.days > 30 and meeting.similarity < 0.9:
        return "update"
    if meeting.corrects or (meeting.outlet == "same" and meeting.brings_news):
        return "update"
    if meeting.fills_frame:
        return "template"
    if is_contained:
        return "contained"
    return "extended" if rule.prefer_longer and contains(tokens, witness, d, rule) else "edited"


def contains(tokens, witness, d, rule):
    """Return whether a document has all of its witness, without a conflict, and a good part more."""
    longer = len(tokens) > 1.1 * len(witness) and not d.num_facts
    more = d.num_novel > 0.1 * len(tokens) or d.longest_run >= 50
    return longer and more and compare_words(witness, tokens, rule.slot_words).num_novel <= 0.1 * len(witness)


@dataclass(frozen=True)
class Decision:
    """Why a document was removed; a kept one has no decision."""

    witness: int
    similarity: float
    relation: str


def cover(texts, threshold, shingle_size=5, order=None, rule=None, relatives=None):
    """Return {index: Decision} of the removed texts (or Articles), each justified by the kept texts before it.

    All kept documents are compared, without bands. A copy of the first text with the same words goes with it. Otherwise
    the best witness is the most similar kept document of which it is a copy that goes, the earlier one of two alike.
    `relatives` gets {index: Decision} of kept texts: the most similar kept one before that they are alike.
    """
    rule, articles = rule or RelationRule(), [text if isinstance(text, Article) else Article(text) for text in texts]
    known = [Known(tokenise(article.text), article.facts) for article in articles]
    words = [[token.text for token in document.tokens] for document in known]
    shingles = [shingle(ws, shingle_size) for ws in words]
    kept, decisions, first_with = [], {}, {}
    for index in order if order is not None else range(len(texts)):
        if not words[index]:
            continue
        first = first_with.setdefault(tuple(words[index]), index)
        if first in decisions and known[first].facts == known[index].facts:
            decisions[index] = decisions[first]
            continue
        pairs = [(other, jaccard(shingles[index], shingles[other])) for other in kept]
        pairs = [(first, 1.0), *pairs] if first in kept else pairs
        alike = [
            Decision(other, value, relate(known[index], known[other], value, rule))
            for other, value in pairs
            if value >= threshold
        ]
        copies = [found for found in alike if found.relation in rule.removed]
        if copies:
            decisions[index] = max(copies, key=lambda found: found.similarity)  # the first of several
            continue
        kept.append(index)
        if relatives is not None and alike:
            relatives[index] = max(alike, key=lambda found: found.similarity)
    return decisions


def candidate_probability(similarity, bands, rows):
    """Return 1 - (1 - s^rows)^bands, exactly."""
    return 1 - (1 - Fraction(similarity) ** rows) ** bands


def choose_bands(threshold, num_perm, recall):
    """Return (bands, rows): the most rows, then the fewest bands, that reach the recall within num_perm; or None.

    Short signatures may miss two of a hundred pairs that may be missed at all. `threshold` and `recall` are decimal
    texts or fractions, so that nothing is rounded.
    """
    wanted = 1 - (1 - Fraction(recall)) * Fraction(98, 100)
    for rows in range(num_perm, 0, -1):
        for bands in range(1, num_perm // rows + 1):
            if candidate_probability(threshold, bands, rows) >= wanted:
                return bands, rows
    return None


def choose_agreement(threshold, num_hashes, recall):
    """Return the most bytes of 64 that may be asked to agree: pairs at the threshold fail that as seldom as is said."""
    size, share = min(num_hashes, 64), Fraction(threshold)
    allowed = (1 - Fraction(recall)) * Fraction(2, 100)
    chances = [math.comb(size, k) * share**k * (1 - share) ** (size - k) for k in range(size + 1)]
    return 64 - size + max(asked for asked in range(size + 1) if sum(chances[:asked]) <= allowed)


def shorten(signature):
    """Return 64 bytes, one of each of the first min-hashes, then zeros."""
    mixed = [value * 0x9E3779B9 % 2**32 // 2**24 for value in signature[:64]]
    return bytes(mixed).ljust(64, b"\0")


def mix32(value):
    """Return the finaliser of MurmurHash3 on 32 bits."""
    value ^= value >> 16
    value = value * 0x85EBCA6B & 0xFFFFFFFF
    value ^= value >> 13
    value = value * 0xC2B2AE35 & 0xFFFFFFFF
    return value ^ (value >> 16)


def sign(hashes, factors, summands):
    """Return the signature of a set of 32-bit hashes."""
    mixed = [mix32(h) for h in hashes]
    return [
        min(((a * h + b) & 0xFFFFFFFF for h in mixed), default=0xFFFFFFFF)
        for a, b in zip(factors, summands, strict=True)
    ]


def canonical_variants(text):
    """Yield texts that are canonically equivalent to the given one: NFC, NFD, and NFD with its marks permuted."""
    yield unicodedata.normalize("NFC", text)
    decomposed = unicodedata.normalize("NFD", text)
    runs = [list(g) for _, g in itertools.groupby(decomposed, key=lambda c: unicodedata.combining(c) != 0)]
    yield decomposed
    yield "".join("".join(permute_marks(run)) for run in runs)


def permute_marks(run):
    """Return a run of characters with its marks in descending combining class, which leaves it equivalent."""
    return sorted(run, key=lambda c: -unicodedata.combining(c)) if unicodedata.combining(run[0]) else run


def find_heaviest_increasing_sum(values, weights):
    """Return the largest sum of weights of an increasing subsequence, by trying all of them."""
    best = 0.0
    for size in range(len(values) + 1):
        for chosen in combinations(range(len(values)), size):
            if all(values[a] < values[b] for a, b in pairwise(chosen)):
                best = max(best, sum(weights[index] for index in chosen))
    return best


def count_common(old, new):
    """Return the length of a longest common subsequence, by the table of the textbook."""
    row = [0] * (len(new) + 1)
    for a in old:
        above = row[:]
        for index, b in enumerate(new):
            row[index + 1] = above[index] + 1 if a == b else max(above[index + 1], row[index])
    return row[-1]


def extend_end(a, b, max_drift, x_drop):
    """Return (tokens of a, tokens of b, equal ones) of the best end of an alignment, cell by cell, row by row.

    Cells are at most `max_drift` from the diagonal. The last row is the first whose best score is `x_drop` below the
    best. Of moves with one score an equal or changed word comes before a word of a alone, and that before one of b.
    """
    before = {taken: (-taken, 0) for taken in range(min(max_drift, len(b)) + 1)}
    best, end = 0, (0, 0, 0)
    for row in range(1, len(a) + 1):
        cells = {}
        for taken in range(max(row - max_drift, 0), min(row + max_drift, len(b)) + 1):
            moves = []
            if taken - 1 in before and taken > 0:
                same = a[row - 1] == b[taken - 1]
                moves.append((before[taken - 1][0] + (1 if same else -1), 2, before[taken - 1][1] + same))
            if taken in before:
                moves.append((before[taken][0] - 1, 1, before[taken][1]))
            if taken - 1 in cells:
                moves.append((cells[taken - 1][0] - 1, 0, cells[taken - 1][1]))
            score, _, equal = max(moves, key=lambda move: move[:2])
            cells[taken] = (score, equal)
            if score > best:
                best, end = score, (row, taken, equal)
        if not cells or max(score for score, _ in cells.values()) < best - x_drop:
            break
        before = cells
    return end


def winnow(values, window):
    """Return the places of the anchors: the rightmost smallest value of each window, by the definition of the paper.

    Fewer values than a window are one window.
    """
    chosen = set()
    for start in range(max(len(values) - window + 1, 1) if values else 0):
        places = range(start, min(start + window, len(values)))
        smallest = min(values[place] for place in places)
        chosen.add(max(place for place in places if values[place] == smallest))
    return sorted(chosen)


def link_anchors(rolled, window):
    """Return (document, first holder, place there, place) of the anchors of documents, given their shingles in order.

    A value that the document itself holds first gives no link.
    """
    first, links = {}, []
    for document, values in enumerate(rolled):
        for place in winnow(values, window):
            holder, there = first.setdefault(values[place], (document, place))
            if holder != document:
                links.append((document, holder, there, place))
    return links


def hash_shingles(tokens, factors):
    """Return the sum of words (tokens without flags) times factors of every run of as many, modulo 2^64."""
    runs = (tokens[i : i + len(factors)] for i in range(len(tokens) - len(factors) + 1))
    return [sum((token >> 2) * factor for token, factor in zip(run, factors, strict=True)) % 2**64 for run in runs]


def fmix64(value):
    """Return MurmurHash3's finaliser of a 64-bit number."""
    for factor in (0xFF51AFD7ED558CCD, 0xC4CEB9FE1A85EC53):
        value = ((value ^ value >> 33) * factor) % 2**64
    return value ^ value >> 33


def sample_runs(tokens, factors, masked=0xFFFFFFFF):
    """Return (hash, words) of the runs of as many words as there are factors whose hash ends in two zero bits.

    A run with a masked token is none of them.
    """
    size = len(factors)
    hashes = map(fmix64, hash_shingles(tokens, factors))
    runs = (tokens[i : i + size] for i in range(len(tokens) - size + 1))
    return [
        (value, tuple(token >> 2 for token in run))
        for value, run in zip(hashes, runs, strict=True)
        if value % 4 == 0 and masked not in run
    ]


def first_holders(new, stored, factors, most):
    """Return for each new document the first stored one that holds each of its chosen runs of words, or None.

    At most so many of those sampled are chosen, evenly spread.
    """
    first = {}
    for number, tokens in enumerate(stored):
        for _, run in sample_runs(tokens, factors):
            first.setdefault(run, number)
    found = []
    for tokens in new:
        own = [run for _, run in sample_runs(tokens, factors)]
        chosen = min(len(own), most)
        found.append([first.get(own[k * len(own) // chosen]) for k in range(chosen)])
    return found


def count_held(asked, stored, factors):
    """Return for each stored document how many of its sampled runs of words, repeats too, are in the text asked for."""
    own = {run for _, run in sample_runs(asked, factors)}
    return [sum(run in own for _, run in sample_runs(tokens, factors)) for tokens in stored]


def list_codes(words):
    """Return the code of every word by rank: half-bytes of dense codes, 1 to 5 long."""
    counts, codes = [4, 3 * 16, 5 * 256, 2 * 16**3, 16**4], {}
    first, rank = 0, 0
    for length, count in enumerate(counts, 1):
        for offset, word in enumerate(words[rank : rank + count]):
            codes[word] = f"{first * 16 ** (length - 1) + offset:0{length}x}"
        first, rank = first + count // 16 ** (length - 1), rank + count
    return codes


def encode_piece(tokens, codes, number):
    """Return a piece of tokens as bytes: the codes of words, or a raw token."""
    digits = "".join(codes.get(token, f"f{token:08x}") for token in tokens)
    return bytes([number]) + bytes.fromhex(digits + "0" * (len(digits) % 2))


def align_ends(a, b):
    """Return the table of the best scores of aligning the first i of a with the first j of b, and the best of all.

    An equal word is 1; a changed, added or dropped one is -1.
    """
    table = [[-j for j in range(len(b) + 1)]]
    for i, word in enumerate(a, 1):
        row = [-i]
        for j, other in enumerate(b, 1):
            both = table[-1][j - 1] + (1 if word == other else -1)
            row.append(max(both, table[-1][j] - 1, row[-1] - 1))
        table.append(row)
    return table, max(max(row) for row in table)


def find_common_runs(a, b, least):
    """Return (start in a, start in b, length) of the longest runs of equal words, those of `least` words and more."""
    runs = []
    for i in range(len(a)):
        for j in range(len(b)):
            if a[i] == b[j] and (i == 0 or j == 0 or a[i - 1] != b[j - 1]):
                length = 0
                while i + length < len(a) and j + length < len(b) and a[i + length] == b[j + length]:
                    length += 1
                if length >= least:
                    runs.append((i, j, length))
    return runs


def find_repeated(values):
    """Return (first place, place) of every value that stands again."""
    first = {}
    pairs = [(first.setdefault(value, place), place) for place, value in enumerate(values)]
    return [(earlier, place) for earlier, place in pairs if earlier != place]


def carry(cover, outlets, hops, ways, weight):
    """Return how well third outlets carry sentence i over to sentence j, pair by pair.

    From i to the `ways` sentences of a third outlet that say most of it, and from these to j; the weaker step counts,
    the best way of each outlet, the mean of the best `hops` outlets. With two outlets `weight` of the step itself.
    """
    count, names = len(cover), sorted(set(outlets))
    if len(names) < 3:
        return [[weight * cover[i][j] for j in range(count)] for i in range(count)]
    heard = [[0.0] * count for _ in range(count)]
    for i in range(count):
        for j in range(count):
            best = []
            for name in names:
                if name in {outlets[i], outlets[j]}:
                    continue
                members = [k for k in range(count) if outlets[k] == name]
                near = sorted(members, key=lambda k: (-cover[i][k], k))[:ways]
                best.append(max(min(cover[i][k], cover[k][j]) for k in near))
            best.sort(reverse=True)
            heard[i][j] = sum(best[:hops]) / min(hops, len(names) - 2)
    return heard


def measure_background(score, outlets, most):
    """Return the mean, over the other outlets, of the mean of the nearest `most` there, the match left out."""
    names = sorted(set(outlets))
    count = len(score)
    means = [[0.0] * count for _ in range(count)]
    for i in range(count):
        for j in range(count):
            total = 0.0
            for name in names:
                members = [k for k in range(count) if outlets[k] == name]
                values = sorted((score[i][k] for k in members if k != j), reverse=True)
                if name != outlets[i]:
                    total += sum(values[:most]) / min(most, len(members))
            means[i][j] = total / max(1, len(names) - 1)
    return means


def approach(score, outlets, cluster):
    """Return the mean, over the other outlets of a cluster, of the best score with a sentence of each; -1: none."""
    near = []
    for i, row in enumerate(score):
        names = {outlets[k] for k in cluster} - {outlets[i]}
        best = [max(row[k] for k in cluster if outlets[k] == name) for name in names]
        near.append(sum(best) / len(best) if best else -1)
    return near


def link_on_average(score, outlets, threshold):
    """Return the clusters of average linkage over pairs of different outlets: the nearest two first, until none is."""
    clusters = [[i] for i in range(len(score))]
    while True:
        best = None
        for a, b in combinations(range(len(clusters)), 2):
            pairs = [(i, j) for i in clusters[a] for j in clusters[b] if outlets[i] != outlets[j]]
            if not pairs:
                continue
            mean = sum(score[i][j] for i, j in pairs) / len(pairs)
            if mean >= threshold and (best is None or mean > best[0]):
                best = (mean, a, b)
        if best is None:
            return sorted(sorted(cluster) for cluster in clusters)
        _, a, b = best
        clusters[a] += clusters.pop(b)


def correlate_ranks(pairs):
    """Return Kendall's tau-b by the formula of the textbook, None where one side is all ties."""

    def sign(x):
        return (x > 0) - (x < 0)

    both = list(combinations(pairs, 2))
    top = sum(sign(a[0] - b[0]) * sign(a[1] - b[1]) for a, b in both)
    left = sum(a[0] != b[0] for a, b in both)
    right = sum(a[1] != b[1] for a, b in both)
    return top / (left * right) ** 0.5 if left * right else None


def share_in_runs(words, others, least):
    """Return the share of the words that lie in a run of `least` words and more of the others; 1 where all are."""
    if words and words == others:
        return 1.0
    covered = set()
    for start, _, length in find_common_runs(words, others, least):
        covered.update(range(start, start + length))
    return len(covered) / len(words) if words else 0.0


def compare_spelling(a, b, least):
    """Return 1 for equal words, 0 for numbers, else the squared cosine of the sets of trigrams from `least` on."""
    if a == b:
        return 1.0
    if a[0].isdecimal() or b[0].isdecimal():
        return 0.0
    sets = []
    for word in (a, b):
        marked = f"^{word}$"
        sets.append({marked[i : i + 3] for i in range(max(1, len(marked) - 2))})
    cosine = len(sets[0] & sets[1]) / (len(sets[0]) * len(sets[1])) ** 0.5
    return cosine**2 if cosine >= least else 0.0


def cover_by_words(sentences, weights, least):
    """Return the share of sentence i, by weight of its words, that sentence j has."""
    return [
        [
            sum(weights[w] * max((compare_spelling(w, v, least) for v in other), default=0.0) for w in sentence)
            / sum(weights[w] for w in sentence)
            if sentence
            else 0.0
            for other in sentences
        ]
        for sentence in sentences
    ]


def match_keys(new, stored, limits, max_bucket):
    """Return (row, keys shared, 0 for the others, whether it is compared) of each stored document that shares a key.

    Documents are (keys, number of tokens, number of shingles, signature as bytes). Compared are those that share a key,
    as one of the first `max_bucket` stored ones that have it, with a new one alike in size and signature.
    """
    threshold, agreement = limits
    holders, stored_with, found = {}, {}, []
    for document in new:
        for key in document[0] if document[1] else ():
            holders.setdefault(key, []).append(document)
    for row, (keys, num_tokens, size, signature) in enumerate(stored):
        shared = [key if num_tokens and key in holders else 0 for key in keys]
        is_compared = False
        for key in filter(None, shared):
            stored_with[key] = stored_with.get(key, 0) + 1
            is_compared |= stored_with[key] <= max_bucket and any(
                Fraction(min(size, other), max(size, other)) >= threshold
                and sum(map(eq, signature, theirs)) >= agreement
                for _, _, other, theirs in holders[key]
            )
        if any(shared):
            found.append((row, shared, is_compared))
    return found


def mark_shared(members, threshold, agreement, most):
    """Return the documents that have a key with one alike; `members` are (key, document, size, signature as bytes)."""
    marked = set()
    for key in {key for key, *_ in members}:
        bucket = [member for member in members if member[0] == key]
        if len(bucket) > max(most, 1):
            marked |= {document for _, document, _, _ in bucket}
            continue
        for (_, a, size_a, bytes_a), (_, b, size_b, bytes_b) in combinations(bucket, 2):
            is_near = min(size_a, size_b) >= threshold * max(size_a, size_b, 1)
            if is_near and sum(map(eq, bytes_a, bytes_b)) >= agreement:
                marked |= {a, b}
    return marked


def find_routes(members, range_size, threshold, small):
    """Return the set of (rank, range, large): which documents a range has to see, for `members` (key, rank, size)."""
    routes = set()
    for key in {key for key, _, _ in members}:
        bucket = sorted((rank, size) for other, rank, size in members if other == key)
        for later, size in bucket:
            seen_by = later // range_size
            if len(bucket) > small:
                seen = [rank for rank, _ in bucket if rank // range_size <= seen_by]
                routes |= {(rank, seen_by, 1) for rank in seen if len(seen) > 1}
                continue
            for earlier, other in bucket:
                if earlier < later and Fraction(min(size, other), max(size, other)) >= threshold:
                    routes |= {(earlier, seen_by, 0), (later, seen_by, 0)}
    return routes


TRACKERS = {b"fbclid", b"gclid", b"dclid", b"msclkid", b"igshid", b"mc_cid", b"mc_eid", b"cmpid"}


def normalise_url(url):
    """Return a URL (bytes) without scheme, `www.`, fragment, last slashes and trackers; each parameter after a `?`."""
    blank = bytes(range(33))
    url = re.sub(b"^([a-z0-9+,.-]*:)?//", b"", url.lstrip(blank), flags=re.IGNORECASE)
    url = url[4:] if url[:4].lower() == b"www." else url
    path, _, query = url.partition(b"#")[0].rstrip(blank).partition(b"?")
    host, slash, path = path.rstrip(b"/").partition(b"/")
    names = [(part, part.partition(b"=")[0].lower()) for part in query.split(b"&") if part]
    kept = [part for part, name in names if name not in TRACKERS and not name.startswith(b"utm_")]
    return host.lower() + slash + path + b"".join(b"?" + part for part in kept)


def hash_url(url):
    """Return FNV-1a, finalised, of a URL as `normalise_url` writes it; 0 of an empty one."""
    value = 0xCBF29CE484222325
    for byte in normalise_url(url.encode()):
        value = (value ^ byte) * 0x100000001B3 % 2**64
    return fmix64(value) if normalise_url(url.encode()) else 0


def follow_sentences(texts, diffs):
    """Since when each sentence is there, character by character: sorted (start, end, first version) of each version.

    A sentence goes on from the old one that has most of its characters. Of all that go on from one, the longest is it;
    the others came with it.
    """
    from dedup.text.units import split_units

    found, before, alive, gone = [], [], [], []
    for version, text in enumerate(texts):
        spans = [unit.span for unit in split_units(text)]
        origin = trace_characters(diffs[version - 1]) if version else {}
        parents = [vote_for_parent(span, before, origin) for span in spans]
        now = []
        for index, (start, end) in enumerate(spans):
            sentence, parent = text[start:end], parents[index]
            siblings = [i for i, other in enumerate(parents) if other == parent]
            if parent is None:
                same = [life for life in gone if life[1] == sentence]
                life = same[0] if same else [version, None]
                gone = [other for other in gone if other is not life]
            elif index == max(siblings, key=lambda i: (spans[i][1] - spans[i][0], -i)):
                life = alive[parent]
            else:
                life = [alive[parent][0], None]
            life[1] = sentence
            now.append(life)
        ids = {id(life) for life in now}
        gone += [life for life in alive if id(life) not in ids]
        found.append(sorted((*span, life[0]) for span, life in zip(spans, now, strict=True)))
        before, alive = spans, now
    return found


def trace_characters(diff):
    """The old place of each new character that the diff calls equal, in units that it aligns."""
    changes = [c for block in diff.blocks if block.relation not in {"added", "dropped"} for c in block.changes]
    equal = [change for change in changes if change.kind == "equal"]
    return {c.new.start + i: c.old.start + i for c in equal for i in range(c.new.end - c.new.start)}


def vote_for_parent(span, before, origin):
    """Which old sentence has most of the characters of a new one, the first of several; None for none."""
    places = [origin[place] for place in range(*span) if place in origin]
    votes = [number for place in places for number, (a, b) in enumerate(before) if a <= place < b]
    return min(set(votes), key=lambda number: (-votes.count(number), number)) if votes else None


def find_json_values(data):
    """Return where the values of a JSON file are as (first byte, end): elements of a list, or one after the other."""
    start = 3 if data.startswith(b"\xef\xbb\xbf") else 0
    start = len(data) - len(data[start:].lstrip(b" \t\r\n"))
    in_list = data[start : start + 1] == b"["
    apart = set(b" \t\r\n,]" if in_list else b" \t\r\n")
    found, begin, depth = [], None, 0
    for piece in re.compile(rb'"(?:\\.|[^"\\])*(?:"|\\?\Z)|.', re.DOTALL).finditer(data, start + in_list):
        text = piece.group()
        if begin is None and text[0] in apart and len(text) == 1:
            continue
        if begin is not None and depth == 0 and len(text) == 1 and text[0] in apart:
            found.append((begin, piece.start()))
            begin = None
            continue
        begin = piece.start() if begin is None else begin
        depth += (text in {b"{", b"["}) - (text in {b"}", b"]"})
        if depth <= 0 and (text[:1] == b'"' or text in {b"}", b"]"}):
            found.append((begin, piece.end()))
            begin, depth = None, 0
    return [*found, (begin, len(data))] if begin is not None else found


def read_csv(data, delimiter, longest):
    """Return the records of a CSV file by Python's csv module as (start, end, cells or None).

    A malformed record is its first line, one of more than `longest` bytes ends with the line that makes it so long.
    """
    lines = re.findall(rb"[^\n]*\n|[^\n]+", data)
    found, start, taken = [], 0, []

    def take():
        for line in lines:
            taken.append(line)
            if sum(map(len, taken)) > longest:
                raise OverflowError
            text = line.removeprefix(b"\xef\xbb\xbf") if start == 0 and len(taken) == 1 else line
            yield text.decode("utf-8", "surrogateescape")

    lines = iter(lines)
    feed = take()
    reader = csv.reader(feed, delimiter=delimiter, strict=True)
    while True:
        try:
            cells = next(reader, "end")
        except (csv.Error, OverflowError) as error:
            cells = None
            if isinstance(error, csv.Error):
                lines = iter([*taken[1:], *lines])
                del taken[1:]
            feed = take()
            reader = csv.reader(feed, delimiter=delimiter, strict=True)
        if cells == "end":
            return found
        end = start + sum(map(len, taken))
        found.append((start, end, cells))
        start = end
        taken.clear()


def read_tabs(data, longest):
    """Return the same of a file with tabs: a mark that begins a cell is plain, unless another one ends the cell."""
    found, start = [], 0
    while start < len(data):
        at, cells, is_next = start, [], True
        while is_next:
            quoted = re.compile(rb'"((?:[^"]|"")*)"(?=[\t\r\n]|\Z)').match(data, at)
            if quoted and quoted.end() - start <= longest:
                cell, at = quoted[1].replace(b'""', b'"'), quoted.end()
            else:
                cell = re.compile(rb"[^\t\r\n]*").match(data, at)[0]
                at += len(cell)
            cells.append(cell.decode("utf-8", "surrogateescape"))
            is_next = data[at : at + 1] == b"\t"
            at += is_next
        is_whole = re.compile(rb"\r*(?:\n|\Z)").match(data, at)
        end = data.find(b"\n", at) + 1 or len(data)
        if end - start > longest:
            cells, end = None, data.find(b"\n", start + longest) + 1 or len(data)
        elif not is_whole:
            cells = None
        found.append((start, end, [] if cells == [""] and not data[start:end].strip(b"\r\n") else cells))
        start = end
    return found


def expect_f1(values, cut, odds):
    """Return the expected F1 of the links from a score on: expected hits, twice, by links and expected true ones."""
    chances = [1 / (1 + math.exp(-odds.slope * (value - odds.middle))) for value in values]
    chosen = [chances[i] for i, value in enumerate(values) if value >= cut]
    return 2 * sum(chosen) / (len(chosen) + sum(chances))


def drop_rare(hashes, positions, ends, tallied, least):
    """Return the fingerprints that were tallied `least` times or more, and where those of each document end."""
    kept = [k for k in range(len(hashes)) if tallied(hashes[k]) >= min(least, 255)]
    return [hashes[k] for k in kept], [positions[k] for k in kept], [sum(k < end for k in kept) for end in ends]


def find_marked(keys, marks):
    """Return which rows of keys hold one whose lowest bits are marked."""
    return [any(marks[key % len(marks)] for key in row) for row in keys]
