"""Relatives that were removed after all: a kept document is then alike the one that justifies that removal, or none."""

from dataclasses import replace

import numpy as np

from dedup.config import CleanSettings
from dedup.kernels.leader_table import KEPT
from dedup.kernels.relation import Likeness, relate
from dedup.kernels.shingles import measure_jaccard
from dedup.kernels.tokens import TOKEN_SHIFT
from dedup.near.decisions import Decisions
from dedup.near.relation_rule import rule_of
from dedup.near.sketches import Sketches


def settle_relatives(sketches: Sketches, decisions: Decisions, settings: CleanSettings) -> Decisions:
    """Return the decisions with relatives of kept documents alone, all of them kept.

    For a removed one stands the witness of its removal, if the two are alike and no copies.
    """
    relative, rule = decisions.relative.copy(), rule_of(settings)
    relative["document"][~decisions.kept] = KEPT
    rows = np.flatnonzero((relative["document"] >= 0) & (relative["document"] < len(decisions)))
    rows = rows[~decisions.kept[relative["document"][rows]]]
    for row in rows.tolist():
        witness = int(decisions.witness[relative["document"][row]])
        relative["document"][row] = KEPT
        if witness == row:
            continue
        tokens, theirs = sketches.tokens_of(row), sketches.tokens_of(witness)
        similarity = float(measure_jaccard(tokens, theirs, settings.near.shingle_size))
        if similarity < settings.near.threshold:
            continue
        is_exact = np.array_equal(tokens >> np.uint32(TOKEN_SHIFT), theirs >> np.uint32(TOKEN_SHIFT))
        likeness = Likeness(similarity, is_exact, False)
        relation, _ = relate(tokens, theirs, sketches.facts_of(row), sketches.facts_of(witness), likeness, rule)
        if not rule.removed >> relation & 1:
            relative[row] = witness, similarity, relation
    return replace(decisions, relative=relative)
