"""Relatives that were removed after all: a kept document is then alike the one that justifies that removal, or none."""

from dataclasses import replace

import numpy as np

from dedup.config import CleanSettings
from dedup.kernels.leader_table import KEPT
from dedup.near.decisions import Decisions
from dedup.near.relate_documents import relate_documents
from dedup.near.relation_rule import rule_of
from dedup.near.sketches import Sketches


def settle_relatives(sketches: Sketches, decisions: Decisions, settings: CleanSettings) -> Decisions:
    """Return the decisions with relatives of kept documents alone, all of them kept.

    For a removed one stands the witness of its removal, if the two are alike and no copies.
    """
    relative = decisions.relative.copy()
    relative["document"][~decisions.kept] = KEPT
    rows = np.flatnonzero((relative["document"] >= 0) & (relative["document"] < len(decisions)))
    rows = rows[~decisions.kept[relative["document"][rows]]]
    witness = decisions.witness[relative["document"][rows]]
    relative["document"][rows] = KEPT
    rows, witness = rows[witness != rows], witness[witness != rows]
    no_passages = np.zeros(len(rows), np.bool_)
    found = relate_documents(sketches, rows, witness, no_passages, settings.near, rule_of(settings))
    alike = ~found.goes & (found.similarity >= settings.near.threshold)
    for name, values in (("document", witness), ("similarity", found.similarity), ("relation", found.relation)):
        relative[name][rows[alike]] = values[alike]
    return replace(decisions, relative=relative)
