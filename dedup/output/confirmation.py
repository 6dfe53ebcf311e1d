"""Removals confirmed on the texts: what no hash that everybody knows can vouch for.

Tokens are 30 bits of a public hash, so texts without one common word can be made to have equal tokens. The texts of
removed documents and their witnesses are tokenised once more, under a secret seed. Equal words stay equal under any
seed: an honest removal is confirmed whatever the seed is, and the output has the same bytes.
"""

from dataclasses import replace

import numpy as np

from dedup.config import CleanSettings
from dedup.kernels.leader_table import KEPT
from dedup.kernels.novelty import compare_words
from dedup.kernels.relation import Likeness, relate
from dedup.kernels.shingles import measure_jaccard
from dedup.model.documents import CopyRelation
from dedup.near.decisions import Decisions
from dedup.near.relation_rule import rule_of
from dedup.near.sketches import Sketches
from dedup.output.texts_again import Doubted, TextsAgain

MIN_KNOWN = 0.5  # share of words of a contained document that are in its witness
SLACK = 0.01  # words of a text of 100,000 that have equal hashes by chance under a seed move a share by far less


def judge_removals(
    sketches: Sketches, decisions: Decisions, doubted: Doubted, again: TextsAgain, settings: CleanSettings
) -> Decisions:
    """Return the decisions without removals that the texts do not confirm.

    A document with the words of its witness and other signs is a template. Of refused documents with the same words
    and signs the first one that stays stands for the others.
    """
    removed = doubted.removed
    removed = removed[~again.are_same_bytes(removed, decisions.witness[removed])]
    refused = [doc for doc in removed.tolist() if not is_confirmed(doc, decisions, again, settings)]
    documents = np.array(refused, np.int64)
    made, rule, first = Decisions.keep_all(len(refused)), rule_of(settings), dict[tuple[bytes, bytes], int]()
    for row, doc in enumerate(refused):
        witness, content = int(decisions.witness[doc]), (again.get(doc, "words"), again.get(doc, "signs"))
        has_words = content[0] == again.get(witness, "words")
        other, relation = first.get(content, witness), int(CopyRelation.TEMPLATE)
        if content in first:
            pair = [(sketches.tokens_of(side), sketches.facts_of(side)) for side in (doc, other)]
            (tokens, facts), (theirs, their_facts) = pair
            relation, _ = relate(tokens, theirs, facts, their_facts, Likeness(1.0, True, False), rule)
        if (has_words or content in first) and rule.removed >> relation & 1:
            made.witness[row], made.similarity[row], made.relation[row] = other, 1.0, relation
            continue
        first.setdefault(content, doc)
        if has_words:
            made.relative[row] = witness, 1.0, CopyRelation.TEMPLATE
    num_forged = np.count_nonzero((made.witness == KEPT) & (made.relative["document"] == KEPT))
    counts = replace(decisions.counts, num_unconfirmed=int(num_forged))
    return replace(decisions.revise(documents, made), counts=counts)


def is_confirmed(document: int, decisions: Decisions, again: TextsAgain, settings: CleanSettings) -> bool:
    """Return whether the words of a removed document and its witness are as alike as their hashes."""
    witness, relation = int(decisions.witness[document]), decisions.relation[document]
    if relation == CopyRelation.EXACT:
        return again.says_same(document, witness)
    tokens, theirs = again.tokens_of(document), again.tokens_of(witness)
    if relation == CopyRelation.CONTAINED:
        rule = rule_of(settings)
        num_novel = compare_words(tokens, theirs, rule.slot_words, rule.no_slots).num_novel
        return bool(num_novel <= (1 - MIN_KNOWN + SLACK) * tokens.size)
    similarity = measure_jaccard(tokens, theirs, settings.near.shingle_size)
    return bool(similarity >= settings.near.threshold - SLACK)
