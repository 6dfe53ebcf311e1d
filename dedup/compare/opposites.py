"""Opposites: one text asserts what another one denies. English only."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import NamedTuple

from dedup.compare.clauses import Token, read_concepts, read_prefixed, split_clauses
from dedup.compare.opposite_words import (
    ARTICLES,
    AT,
    BARRED,
    BE,
    DENIALS,
    EMPTY_HEADS,
    GOVERNORS,
    MIXED,
    NO,
    NO_NEGATION,
    NOUN_MARKS,
    OTHERS,
    PHRASES_OF,
    PLEAS,
    QUANTIFIERS,
    RELATIVES,
    TIMES,
    WHOLLY,
    is_negation,
)
from dedup.compare.speakers import VERB_CLASSES
from dedup.compare.terms import stem
from dedup.text.lexicon import NUMBER_VALUES
from dedup.text.spans import Span

MAX_OBJECT = 3  # content words behind a verb of which one is what it is about
MAX_CLAUSE = 20  # words of a clause on either side of a verb
SOME = frozenset("a an any all the its his her their such".split())
AUXILIARIES = BE | frozenset("has have had did does do will would could can".split())
MIN_SHARED = 0.5  # share of the fewer words of two actors, or of two objects
WOULD = frozenset(["would", "wouldn't", "wouldnt"])


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

    def contradicts_plainly(self, other: "Claim") -> frozenset[str]:
        """Return the objects in common of claims of which a word denies one; none if they do not contradict."""
        is_plain = self.has_cue != other.has_cue and self.contradicts(other)
        return self.objects & other.objects - EMPTY_HEADS if is_plain else frozenset()

    def is_sure(self, other: "Claim") -> bool:
        """Return whether two claims are of one deed without a link: of a known concept, or with more than an object.

        That are two objects in common, or one that is a name, or the actor.
        """
        shared = self.objects & other.objects - EMPTY_HEADS
        return bool(self.is_known or len(shared) > 1 or self.actor & other.actor or shared & self.names & other.names)


def are_alike(a: frozenset[str], b: frozenset[str], *, unknown: bool = False) -> bool:
    """Return whether MIN_SHARED of the fewer words are common; `unknown` is the answer where a side has none."""
    return len(a & b) >= MIN_SHARED * min(len(a), len(b)) if a and b else unknown


@lru_cache(maxsize=8192)
def read_claims(text: str) -> tuple[Claim, ...]:
    """Return what the clauses of a sentence say happens, or does not.

    >>> [(claim.concept, claim.is_denied) for claim in read_claims("Russia has no intention of leaving the talks.")][-1]
    ('stay', False)
    """
    claims: list[Claim] = []
    clauses = list(split_clauses(text))
    is_unreal = any(clause[0].word == "if" for clause in clauses)  # even if he had a gun, he would not use it
    is_barred = False
    for clause in clauses:
        is_barred = is_barred or any(token.word in BARRED for token in clause)
        if clause[0].word not in {"if", "whether", "unless", "despite"} and "?" not in text[clause[-1].span.end :][:1]:
            is_share = "%" in text[clause[0].span.start : clause[-1].span.end]  # 74% did not do it
            is_open = is_barred or is_share or (is_unreal and any(token.word in WOULD for token in clause))
            claims += _read_clause(clause, is_barred=is_open)
    return tuple(claims)


def _read_clause(clause: Sequence[Token], *, is_barred: bool) -> Iterator[Claim]:
    """Yield the claims of a clause: of every word outside the reach of a denial, and of the one that is denied."""
    cues = [_find_cue(clause, place) for place in range(len(clause))]
    is_open = is_barred or any(token.word in MIXED and not token.is_name for token in clause)
    said = [read_concepts()[token.key] for token in clause if token.key in read_concepts()]
    is_open |= any((concept, not opposite) in said for concept, opposite in said)  # "lifts the ban imposed in May"
    is_mixed = any(cues) or is_open
    for place, cue in enumerate(cues):
        if cue is None:
            yield from (_make_claim(clause, place, kind, is_mixed=is_mixed) for kind in _list_kinds(clause, place))
            continue
        if place + cue.length < len(clause) and clause[place + cue.length].word in RELATIVES:
            return  # "nobody who asked for help was sent away" denies neither by itself
        head = _find_head(clause, place + cue.length)
        if head is None or (cue.length == 1 and _is_purpose(clause, head)):
            return
        between = {clause[n].word for n in range(place + cue.length, head)}
        is_verb = not between & NOUN_MARKS and not clause[head].is_name
        if cue.denies == "thing" or (is_verb and (cue.denies == "verb" or clause[head].word.endswith("ing"))):
            yield _make_claim(clause, head, "thing" if cue.denies == "thing" else "", cue=place, is_mixed=is_open)
        elif cue.denies == "deed":  # "denied the attack": neither confirmed nor done
            yield _make_claim(clause, place, "", is_mixed=is_open)
            if between <= SOME and not clause[head].is_name:
                yield _make_claim(clause, head, "", cue=place, is_mixed=is_open)
        elif between & AT and clause[place - 1 if clause[place].word == "not" else place].word in BE:
            yield _make_claim(clause, head, "at", cue=place, is_mixed=is_open)
        if cue.denies == "thing" or clause[place + cue.length - 1].word == "that":
            yield from _deny_subject(clause, place, place + cue.length, is_mixed=is_open)
        return


def _find_head(clause: Sequence[Token], first: int) -> int | None:
    """Return what a denial is of, None if that says nothing; "not properly passed" denies no more than how."""
    places = (n for n in range(first, len(clause)) if clause[n].is_content and clause[n].word not in WHOLLY)
    head = next(places, None)
    is_empty = head is None or clause[head].key in EMPTY_HEADS or clause[head].word.endswith("ly")
    return None if is_empty else head


def _deny_subject(clause: Sequence[Token], cue: int, first: int, *, is_mixed: bool) -> Iterator[Claim]:
    """Yield what is denied of a subject: "no warning was issued", "denied that a warning had been issued".

    Behind a passive it is what the verb is about: "they issued a warning".
    """
    places = range(first, len(clause))
    deed = next((n for n in places if clause[n].is_content and clause[n - 1].word in AUXILIARIES), None)
    if deed is None or clause[deed].key in EMPTY_HEADS or not any(clause[n].is_content for n in range(first, deed)):
        return
    claim = replace(_make_claim(clause, deed, "", is_mixed=is_mixed), has_cue=True)
    subject = frozenset(clause[n].key for n in range(first, deed) if clause[n].is_content)
    claim = replace(claim, is_denied=not claim.is_denied, actor=subject)
    yield replace(claim, span=Span(clause[cue].span.start, claim.span.end))
    if any(clause[n].word in BE for n in range(first, deed)):
        yield replace(claim, span=Span(clause[cue].span.start, claim.span.end), actor=frozenset(), objects=subject)


def _is_number(word: str) -> bool:
    return word[0].isdecimal() or (word in NUMBER_VALUES and word != "one")


def _is_purpose(clause: Sequence[Token], head: int) -> bool:
    """Return whether a verb says what something is done for, "in order to remain": that it happens is not said."""
    words = [token.word for token in clause[:head] if token.word not in {"not", "never"}]
    return words[-1:] == ["to"] and (len(words) == 1 or stem(words[-2]) not in GOVERNORS)


def _list_kinds(clause: Sequence[Token], place: int) -> Iterator[str]:
    """Yield what a word that is not denied asserts: a counted thing, a place somebody is at, or what happens."""
    token = clause[place]
    if not token.is_content or (token.word.endswith("ly") and token.key not in read_concepts()):
        return
    before = clause[place - 1].word if place else " "
    if before[0].isdecimal() or before in QUANTIFIERS or before in NUMBER_VALUES:
        yield "thing"
    if _is_place(clause, place):
        yield "at"
    is_noun = token.word.endswith(("tion", "tions", "ment", "ments")) and token.key not in read_concepts()
    is_noun |= before in ARTICLES and token.word.endswith(("ing", "ed"))  # "his opening statement"
    if not token.is_name and not is_noun and not _is_purpose(clause, place):
        yield ""


def _is_place(clause: Sequence[Token], place: int) -> bool:
    """Return whether somebody is said to be at a thing: "was in the house"."""
    first = place
    while first > 0 and clause[first - 1].word in ARTICLES:
        first -= 1
    return first > 1 and clause[first - 1].word in AT and clause[first - 2].word in BE


class _Cue(NamedTuple):
    length: int  # words
    denies: str  # "verb", "thing", or "deed": a verb in -ing


def _find_cue(clause: Sequence[Token], place: int) -> _Cue | None:
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
    clause: Sequence[Token], head: int, kind: str, *, cue: int | None = None, is_mixed: bool = False
) -> Claim:
    """Return the claim of the word at `head`, denied where there is a cue."""
    token = clause[head]
    bare = read_prefixed().get(token.key, token.key)
    concept, is_opposite = read_concepts().get(token.key, (bare, bare != token.key))
    near = range(max(0, head - MAX_CLAUSE), min(len(clause), head + MAX_CLAUSE + 1))
    content = [n for n in near if clause[n].is_content and clause[n].key not in TIMES and n != head]
    behind = [n for n in content if n > head][:MAX_OBJECT]
    last = behind[-1] if behind else head
    before = [n for n in content if n < (head if cue is None else cue)]
    said = max((n for n in range(head) if clause[n].word in VERB_CLASSES), default=-1)
    actor = [n for n in before if n > said] or before
    if any(token.word in PLEAS for token in clause):
        kind = f"plea {kind}"
    return Claim(
        concept=f"{kind} {concept}".strip(),
        is_denied=is_opposite != (cue is not None),
        has_cue=cue is not None,
        is_known=token.key in read_concepts(),
        is_mixed=is_mixed,
        is_other=any(clause[n].word in OTHERS for n in range(head)),
        span=Span(clause[head if cue is None else cue].span.start, clause[last].span.end),
        actor=frozenset(clause[n].key for n in actor),
        objects=frozenset(clause[n].key for n in behind),
        context=frozenset(clause[n].key for n in content if n not in behind),
        names=frozenset(clause[n].key for n in content if clause[n].is_name),
        numbers=frozenset(clause[n].word for n in near if _is_number(clause[n].word)),
    )
