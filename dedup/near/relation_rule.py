"""The rule of relations, as kernels take it."""

import numpy as np

from dedup.config import CleanSettings, NearConfig
from dedup.kernels.relation import RelationRule
from dedup.model.documents import CopyRelation
from dedup.text.slot_words import load_slot_words


def make_rule(config: NearConfig, *, prefer_longer: bool = False) -> RelationRule:
    """Return what may go under these settings; `prefer_longer`: contained documents are looked for later."""
    names = config.remove.split(",")
    removed = sum(1 << relation for relation in CopyRelation if relation.label in names)
    no_slots = np.empty((0, 4), np.int32)
    return RelationRule(config.max_novel, config.max_novel_run, prefer_longer, removed, load_slot_words(), no_slots)


def rule_of(settings: CleanSettings) -> RelationRule:
    """Return what may go in a run: a document that contains its witness stays if the witness can go instead."""
    finds_contained = settings.passages.finds_contained and "contained" in settings.near.remove.split(",")
    return make_rule(settings.near, prefer_longer=finds_contained)
