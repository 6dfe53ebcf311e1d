"""What documents are of others, for many pairs at once, against the naive twin."""

import naive
import numpy as np
import pytest
from corpora import make_text
from hypothesis import given
from hypothesis import strategies as st
from relations import RULE, articles, know_record, relate_records

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
    sketched = SketchedTexts.of(take_documents(records), NearConfig())  # holds the words whose places follow
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


FLOOD = "The flood in {} took {} lives, the ministry said late on {}. Rescue teams search {} villages along the river."


@pytest.mark.parametrize(
    ("facts", "days", "relation"),
    [
        (("Galle", "12", "Friday", "40"), 0, "contained"),  # one slot of facts is a correction
        (("Galle", "14", "Friday", "55"), 0, "update"),
        (("Galle", "12", "Friday", "40"), 1, "update"),
    ],
)
def test_a_contained_text_of_one_day_is_an_update_where_facts_differ_in_several_places(facts, days, relation):
    witness = {"text": FLOOD.format("Galle", "12", "Friday", "38"), "outlet": "p", "date": "2024-03-01"}
    later = {"text": FLOOD.format(*facts), "outlet": "p", "date": f"2024-03-0{1 + days}"}
    assert relate_records(later, witness, is_contained=True) == relation


@pytest.mark.parametrize(("num_more", "relation"), [(40, "contained"), (5, "update")])
def test_a_contained_text_of_another_day_may_have_more_words_of_its_own_where_it_is_shortened(num_more, relation):
    shared, own = make_text("shared", 90), "w1 w2 w3 w4 w5 w6 w7 w8"
    witness = {"text": f"{shared} {make_text('more', num_more)}", "outlet": "p", "date": "2024-03-01"}
    later = {"text": f"{shared} {own}", "outlet": "p", "date": "2024-03-02"}
    assert relate_records(later, witness, is_contained=True) == relation


VISIT = "Officials briefed the senator in {} on {} after the storm. He thanked sheriff {} and {} rescue teams there."
PLACES = "the senator surveys storm damage in {} County and the towns around"


@pytest.mark.parametrize(
    ("places", "outlets", "relation"),
    [
        (("Pinellas", "St. Lucie"), ("p", "p"), "template"),  # two other words in the titles
        (("Pinellas", "Volusia"), ("p", "p"), "edited"),  # one other word, which may be a correction
        (("Pinellas", "St. Lucie"), ("p", "q"), "edited"),  # senders of a joint release have other names
    ],
)
def test_what_one_outlet_titles_with_other_names_in_one_frame_is_a_template(places, outlets, relation):
    shared = make_text("shared", 60)
    mine, theirs = (
        {"text": f"{shared} {make_text(own, 5)}", "title": PLACES.format(place), "outlet": outlet, "date": "2024-03-01"}
        for own, place, outlet in zip(("own", "mine"), places, outlets, strict=True)
    )
    assert relate_records(mine, theirs) == relation


def test_one_other_word_in_the_titles_counts_where_two_names_of_the_texts_differ():
    mine, theirs = (
        {"text": VISIT.format(place, "Friday", name, 40), "title": PLACES.format(place), "outlet": "p"}
        for place, name in (("Pinellas", "Gualtieri"), ("Volusia", "Chitwood"))
    )
    assert relate_records(mine, theirs, is_contained=True) == "template"


def test_a_short_text_of_another_outlet_is_a_template_where_text_and_title_have_another_name():
    mine, theirs = (
        {"text": f"today Eric {name} was sworn in as a member", "title": f"the oath of {name}", "outlet": name}
        for name in ("Swalwell", "Gabbard")
    )
    assert relate_records(mine, theirs) == "template"
    assert relate_records({**mine, "text": theirs["text"]}, theirs) == "exact"


def test_local_versions_of_one_release_are_templates_where_less_than_half_is_shared():
    frame = " {} ".join(make_text(name, 5) for name in "abcde")
    mine, theirs = (
        {"text": frame.format(*slots), "outlet": slots[1]}
        for slots in ((197, "Illinois", "Kelly", "Chicago"), (812, "California", "Diaz", "Vernon"))
    )
    assert relate_records(mine, theirs) == "template"


@pytest.mark.parametrize(("days", "relation"), [(0, "contained"), (1, "update")])
def test_names_of_a_contained_text_are_news_on_another_day(days, relation):
    mine, theirs = (
        {"text": f"{make_text('s', 9)} showers in {place} district {make_text('t', 9)}", "outlet": "p"}
        for place in ("Galle", "Kandy")
    )
    dates = {"date": "2024-03-01"}, {"date": f"2024-03-0{1 + days}"}
    assert relate_records(theirs | dates[1], mine | dates[0], is_contained=True) == relation


@pytest.mark.parametrize("num_own", [65, 45])
def test_the_longer_of_two_stays_for_a_long_passage_of_its_own(num_own):
    shorter = make_text("shared", 420 if num_own == 45 else 600)
    texts = [shorter, f"{shorter} {make_text('own', num_own)}"]
    [removal] = deduplicate(texts).removed
    assert removal.document.text == texts[num_own == 45]


FUND = "{} said its board declared an initial dividend of {} cts per share payable to holders of record"


@pytest.mark.parametrize(
    ("known", "relation"),
    [({}, "edited"), ({"title": "first payout of {} this year"}, "template"), ({"outlet": "{}"}, "edited")],
)
def test_where_outlets_are_unknown_a_fact_and_another_name_in_the_title_make_a_template(known, relation):
    mine, theirs = (
        {"text": f"{FUND.format(*slots)} {make_text('z', 12)}"}
        | {name: text.format(slots[0]) for name, text in known.items()}
        for slots in (("Medco", 7), ("Porex", 8))
    )
    assert relate_records(mine, theirs) == relation


@pytest.mark.parametrize(
    ("mine", "theirs", "relation"),
    [("CORRECTED - {}", "{}", "update"), ("{} (Rectificatif)", "{}", "update"), ("{}", "CORRECTED - {}", "edited")],
)
def test_a_correction_never_goes_because_of_what_it_corrects(mine, theirs, relation):
    mine, theirs = (
        {"text": f"{make_text('s', 9)} {word} {make_text('t', 9)}", "title": title.format("Lifetime buys shares")}
        for title, word in ((mine, "loss"), (theirs, "profit"))
    )
    assert relate_records(mine, theirs) == relation
