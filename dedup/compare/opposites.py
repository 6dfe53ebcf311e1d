"""Opposites: one text asserts what another one denies. English only."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import NamedTuple

from dedup.compare.opposite_words import (
    ARTICLES,
    AT,
    BARRED,
    BE,
    CLAUSE_WORDS,
    CONCEPTS,
    DENIALS,
    EMPTY_HEADS,
    GOVERNORS,
    IRREGULAR,
    MIXED,
    NO,
    NO_NEGATION,
    NOUN_MARKS,
    OTHERS,
    PARTICLES,
    PHRASES_OF,
    PREFIXED,
    QUANTIFIERS,
    RELATIVES,
    SAME_NAMES,
    SAME_THINGS,
    TIMES,
    find_key,
    has_other_sense,
    is_negation,
)
from dedup.compare.speakers import VERB_CLASSES
from dedup.compare.terms import fold, stem
from dedup.text.lexicon import NUMBER_VALUES, STOP_WORDS
from dedup.text.spans import Span
from dedup.text.words import is_word, split_word_spans

MAX_OBJECT = 3  # content words behind a verb of which one is what it is about
MAX_CLAUSE = 20  # words of a clause on either side of a verb
MIN_SHARED = 0.5  # share of the fewer words of two actors, or of two objects
_CLAUSE_END = re.compile(r"[,;:.!?()\[\]“”\"–—]")


@dataclass(frozen=True, slots=True)
class Claim:
    """What a clause says happens, or does not.

    concept    what it says, the same for a word and its opposite
    is_denied  whether the clause says the opposite of the concept
    has_cue    whether a word of denial says so, not the word itself
    is_known   whether the concept is one of those with words for its opposite
    is_mixed   whether another part of the clause is denied, or what it says was only planned
    is_other   whether its actor is another one than the text spoke of before: "another employee"
    span       from the word of denial, if there is one, to the end of what it is about
    actor      stems of the content words before it, from the last verb of saying on
    objects    stems of the content words right behind it, MAX_OBJECT at most
    context    stems of the other content words of the clause
    names      those of all of them that are names
    numbers    the numbers of the clause
    """

    concept: str
    is_denied: bool
    has_cue: bool
    is_known: bool
    is_mixed: bool
    is_other: bool
    span: Span
    actor: frozenset[str]
    objects: frozenset[str]
    context: frozenset[str]
    names: frozenset[str]
    numbers: frozenset[str]

    def contradicts(self, other: "Claim") -> bool:
        """Return whether one says what the other denies, of the same actor and the same object.

        Who is not named may be anybody. Of a claim without an object its actor is what it is about: "the talks failed".
        """
        is_plain = not (self.is_mixed or other.is_mixed) and self.is_other == other.is_other
        if self.concept != other.concept or self.is_denied == other.is_denied or not is_plain:
            return False
        if self.numbers and other.numbers and not self.numbers & other.numbers:
            return False  # 30 % know of it, and 70 % do not
        if self.names and other.names and not self.names & other.names:
            return False
        if self.objects and other.objects:
            return are_alike(self.objects, other.objects) and are_alike(self.actor, other.actor, unknown=True)
        if self.concept.startswith("thing ") and (self.objects or other.objects):
            return False  # "no tsunami warning" is no denial of a tsunami
        return are_alike(self.actor | self.objects, other.actor | other.objects)

    def contradicts_plainly(self, other: "Claim") -> bool:
        """Return whether the two contradict, whatever their sentences say besides."""
        is_plain = self.is_known and self.has_cue != other.has_cue and bool(self.objects & other.objects)
        return is_plain and self.contradicts(other)


def are_alike(a: frozenset[str], b: frozenset[str], *, unknown: bool = False) -> bool:
    """Return whether MIN_SHARED of the fewer words are common; `unknown` is the answer where a side has none."""
    return len(a & b) >= MIN_SHARED * min(len(a), len(b)) if a and b else unknown


class _Token(NamedTuple):
    span: Span
    word: str  # folded
    key: str  # stem, of one form for words that mean the same
    is_content: bool
    is_name: bool


@cache
def _read_concepts() -> dict[str, tuple[str, bool]]:
    """Return the concept of each stem that has one, and whether the stem is its opposite."""
    concepts: dict[str, tuple[str, bool]] = {}
    for words, opposites in CONCEPTS:
        name = words.split()[0]
        for word, is_opposite in [*((w, False) for w in words.split()), *((w, True) for w in opposites.split())]:
            concepts |= dict.fromkeys({stem(word + end) for end in ("", "ed", f"{word[-1]}ed")}, (name, is_opposite))
    return concepts


@cache
def _read_prefixed() -> dict[str, str]:
    """Return the stem without the prefix that denies it: ineffective, effective."""
    pairs = ((prefix, word) for prefix, words in PREFIXED.items() for word in words.split())
    return {stem(prefix + word): find_key(word) for prefix, word in pairs}


@cache
def _read_things() -> dict[str, str]:
    """Return one stem for all words that mean the same thing."""
    return {stem(word): stem(line.split()[0]) for line in (*SAME_THINGS, *SAME_NAMES) for word in line.split()}


@lru_cache(maxsize=8192)
def read_claims(text: str) -> tuple[Claim, ...]:
    """Return what the clauses of a sentence say happens, or does not.

    >>> [(claim.concept, claim.is_denied) for claim in read_claims("Russia has no intention of leaving the talks.")][-1]
    ('stay', False)
    """
    claims: list[Claim] = []
    is_barred = False
    for clause in _split_clauses(text):
        is_barred = is_barred or any(token.word in BARRED for token in clause)
        if clause[0].word not in {"if", "whether", "unless", "despite"} and "?" not in text[clause[-1].span.end :][:1]:
            claims += _read_clause(clause, is_barred=is_barred)
    return tuple(claims)


def _split_clauses(text: str) -> Iterator[list[_Token]]:
    """Yield the words of each clause."""
    clause: list[_Token] = []
    end = 0
    for token in _split_tokens(text):
        if clause and (_CLAUSE_END.search(text[end : token.span.start]) or token.word in CLAUSE_WORDS):
            yield clause
            clause = []
        clause.append(token)
        end = token.span.end
    if clause:
        yield clause


def _split_tokens(text: str) -> Iterator[_Token]:
    """Yield the words of a sentence, a verb with its particle as one: break off."""
    spans = [span for span in split_word_spans(text) if is_word(span.cut(text))]
    words, particle = [fold(span.cut(text)) for span in spans], -1
    for number, (span, word) in enumerate(zip(spans, words, strict=True)):
        if number == particle:
            continue
        key, end = find_key(IRREGULAR.get(word, word)), span.end
        before, follower = words[number - 1] if number else "", "".join(words[number + 1 : number + 2])
        if follower in PARTICLES and f"{key}-{follower}" in _read_concepts():
            particle, key, end = number + 1, f"{key}-{follower}", spans[number + 1].end
        if has_other_sense(word, before, follower):
            key = f"{word} {follower}"
        elif key not in _read_concepts():
            key = _read_things().get(key, key)
        is_name = number > 0 and span.cut(text)[0].isupper()
        yield _Token(Span(span.start, end), word, key, word not in STOP_WORDS, is_name)


def _read_clause(clause: Sequence[_Token], *, is_barred: bool) -> Iterator[Claim]:
    """Yield the claims of a clause: of every word outside the reach of a denial, and of the one that is denied."""
    cues = [_find_cue(clause, place) for place in range(len(clause))]
    is_open = any(token.word in MIXED and not token.is_name for token in clause)
    said = [_read_concepts()[token.key] for token in clause if token.key in _read_concepts()]
    is_open |= any((concept, not opposite) in said for concept, opposite in said)  # "lifts the ban imposed in May"
    is_mixed = is_barred or any(cues) or is_open
    for place, cue in enumerate(cues):
        if cue is None:
            yield from (_make_claim(clause, place, kind, is_mixed=is_mixed) for kind in _list_kinds(clause, place))
            continue
        if place + cue.length < len(clause) and clause[place + cue.length].word in RELATIVES:
            return  # "nobody who asked for help was sent away" denies neither by itself
        head = next((n for n in range(place + cue.length, len(clause)) if clause[n].is_content), None)
        if head is None or clause[head].key in EMPTY_HEADS or (cue.length == 1 and _is_purpose(clause, head)):
            return
        between = {clause[n].word for n in range(place + cue.length, head)}
        is_verb = not between & NOUN_MARKS and not clause[head].is_name
        if cue.denies == "thing" or (is_verb and (cue.denies == "verb" or clause[head].word.endswith("ing"))):
            yield _make_claim(clause, head, "thing" if cue.denies == "thing" else "", cue=place, is_mixed=is_open)
        elif cue.denies == "deed":  # "denied the attack"
            yield _make_claim(clause, place, "", is_mixed=is_open)
        elif between & AT and clause[place - 1 if clause[place].word == "not" else place].word in BE:
            yield _make_claim(clause, head, "at", cue=place, is_mixed=is_open)
        return


def _is_number(word: str) -> bool:
    return word[0].isdecimal() or (word in NUMBER_VALUES and word != "one")


def _is_purpose(clause: Sequence[_Token], head: int) -> bool:
    """Return whether a verb says what something is done for, "in order to remain": that it happens is not said."""
    words = [token.word for token in clause[:head] if token.word not in {"not", "never"}]
    return words[-1:] == ["to"] and (len(words) == 1 or stem(words[-2]) not in GOVERNORS)


def _list_kinds(clause: Sequence[_Token], place: int) -> Iterator[str]:
    """Yield what a word that is not denied asserts: a counted thing, a place somebody is at, or what happens."""
    token = clause[place]
    if not token.is_content:
        return
    before = clause[place - 1].word if place else " "
    if before[0].isdecimal() or before in QUANTIFIERS or before in NUMBER_VALUES:
        yield "thing"
    if _is_place(clause, place):
        yield "at"
    is_noun = token.word.endswith(("tion", "tions", "ment", "ments")) and token.key not in _read_concepts()
    is_noun |= before in ARTICLES and token.word.endswith(("ing", "ed"))  # "his opening statement"
    if not token.is_name and not is_noun and not _is_purpose(clause, place):
        yield ""


def _is_place(clause: Sequence[_Token], place: int) -> bool:
    """Return whether somebody is said to be at a thing: "was in the house"."""
    first = place
    while first > 0 and clause[first - 1].word in ARTICLES:
        first -= 1
    return first > 1 and clause[first - 1].word in AT and clause[first - 2].word in BE


class _Cue(NamedTuple):
    length: int  # words
    denies: str  # "verb", "thing", or "deed": a verb in -ing


def _find_cue(clause: Sequence[_Token], place: int) -> _Cue | None:
    """Return the denial that begins at a place of a clause."""
    word = clause[place].word
    rest = " ".join(token.word for token in clause[place : place + 4])
    phrase = next((found for found in PHRASES_OF.get(word, ()) if f"{rest} ".startswith(f"{found} ")), None)
    if phrase:
        return _Cue(len(phrase.split()), "verb")
    if place + 1 < len(clause) and clause[place + 1].word in NO_NEGATION:
        return None
    if is_negation(word):
        return _Cue(1, "verb")
    if word in NO:
        return _Cue(1, "thing")
    return _Cue(1, "deed") if word in DENIALS else None


def _make_claim(
    clause: Sequence[_Token], head: int, kind: str, *, cue: int | None = None, is_mixed: bool = False
) -> Claim:
    """Return the claim of the word at `head`, denied where there is a cue."""
    token = clause[head]
    bare = _read_prefixed().get(token.key, token.key)
    concept, is_opposite = _read_concepts().get(token.key, (bare, bare != token.key))
    near = range(max(0, head - MAX_CLAUSE), min(len(clause), head + MAX_CLAUSE + 1))
    content = [n for n in near if clause[n].is_content and clause[n].key not in TIMES and n != head]
    behind = [n for n in content if n > head][:MAX_OBJECT]
    last = behind[-1] if behind else head
    before = [n for n in content if n < (head if cue is None else cue)]
    said = max((n for n in range(head) if clause[n].word in VERB_CLASSES), default=-1)
    actor = [n for n in before if n > said] or before
    return Claim(
        concept=f"{kind} {concept}".strip(),
        is_denied=is_opposite != (cue is not None),
        has_cue=cue is not None,
        is_known=token.key in _read_concepts(),
        is_mixed=is_mixed,
        is_other=any(clause[n].word in OTHERS for n in range(head)),
        span=Span(clause[head if cue is None else cue].span.start, clause[last].span.end),
        actor=frozenset(clause[n].key for n in actor),
        objects=frozenset(clause[n].key for n in behind),
        context=frozenset(clause[n].key for n in content if n not in behind),
        names=frozenset(clause[n].key for n in content if clause[n].is_name),
        numbers=frozenset(clause[n].word for n in near if _is_number(clause[n].word)),
    )
