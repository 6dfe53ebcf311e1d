"""What a document is of its witness: a copy of one kind or another, or a piece of its own in the same frame.

The rule was chosen on one half of removals that two readers judged; `make bench-judgement` measures it on the other.
Of MAX_APART both halves were seen before it was fixed.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from dedup.kernels.buffers import tokens_at
from dedup.kernels.jit import inlined, inner, kernel
from dedup.kernels.novelty import CORRECTION, Difference, compare_words, kind_of, word_at
from dedup.kernels.shingles import measure_jaccard

EXACT, EDITED, TEMPLATE, CONTAINED, UPDATE, EXTENDED = range(6)
SAME, UNKNOWN, OTHER = range(3)  # outlets of two documents

HALF = 0.5  # similarity: of two documents below it less than half is shared
MAX_APART = 100  # novel words that a copy may then have
UPDATE_RUN = 20  # novel words in a row that are news, in one outlet
UPDATE_SHARE = 1 / 15  # share of novel words of a contained document that are news on another day
UPDATE_SIMILARITY = 0.9  # from which on what an outlet prints again on another day is the same
UNLIKE = 0.35  # the same on one day
MANY_FACTS = 2  # conflicting slots with facts: what is printed again on another day may correct a single one
TEMPLATE_SLOTS, TEMPLATE_SHARE = 3, 5  # conflicting slots; one gap in so many has to be one
TEMPLATE_NAMES = 5  # conflicting slots in which only names differ, half of all gaps
APART_SLOTS, APART_GAPS, APART_FACTS = 4, 3, 4  # the same below HALF: slots; one gap in so many; one slot with facts
NAMES_SHARE = 3  # one gap in so many has to be a slot, in what one outlet prints again on another day
LONG_RUN = 50  # novel words in a row for which the longer one stays
LATE = 30  # days after which a text is printed again only as it was
SHORT_TEXT = 25  # words up to which the title says what a text is about
FRAME_SHARE = 3  # one gap in so many has to be a slot, where outlets are unknown and the titles or days differ
SHORTENED, SHORTENED_NOVEL = 0.85, 0.1  # length of a shortened copy beside the witness, and share of novel words
GROWN = 1.1  # length beside the witness from which on a document may contain it


class RelationRule(NamedTuple):
    """What may go.

    ```
    max_novel      share of novel words up to which a document may be a copy
    max_run        novel words in a row, the same
    prefer_longer  keep a document that contains its witness: the witness will go as contained in it
    removed        bits of the relations that are removed
    slot_words     uint32[2**k, 2]  see `dedup.kernels.novelty.make_word_table`
    no_slots       int32[0, 4]
    ```
    """

    max_novel: float
    max_run: int
    prefer_longer: bool
    removed: int
    slot_words: npt.NDArray[np.uint32]
    no_slots: npt.NDArray[np.int32]


class Likeness(NamedTuple):
    """How alike two documents are: exact Jaccard; whether all words are the same; whether one is contained."""

    similarity: float
    is_exact: bool
    is_contained: bool


@inlined
def is_removed(relation, rule):
    """Return whether documents of a relation are removed."""
    return (rule.removed >> np.int64(relation)) & 1 == 1


@inlined
def compare_outlets(facts, others):
    """Return whether two documents are of one outlet: what has one URL is."""
    if facts.url != 0 and facts.url == others.url:
        return SAME
    if facts.outlet == 0 or others.outlet == 0:
        return UNKNOWN
    return SAME if facts.outlet == others.outlet else OTHER


class Meeting(NamedTuple):
    """What a relation is decided by, beside the words of both.

    outlet       SAME, UNKNOWN or OTHER
    title_slots  conflicting slots of the titles; title_facts those with more than names
    title_names  novel words of the title that has more of them, where names differ and half of either is shared; else 0
    corrects     whether the title is marked as that of a correction, and the other is not
    days         between the two, 0 where one is unknown
    """

    outlet: int
    title_slots: int
    title_facts: int
    title_names: int
    corrects: bool
    days: int


@inlined
def meet(facts, others, rule):
    """Return how what is known of two documents differs."""
    mine, theirs = tokens_at(facts.title, facts.num_title), tokens_at(others.title, others.num_title)
    title = compare_words(mine, theirs, rule.slot_words, rule.no_slots)
    names = 0
    if title.num_slots > title.num_facts:
        back = compare_words(theirs, mine, rule.slot_words, rule.no_slots)
        names = max(title.num_novel, back.num_novel)
        names = names if 2 * names <= min(mine.size, theirs.size) else 0
    corrects = is_marked(mine, rule.slot_words) and not is_marked(theirs, rule.slot_words)
    outlet, days = compare_outlets(facts, others), count_days(facts, others)
    return Meeting(outlet, title.num_slots, title.num_facts, names, corrects, days)


@inlined
def is_marked(title, slot_words):
    """Return whether a title begins or ends with the mark of a correction: "CORRECTED - ...", "... (corrected)"."""
    if title.size == 0:
        return False
    return kind_of(title[0], slot_words) == CORRECTION or kind_of(title[title.size - 1], slot_words) == CORRECTION


@inlined
def count_days(facts, others):
    """Return the days between two documents, 0 where one is unknown."""
    return abs(np.int64(facts.day) - np.int64(others.day)) if facts.day != 0 and others.day != 0 else 0


@inlined
def comes_again(facts, others, size, witness_size, similarity):
    """Return whether no alignment makes a document a copy of another one: on another day it has other words.

    It is an update then, or a template, or extended. `relate` says which; this spares a series most alignments.
    """
    if similarity >= UPDATE_SIMILARITY:
        return False
    days = count_days(facts, others)
    is_whole = size > SHORTENED * witness_size or similarity < HALF
    return days > LATE or (days > 0 and is_whole and compare_outlets(facts, others) == SAME)


@kernel
def relate(tokens, witness, facts, witness_facts, likeness, rule):
    """Return the relation of a document to a witness and the `Difference` of their words.

    Given are uint32 tokens and rows of FACTS of both. O(words).
    """
    meeting = meet(facts, witness_facts, rule)
    is_titled = tokens.size <= SHORT_TEXT and meeting.title_slots > 0
    if likeness.is_exact:  # the tokens of a stored witness may not be in memory
        is_template = (is_titled and meeting.outlet != OTHER) or (meeting.title_facts > 0 and meeting.outlet == SAME)
        return TEMPLATE if is_template else EXACT, Difference(0, 0, 0, 0, 0, 0, 0)
    difference = compare_words(tokens, witness, rule.slot_words, rule.no_slots)
    relation = EDITED
    if is_titled and (meeting.outlet != OTHER or difference.num_slots > 0):
        relation = TEMPLATE
    elif adds_much(tokens.size, difference, likeness, rule):
        relation = EXTENDED
    elif brings_news(tokens.size, witness.size, difference, meeting, likeness):
        relation = UPDATE
    elif fills_frame(difference, meeting, likeness.similarity):
        relation = TEMPLATE
    elif likeness.is_contained:
        relation = CONTAINED
    elif rule.prefer_longer and contains(tokens, witness, difference, rule):
        relation = EXTENDED
    return relation, difference


@inlined
def adds_much(size, difference, likeness, rule):
    """Return whether a document has more novel words than a copy may have: fewer where less than half is shared."""
    is_apart = likeness.similarity < HALF and difference.num_novel > MAX_APART
    is_reply = difference.num_lost > rule.max_novel * difference.num_own
    return is_apart or is_reply or difference.num_novel > rule.max_novel * size or difference.longest_run > rule.max_run


@inlined
def brings_news(size, witness_size, difference, meeting, likeness):
    """Return whether a document corrects, comes much later, or has other or more facts than another of its outlet."""
    is_late = meeting.days > LATE and likeness.similarity < UPDATE_SIMILARITY
    if is_late or meeting.corrects or meeting.outlet != SAME:
        return is_late or meeting.corrects
    is_inside = difference.num_novel <= SHORTENED_NOVEL * size and size <= SHORTENED * witness_size
    is_shortened = likeness.is_contained or (is_inside and (meeting.days == 0 or likeness.similarity >= HALF))
    if difference.longest_run >= UPDATE_RUN:
        return True
    is_reworded = not is_shortened and likeness.similarity < (UPDATE_SIMILARITY if meeting.days > 0 else UNLIKE)
    if meeting.days == 0:
        is_corrected = likeness.is_contained and (difference.num_gaps == 1 or not is_restated(difference))
        has_facts = difference.num_facts >= MANY_FACTS and is_restated(difference)
        return is_reworded or has_facts or (difference.num_facts > 0 and not is_inside and not is_corrected)
    adds_words = difference.num_novel > UPDATE_SHARE * size
    if likeness.is_contained and (is_restated(difference) or (adds_words and not is_inside)):
        return True
    is_renamed = difference.num_slots > 0 and NAMES_SHARE * difference.num_slots >= difference.num_gaps
    is_reworded |= is_renamed and not is_inside and likeness.similarity < UPDATE_SIMILARITY
    return is_reworded or meeting.title_facts > 0 or difference.num_facts >= MANY_FACTS


@inlined
def is_restated(difference):
    """Return whether a good part of what differs are facts."""
    return difference.num_facts > 0 and TEMPLATE_SHARE * difference.num_facts >= difference.num_gaps


@inlined
def fills_frame(difference, meeting, similarity):
    """Return whether two documents are one frame, filled with other facts: a good share of what differs conflicts."""
    slots, facts, gaps = difference.num_slots, difference.num_facts, difference.num_gaps
    if meeting.outlet == SAME:
        has_facts = slots >= TEMPLATE_SLOTS and TEMPLATE_SHARE * slots >= gaps and facts > 0
        is_other = slots > 1 or (meeting.title_names > 1 and similarity < UPDATE_SIMILARITY)
        is_renamed = meeting.title_names > 0 and is_other
        return has_facts or is_renamed or (slots >= TEMPLATE_NAMES and 2 * slots >= gaps)
    if meeting.outlet == UNKNOWN and meeting.days > 0 and (meeting.title_facts > 0 or facts >= MANY_FACTS):
        return True
    is_other = meeting.outlet == UNKNOWN and (meeting.days > 0 or meeting.title_slots > 0)
    if is_other and facts > 0 and FRAME_SHARE * slots >= gaps and similarity < UPDATE_SIMILARITY:
        return True
    if similarity < HALF and slots >= APART_SLOTS and APART_GAPS * slots >= gaps and APART_FACTS * facts >= slots:
        return True
    return (facts >= TEMPLATE_SLOTS and 3 * facts >= gaps) or (facts >= MANY_FACTS and slots == gaps)


@inner
def contains(tokens, witness, difference, rule):
    """Return whether a document has all of its witness, without a conflict, and a good part more."""
    if tokens.size <= GROWN * witness.size or difference.num_facts > 0:
        return False
    if difference.num_novel <= SHORTENED_NOVEL * tokens.size and difference.longest_run < LONG_RUN:
        return False
    reverse = compare_words(witness, tokens, rule.slot_words, rule.no_slots)
    return reverse.num_novel <= SHORTENED_NOVEL * witness.size


class PairArrays(NamedTuple):
    """Pairs of documents, and what is found of them.

    ```
    address     uint64[m, 2]  where the tokens of both are in memory
    num_tokens  int32[m, 2]
    facts       FACTS[m, 2]
    contained   bool[m]       whether passages of the second cover the first
    relation    uint8[m]      what the first is of the second
    similarity  float64[m]    exact Jaccard
    difference  int32[m, 4]   novel words, their longest run, conflicting slots, those with facts
    ```
    """

    address: npt.NDArray[np.uint64]
    num_tokens: npt.NDArray[np.int32]
    facts: npt.NDArray[np.void]
    contained: npt.NDArray[np.bool_]
    relation: npt.NDArray[np.uint8]
    similarity: npt.NDArray[np.float64]
    difference: npt.NDArray[np.int32]


@kernel
def relate_pairs(pairs, shingle_size, rule):
    """Fill in what is found of `PairArrays`. O(words)."""
    for i in range(pairs.relation.size):
        tokens = tokens_at(pairs.address[i, 0], pairs.num_tokens[i, 0])
        witness = tokens_at(pairs.address[i, 1], pairs.num_tokens[i, 1])
        is_exact = tokens.size == witness.size
        place = 0
        while is_exact and place < tokens.size:
            is_exact = word_at(tokens, place) == word_at(witness, place)
            place += 1
        similarity = measure_jaccard(tokens, witness, shingle_size)
        likeness = Likeness(similarity, is_exact, pairs.contained[i])
        relation, difference = relate(tokens, witness, pairs.facts[i, 0], pairs.facts[i, 1], likeness, rule)
        pairs.relation[i], pairs.similarity[i] = relation, similarity
        pairs.difference[i, 0], pairs.difference[i, 1] = difference.num_novel, difference.longest_run
        pairs.difference[i, 2], pairs.difference[i, 3] = difference.num_slots, difference.num_facts
