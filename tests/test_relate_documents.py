"""What documents are of others, for many pairs at once, against the naive twin."""

import naive
import numpy as np
from corpora import make_text
from hypothesis import given
from hypothesis import strategies as st
from relations import RULE, articles, know_record

from dedup import deduplicate
from dedup.config import NearConfig
from dedup.kernels.relation import PairArrays, relate_pairs
from dedup.model.documents import CopyRelation
from dedup.near.relation_rule import make_rule
from dedup.pipeline.sketch_texts import SketchedTexts
from dedup.pipeline.take_documents import take_documents

pairs = st.tuples(articles, articles, st.booleans())


@given(st.lists(pairs, min_size=1, max_size=5))
def test_the_relations_of_many_pairs_are_those_of_the_naive_twin(given_pairs):
    records = [{"id": str(n), **article} for n, article in enumerate(a for pair in given_pairs for a in pair[:2])]
    sketched = SketchedTexts.of(take_documents(records, "text"), NearConfig())  # holds the words whose places follow
    known = sketched.offered
    columns = (column.reshape(-1, 2) for column in (known.address, known.num_tokens, known.facts))
    count = len(given_pairs)
    found = np.empty(count, np.uint8), np.empty(count), np.empty((count, 4), np.int32)
    contained = np.array([pair[2] for pair in given_pairs])
    relate_pairs(PairArrays(*columns, contained, *found), 5, make_rule(NearConfig()))
    for row, (mine, theirs, is_contained) in enumerate(given_pairs):
        sides = know_record(mine), know_record(theirs)
        similarity = naive.similarity(mine["text"], theirs["text"])
        relation = naive.relate(*sides, similarity, RULE, is_contained=is_contained)
        assert (CopyRelation(found[0][row]).label, found[1][row]) == (relation, similarity)


def relate_long(num_shared, num_own):
    """Return what a text with words of its own is of one with 300 others, and whether half of both is shared."""
    shared, theirs, own = (
        make_text(name, count, vocabulary=10**9)
        for name, count in (("shared", num_shared), ("theirs", 300), ("own", num_own))
    )
    text, witness = f"{shared} {own}", f"{shared} {theirs}"
    found = deduplicate([witness, text])
    [pair] = [*found.removed, *found.related]
    assert naive.similarity(text, witness) == pair.similarity
    known = [naive.Known(naive.tokenise(side)) for side in (text, witness)]
    assert naive.relate(*known, pair.similarity, RULE) == pair.relation
    return pair.relation, pair.similarity >= 0.5


def test_where_less_than_half_is_shared_a_copy_has_at_most_100_novel_words():
    assert relate_long(300, 100) == ("edited", False)
    assert relate_long(300, 101) == ("extended", False)
    assert relate_long(450, 101) == ("edited", True)
