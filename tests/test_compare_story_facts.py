"""Facts that texts disagree in wherever they stand, without any link between the sentences."""

import pytest

from dedup.compare.disagreements import find_disagreements
from dedup.compare.frames import is_sum
from dedup.compare.model import Cell, Link, Place, Row, Strength, Wording
from dedup.compare.read_units import split_document
from dedup.compare.story_facts import read_ages, read_story_facts
from dedup.model.documents import Document


def list_conflicts(a, b, strength=None):
    """Return the conflicts of two texts, as kinds with the two wordings; their first sentences have a link or none."""
    outlets = [split_document(Document(name, text)) for name, text in zip("ab", (a, b), strict=True)]
    rows = [Row((Cell(o, (s,)),)) for o, outlet in enumerate(outlets) for s in range(len(outlet.sentences))]
    link = Link(Place(0, 0), Place(1, 0), 0.5, strength, Wording.REWORDED) if strength else None
    found = find_disagreements(outlets, rows, [link] if link else [])
    return [(d.kind.value, *(fact.spans[0].cut(outlets[fact.outlet].text) for fact in d.facts)) for d in found]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Ann Lee, 34, of Oslo, met Bo Li (36).", [("34", "lee"), ("36", "li")]),
        ("A 34-year-old baker, Ann Lee, met sixty-year-old Bo Li.", [("60", "li")]),
        ("Police named Ann Lee, aged 34.", [("34", "lee")]),
        ("He scored in Oslo, 34 in all.", []),
        ("Ann Lee, 1,200 others and Bo Li, 999, came.", []),
    ],
)
def test_an_age_is_read_beside_a_name(text, expected):
    assert expected == [(age.value, age.names[-1]) for age in read_ages(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("A gunman killed two people, wounding three men.", [("dead", "2"), ("hurt man", "3")]),
        ("Two women were killed and 12 people injured.", [("dead woman", "2"), ("hurt", "12")]),
        ("The men came in three speed boats.", [("boat", "3")]),
        ("Seven AK-47 rifles were found.", [("rifl", "7")]),
        ("A 30-year-old had a 12-gauge gun for five years.", []),
    ],
)
def test_a_count_has_the_key_of_what_it_counts(text, expected):
    assert expected == [(fact.key, fact.number.value) for fact in read_story_facts(text) if not fact.is_part]


@pytest.mark.parametrize(
    "text", ["Two of the officers fell.", "Two other officers fell.", "It took 12 Danish and 11 Finnish smugglers."]
)
def test_a_part_of_what_is_counted_is_known_as_a_part(text):
    assert [True] == [fact.is_part for fact in read_story_facts(text)]


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        # ages
        (
            "Police arrested Ann Lee, 34, at the port.",
            "The trial of 36-year-old Ann Lee began. She denies all.",
            [("number", "34", "36")],
        ),
        ("Police arrested Ann Lee, 34, at the port.", "The trial of 36-year-old Bo Lee began.", []),
        ("Police arrested Ann Lee, 34, at the port.", "Ann Lee, 36, is held. Ann Lee, 34, was held at the port.", []),
        # the dead and the injured of a story
        (
            "Four persons were killed in a shooting at the Lira junction.",
            "The shooting shocked all. At Lira, five people were killed by gunmen who fled after the shooting.",
            [("number", "Four", "five")],
        ),
        (
            "Four persons were killed in a shooting at the Lira junction.",
            "At Lira, two of the four people who were killed in the shooting were brothers.",
            [],
        ),
        (
            "Four persons were killed in a shooting at the Lira junction.",
            "In the shooting at Lira at least three people were killed.",
            [],
        ),
        (
            "Four persons were killed in a shooting at the Lira junction.",
            "In 2006, seven people were killed in a shooting at Lira.",
            [],
        ),
        (
            "Four persons were killed in a shooting at the Lira junction.",
            "Gunmen at Lira wounded five people in the shooting.",
            [],
        ),
        # counts of things
        (
            "The smugglers surrounded the cargo ship in two speed boats.",
            "A navy spokesman said that the smugglers, in three boats, fired at the ship.",
            [("number", "two", "three")],
        ),
        (
            "The smugglers surrounded the cargo ship in two speed boats.",
            "A navy spokesman said that the smugglers fired at the ship from boats. Some 200 boats fish there.",
            [],
        ),
        (
            "Police made 46 arrests on Dock Street after the match.",
            "Police made 50 arrests over four nights on Dock Street after the match.",
            [],
        ),
        (
            "The ship of the navy was 13 nautical miles from the Frigg when it sailed to the shore of Oslo.",
            "In Oslo, waters of the navy extend to 12 nautical miles from shore, where no ship sailed.",
            [],
        ),
        # dates
        (
            "Lund launched a new ferry line called Tundra in December, at a party.",
            "Her crews are glad. Lund, who launched a new ferry line called Tundra in September, is well.",
            [("date", "December", "September")],
        ),
        (
            "Lund launched a new ferry line called Tundra in December.",
            "The September launch of the new ferry line called Tundra by Lund was a success.",
            [],
        ),
        # other languages
        (
            "Vier Personen wurden bei der Schießerei am Bahnhof von Bern getötet, sagte die Polizei.",
            "Bei der Schießerei am Bahnhof von Bern wurden fünf Personen getötet, sagte die Polizei am Abend.",
            [],
        ),
    ],
)
def test_facts_of_sentences_without_a_link(a, b, expected):
    assert expected == list_conflicts(a, b)


def test_the_sum_of_two_numbers_is_no_other_number():
    assert is_sum(23, [12, 11])
    assert not is_sum(23, [12, 4, 11])
    a = "Guards of Norway caught 12 Danish and 11 Finnish smugglers near Moss."
    assert [] == list_conflicts(
        a, "Guards of Norway caught 23 Finnish and Danish smugglers near Moss.", Strength.STRONG
    )


def test_distances_from_two_things_do_not_disagree():
    a, b = ("The ship lay {} miles from {} in the Gulf of Oslo." for _ in "ab")
    assert [] == list_conflicts(a.format(13, "the Frigg"), b.format(15, "shore"), Strength.STRONG)
    assert [("number", "13", "15")] == list_conflicts(a.format(13, "shore"), b.format(15, "shore"), Strength.STRONG)


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("Kyiv attacked the residence of Putin.", "Ukraine denied any attack on the residence of Putin."),
        (
            "Kyiv attacked the residence of Putin.",
            "Ukraine rejected the claim that it attacked the residence of Putin.",
        ),
        ("Hansen was carrying a gun in Oslo.", "Hansen did not have a gun in Oslo."),
        ("The ministry said soldiers were captured.", "The ministry denied that any soldiers were captured."),
        ("The two sides reached a deal on grain.", "No deal on grain was reached."),
        ("A tsunami warning was issued.", "No tsunami warning was issued."),
        ("He pleaded guilty to fraud.", "He pleaded not guilty to fraud."),
        ("President Lopez will attend the summit in Oslo.", "President Lopez will skip the summit in Oslo."),
        ("Olsen was in critical condition.", "Olsen was in stable condition."),
        ("The ship was hit 150 miles west of Moss.", "The ship was hit 150 miles east of Moss."),
        ("The court upheld the ban on the party.", "The court overturned the ban on the party."),
    ],
)
def test_more_words_deny_what_another_text_asserts(a, b):
    assert ["opposite"] == [kind for kind, *_ in list_conflicts(a, b, Strength.STRONG)]


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("Olsen was in critical but stable condition.", "Olsen was in stable condition."),
        ("Hansen was found guilty of fraud.", "Hansen pleaded not guilty of fraud."),
        (
            "If he had a gun in Oslo, Hansen would not point it at the police.",
            "Hansen pointed it at the police in Oslo.",
        ),
        ("Page refused to allow her picture.", "It was the only time that Page allowed her picture."),
    ],
)
def test_these_do_not_contradict(a, b):
    assert [] == list_conflicts(a, b, Strength.STRONG)


@pytest.mark.parametrize(
    ("strength", "expected"), [(Strength.WEAK, ["opposite"]), (None, ["opposite"]), (Strength.STRONG, ["opposite"])]
)
def test_a_denial_needs_no_link_to_what_both_texts_speak_of(strength, expected):
    a = "Hansen pointed a gun at the officers of the precinct."
    b = "Witnesses said that Mr Hansen did not point a gun. Others stayed away."
    assert expected == [kind for kind, *_ in list_conflicts(a, b, strength)]


def test_a_denial_without_a_link_names_somebody_that_the_other_text_names():
    a = "The boy pointed a gun at the officers of the precinct."
    b = "Witnesses said that Mr Hansen did not point a gun. Others stayed away."
    assert [] == list_conflicts(a, b)


@pytest.mark.parametrize(
    ("a", "b"),
    [
        # a date that says which event is meant
        ("The team heard boos in Wednesday's home loss.", "The team lost Friday's home loss in Oslo."),
        # a count of another kind
        ("Berg was a four-time league star in Oslo.", "Berg was a five-time league coach in Oslo."),
        # lists of which no number is the same
        (
            "Six rifles, 12 magazines and 300 rounds were seized from the boats of the smugglers.",
            "Four rifles, 31 magazines and 923 rounds were seized from the boats of the smugglers.",
        ),
        # what somebody is only charged with
        ("Hansen denied arson at the shop.", "Hansen was charged with arson at the shop."),
        # how something was done
        ("The bill was not properly passed in Parliament.", "The bill was properly passed in Parliament."),
        # what holds of a share
        ("Farmers found various ways to sell.", "Around 74% of farmers did not find ways to sell."),
        ("The court fell short of ordering a ceasefire.", "The court stopped short of ordering a ceasefire."),
    ],
)
def test_what_is_of_another_thing_or_event_does_not_disagree(a, b):
    assert [] == list_conflicts(a, b, Strength.STRONG)
    assert [] == list_conflicts(a, b)


def test_the_dead_of_two_events_on_two_days_do_not_disagree():
    told = "A quake hit Oslo on {}. In the quake at Oslo {} people were killed."
    a, b, other = (told.format(*facts) for facts in (("Sunday", "four"), ("Sunday", "five"), ("Monday", "five")))
    assert [("number", "four", "five")] == list_conflicts(a, b)
    assert "number" not in [kind for kind, *_ in list_conflicts(a, other)]


def test_words_of_many_names_are_nobody_in_common():
    a = "The United States does not support the resolution on the harbour."
    b = "The United Nations passed the resolution on the harbour."
    assert [] == list_conflicts(a, b)
    assert ["opposite"] == [kind for kind, *_ in list_conflicts(a, b.replace("Nations", "States"))]


@pytest.mark.parametrize(
    "text", ["", "1,", "\0", "\ud800", "A-" * 5000, "Aaaa " * 2000, "Aa 3, " * 1600, "two " * 2500]
)
def test_every_reader_stands_any_text_and_its_spans_are_inside(text):
    spans = [age.span for age in read_ages(text)] + [fact.number.span for fact in read_story_facts(text)]
    assert all(0 <= span.start < span.end <= len(text) for span in spans)


def test_a_number_with_several_points_is_no_count():
    told = "The firm shipped {} updates to users in Paris."
    assert list_conflicts(told.format("1.2.3"), told.format("1.2.4"), Strength.WEAK) == []
