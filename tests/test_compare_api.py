"""What a comparison of N texts promises, through the library."""

import gzip
import itertools
import json
import random
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest
from amounts import one_in
from hypothesis import given
from hypothesis import strategies as st
from story_texts import ENGINES, FIRE, SCRIPTS, SEEDS, semantic

from dedup.compare.engine import compare_documents
from dedup.compare.model import Comparison, Omission, Strength, Wording
from dedup.compare.outlet_shares import Derivation
from dedup.errors import DedupError
from dedup.model.documents import Document
from dedup.report.compare.compare_json import render_json
from dedup.report.compare.compare_terminal import render_terminal
from dedup.story_config import CompareConfig

CONGRESS = Path(__file__).parent.parent / "examples" / "congress.jsonl.gz"


def compare(texts, engine="lexical", base=None, dates=None):
    sources = [Document(name, text, {"date": (dates or {}).get(name)}) for name, text in texts.items()]
    return compare_documents(sources, CompareConfig(engine, base))


@cache
def compare_once(engine, texts):
    """Compare texts, (name, text), that several tests look at."""
    return compare(dict(texts), engine)


def list_rows(found):
    """Return the rows as sets of (outlet, sentence), by name."""
    names = [outlet.name for outlet in found.outlets]
    return {frozenset((names[c.outlet], s) for c in row.cells for s in c.sentences) for row in found.rows}


def list_links(found):
    names = [outlet.name for outlet in found.outlets]
    return {
        (frozenset({(names[x.a.outlet], x.a.sentence), (names[x.b.outlet], x.b.sentence)}), x.score, x.strength)
        for x in found.links
    }


def list_shares(found):
    names = [outlet.name for outlet in found.outlets]
    return {(a, b): found.shares[i][j] for i, a in enumerate(names) for j, b in enumerate(names)}


def list_disagreements(found):
    """Return the disagreements by the sentences of their row."""
    names = [outlet.name for outlet in found.outlets]
    return {
        (
            frozenset((names[c.outlet], s) for c in found.rows[d.row].cells for s in c.sentences),
            d.kind,
            frozenset((names[fact.outlet], fact.spans, fact.values) for fact in d.facts),
        )
        for d in found.disagreements
    }


def find_row(found, words):
    """Return the row that holds some words."""
    return next(n for n, row in enumerate(found.rows) if any(words in found.quote(n, outlet) for outlet in row.outlets))


# What the order of the texts may change


@pytest.mark.parametrize(
    ("engine", "texts"),
    [
        ("lexical", SEEDS),
        pytest.param("semantic", FIRE, marks=semantic),
        pytest.param("semantic", SEEDS, marks=[semantic, pytest.mark.nightly]),
    ],
    ids=["lexical", "semantic, short", "semantic"],
)
@pytest.mark.parametrize("order", [(4, 3, 2, 1, 0), (2, 0, 4, 1, 3)])
def test_the_order_of_the_texts_changes_nothing_but_the_order_of_the_columns(engine, texts, order):
    names = list(texts)
    shuffled = [names[place] for place in order if place < len(names)]
    first = compare_once(engine, tuple(texts.items()))
    second = compare({name: texts[name] for name in shuffled}, engine)
    assert list_rows(first) == list_rows(second)
    assert list_links(first) == list_links(second)
    assert list_shares(first) == list_shares(second)
    assert list_disagreements(first) == list_disagreements(second)
    assert first.outlets[first.base].name == second.outlets[second.base].name


@pytest.mark.parametrize("order", list(itertools.permutations(FIRE)))
def test_no_order_of_three_texts_changes_the_rows(order):
    assert list_rows(compare_once("lexical", tuple(FIRE.items()))) == list_rows(
        compare({name: FIRE[name] for name in order})
    )


def test_the_same_texts_give_the_same_json():
    assert render_json(compare_once("lexical", tuple(SEEDS.items()))) == render_json(compare(SEEDS))


# Copies, strangers, the one and the many


@pytest.mark.parametrize(
    ("engine", "texts", "name"),
    [
        ("lexical", SEEDS, "000"),
        pytest.param("semantic", FIRE, "ap", marks=semantic),
        *(pytest.param("lexical", SEEDS, name, marks=pytest.mark.nightly) for name in list(SEEDS)[1:]),
        *(pytest.param("semantic", SEEDS, name, marks=[semantic, pytest.mark.nightly]) for name in SEEDS),
    ],
    ids=lambda value: value if isinstance(value, str) else f"{len(value)} texts",
)
def test_a_duplicated_outlet_is_verbatim_everywhere(engine, texts, name):
    found = compare({**texts, "copy": texts[name]}, engine, base=name)
    copy, base = len(texts), list(texts).index(name)
    relations = [found.relation(number, copy) for number, row in enumerate(found.rows) if base in row.outlets]
    assert {Wording.VERBATIM} == set(relations)
    assert [] == [row for row in found.rows if copy in row.outlets and base not in row.outlets]
    shares = found.shares[copy][base]
    assert (1, 0, 0, 1, Derivation.WHOLLY) == (
        shares.verbatim,
        shares.dropped,
        shares.new,
        shares.tau,
        shares.derivation,
    )


@pytest.mark.parametrize("engine", ENGINES)
def test_a_duplicated_outlet_has_no_disagreement_with_its_original(engine):
    assert () == compare({"a": SEEDS["000"], "b": SEEDS["000"]}, engine).disagreements


@pytest.mark.parametrize("engine", ENGINES)
def test_texts_about_other_things_give_no_strong_link(engine):
    texts = {
        "fire": FIRE["ap"],
        "bread": "Knead the dough for ten minutes and let it rise under a cloth. Bake it until the crust is dark. "
        "A slice with butter goes well with soup.",
        "chess": "The champion opened with the queen's pawn. Her rival resigned after forty moves, a rook down. "
        "The final game of the match is played tomorrow in Oslo.",
    }
    found = compare(texts, engine)
    assert [] == [link for link in found.links if link.strength is Strength.STRONG]


@pytest.mark.parametrize(
    "engine",
    [
        pytest.param(
            "lexical",
            marks=pytest.mark.xfail(reason="datelines and set phrases of press releases are alike", strict=True),
        ),
        pytest.param("semantic", marks=[semantic, pytest.mark.nightly]),
    ],
)
def test_unrelated_press_releases_give_no_strong_link(engine):
    with gzip.open(CONGRESS, "rt", encoding="utf-8") as lines:
        records = [json.loads(line) for line in lines]
    chosen = random.Random(5).sample(records, 5)
    found = compare({record["id"]: record["text"] for record in chosen}, engine)
    assert [] == [link for link in found.links if link.strength is Strength.STRONG]


def test_of_unrelated_press_releases_hardly_a_sentence_in_ten_is_linked():
    with gzip.open(CONGRESS, "rt", encoding="utf-8") as lines:
        records = [json.loads(line) for line in lines]
    linked = total = 0
    for seed in range(6):
        chosen = random.Random(seed).sample(records, 3)
        found = compare({record["id"]: record["text"] for record in chosen})
        linked += len({p for x in found.links if x.strength is Strength.STRONG for p in (x.a, x.b)})
        total += sum(len(outlet.sentences) for outlet in found.outlets)
    assert linked < 0.1 * total


def test_one_sentence_against_a_thousand_finds_its_like():
    with gzip.open(CONGRESS, "rt", encoding="utf-8") as lines:
        texts = [json.loads(line)["text"] for line in itertools.islice(lines, 80)]
    whole = "\n".join(texts)
    whole += "\nA golden anchor was found under the ice by nine fishermen of Riga."
    found = compare({"one": "Nine fishermen of Riga found a golden anchor under the ice.", "many": whole})
    assert len(found.outlets[1].sentences) > 1000
    (link,) = [x for x in found.links if x.strength is Strength.STRONG]
    assert found.outlets[1].cut(link.b.sentence).startswith("A golden anchor")


def test_an_edited_sentence_is_a_strong_link_however_short_the_texts_are():
    found = compare({"a": "Nine people died in the fire.", "b": "Ten people died in the fire."})
    assert [(Strength.STRONG, Wording.EDITED)] == [(link.strength, link.relation) for link in found.links]


# Scripts


@pytest.mark.parametrize("script", SCRIPTS)
def test_every_script_is_compared_by_words(script):
    a, b = SCRIPTS[script]
    found = compare({"a": a, "b": b})
    strong = {(x.a.sentence, x.b.sentence) for x in found.links if x.strength is Strength.STRONG}
    assert {(0, 1), (1, 0)} == strong


@pytest.mark.parametrize("script", SCRIPTS)
def test_auto_takes_the_lexical_engine_for_another_script_and_says_why(script):
    found = compare(dict(zip("ab", SCRIPTS[script], strict=True)), "auto")
    assert "lexical" == found.engine.name
    assert "reads English" in found.engine.reason


# What is left out


def test_what_a_text_prints_twice_is_compared_once():
    found = compare({"a": FIRE["ap"] + "\n\n" + FIRE["ap"], "b": FIRE["bbc"]})
    assert [None] * 4 + [Omission.REPEAT] * 4 == [s.omission for s in found.outlets[0].sentences]


def test_boilerplate_is_left_out():
    line = "Subscribe to our newsletter for more stories."
    sources = [Document("a", f"{FIRE['ap']}\n\n{line}"), Document("b", FIRE["bbc"])]
    found = compare_documents(sources, CompareConfig("lexical"), [line])
    assert Omission.BOILERPLATE is found.outlets[0].sentences[-1].omission
    assert all("Subscribe" not in found.quote(number, 0) for number in range(len(found.rows)))


# The base


def test_the_base_is_the_one_named():
    assert "cnn" == (found := compare(FIRE, base="cnn")).outlets[found.base].name


@pytest.mark.parametrize(
    ("dates", "base"),
    [
        ({"ap": "2025-01-02", "bbc": "2025-01-01", "cnn": "2025-01-03"}, "bbc"),
        ({"ap": "2025-01-01T02:00:00+05:00", "bbc": "2025-01-01T00:00:00Z", "cnn": "2025-01-01"}, "ap"),
        ({"ap": "Thu, 02 Jan 2025 10:00:00 GMT", "bbc": "2025-01-03", "cnn": "Thu, 02 Jan 2025 10:00:00 +0200"}, "cnn"),
    ],
)
def test_else_it_is_the_earliest(dates, base):
    assert base == (found := compare(FIRE, dates=dates)).outlets[found.base].name


@pytest.mark.parametrize(
    "dates", [{"cnn": "2025-01-01"}, {"ap": "Monday", "bbc": "Friday", "cnn": "A day"}, dict.fromkeys(FIRE, "2025")]
)
def test_dates_that_are_lacking_or_no_dates_leave_it_to_the_medoid(dates):
    assert compare(FIRE).base == compare(FIRE, dates=dates).base


def test_the_reference_of_a_row_without_the_base_is_its_first_outlet():
    found = compare(FIRE, base="bbc")
    row = find_row(found, "kitchen")
    assert ((0, 2), 0) == (found.rows[row].outlets, found.reference(row))


# Only here, everyone but


def test_what_only_one_text_has():
    found = compare(FIRE)
    assert ["Nobody knows who owned the house."] == [found.quote(row, 0) for row in found.only_here(0)]
    assert any("blankets" in found.quote(row, 1) for row in found.only_here(1))


def test_what_all_have_but_one():
    found = compare(FIRE, base="ap")
    assert find_row(found, "kitchen") in found.all_but(1)


def test_of_two_texts_nobody_is_everyone_else():
    found = compare({name: FIRE[name] for name in ("ap", "bbc")})
    assert [[], []] == [found.all_but(0), found.all_but(1)]


# Disagreements


def test_other_numbers_in_one_row_are_shown():
    found = compare({name: FIRE[name] for name in ("ap", "bbc")})
    (disagreement,) = [d for d in found.disagreements if d.kind == "number"]
    assert [("Nine", "9"), ("Ten", "10")] == [
        (fact.spans[0].cut(found.outlets[fact.outlet].text), fact.values[0]) for fact in disagreement.facts
    ]


def test_another_name_in_an_edited_sentence_is_shown():
    said = "“The talks will go on in Geneva next week,” {} said on the way to the airport."
    found = compare({"a": said.format("Dmitry Peskov"), "b": said.format("Yuri Ushakov")})
    assert ["name"] == [d.kind for d in found.disagreements]


def test_spellings_of_one_name_are_no_disagreement():
    said = "Volodymyr {} said on Monday that the talks in Geneva would go on for a week."
    texts = {name: said.format(name) for name in ("Zelenskyy", "Zelenskiy", "Zelensky")}
    assert () == compare(texts).disagreements


# Properties

VOCABULARY = "Nine Ten people died fire Riga mayor said claimed kitchen 91 1,200 Monday „ “ ” . ! 火 ها"
words = st.sampled_from([*VOCABULARY.split(), "\n"])
texts = st.lists(st.lists(words, max_size=25).map(" ".join), min_size=2, max_size=5)


def check_all(found):
    """Check what holds for every comparison."""
    compared = [
        (o, s) for o, outlet in enumerate(found.outlets) for s, x in enumerate(outlet.sentences) if x.omission is None
    ]
    placed = [(cell.outlet, s) for row in found.rows for cell in row.cells for s in cell.whole]
    assert compared == sorted(placed)
    for outlet in found.outlets:
        for before, after in itertools.pairwise(outlet.sentences):
            assert before.span.end <= after.span.start
    for a, by_base in enumerate(found.shares):
        for b, shares in enumerate(by_base):
            kept = (shares.verbatim, shares.edited, shares.reworded, shares.partial, shares.dropped)
            assert (1 if found.outlets[b].num_words else 0) == pytest.approx(sum(kept))
            assert all(-1e-9 <= share <= 1 + 1e-9 for share in (*kept, shares.new, shares.reused))
            assert shares.tau is None or -1 - 1e-9 <= shares.tau <= 1 + 1e-9
            if a == b and found.outlets[a].num_words:
                assert (1, 0) == (pytest.approx(shares.verbatim), pytest.approx(shares.new))
    for number, row in enumerate(found.rows):
        assert {Wording.VERBATIM} == {found.relation(number, o, o) for o in row.outlets}
        assert list(row.outlets) == sorted(set(row.outlets))
    for link in found.links:
        assert link.a < link.b
        assert link.a.outlet != link.b.outlet
    for disagreement in found.disagreements:
        for fact in disagreement.facts:
            assert all(span.cut(found.outlets[fact.outlet].text) for span in fact.spans)
            assert len(fact.spans) == len(fact.values)
    render_terminal(found, 80)
    render_json(found)


@given(texts)
def test_rows_partition_the_sentences_and_shares_add_up(found):
    check_all(compare(dict(zip("abcde", found, strict=False))))


@given(st.lists(st.text(max_size=60), min_size=2, max_size=4))
def test_any_texts_can_be_compared(found):
    check_all(compare(dict(zip("abcd", found, strict=False))))


@semantic
@one_in(8)
@given(st.lists(st.text(st.characters(codec=None), max_size=40), min_size=2, max_size=3))
def test_any_texts_can_be_compared_by_the_model(found):
    check_all(compare(dict(zip("abc", found, strict=False)), "semantic"))


@given(texts, st.randoms(use_true_random=False))
def test_no_order_changes_the_rows(found, chance):
    given_texts = dict(zip("abcde", found, strict=False))
    names = list(given_texts)
    chance.shuffle(names)
    first, second = compare(given_texts), compare({name: given_texts[name] for name in names})
    assert list_rows(first) == list_rows(second)
    assert list_links(first) == list_links(second)


# Hostile texts


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(
    "texts",
    [
        {"a": "", "b": ""},
        {"a": "", "b": FIRE["ap"]},
        {"a": "Background\nSport", "b": "Background\nNews"},
        {"a": "!!! ---", "b": "The cat sat."},
        {"a": "Eeee! Eeee eeee eee.", "b": "Eeee."},
        {"a": "Half \ud800 a pair was sent here.", "b": "Half \ud800 a pair was sent here."},
        {"a": "A NUL \0 stands here today.", "b": "A NUL \0\x1b[2J stands here today."},
        {"a": "\U0001e900\U0001e901 \U0001e903\U0001e904.", "b": "The cat sat here."},
    ],
    ids=["empty", "one empty", "headings", "no words", "letters e", "surrogates", "control", "unknown to the model"],
)
def test_odd_texts_are_compared(engine, texts):
    check_all(compare(texts, engine))


def test_an_empty_text_has_nothing_new_and_drops_all():
    shares = compare({"a": "", "b": FIRE["ap"]}, base="b").shares[0][1]
    assert (0, 1, Derivation.INDEPENDENT) == (shares.new, shares.dropped, shares.derivation)


def test_half_a_surrogate_pair_is_replaced_in_json():
    found = json.loads(render_json(compare({"a": "One \ud800 two three four.", "b\udfff": "One."})))
    assert "One \ufffd two three four." in [row["cells"][0]["text"] for row in found["rows"]]
    assert "b\ufffd" == found["documents"][1]["name"]


@pytest.mark.parametrize(
    ("engine", "letter"),
    [
        ("lexical", "a"),
        *(pytest.param("lexical", letter, marks=pytest.mark.nightly) for letter in "A1"),
        *(pytest.param("semantic", letter, marks=[semantic, pytest.mark.nightly]) for letter in "aA1"),
    ],
)
def test_a_sentence_of_a_megabyte_without_a_space_is_compared(engine, letter):
    texts = {"a": letter * 1_000_000, "b": letter * 1_000_000, "c": FIRE["ap"]}
    found = compare(texts, engine)
    assert [Wording.VERBATIM] == [found.relation(n, 1, 0) for n, row in enumerate(found.rows) if 0 in row.outlets]
    assert len(render_terminal(found, 80)) < 5_000_000


def test_beyond_six_thousand_sentences_is_a_clear_error():
    text = "\n".join(f"Line {number}!" for number in range(3001))
    with pytest.raises(DedupError, match=r"^6,002 sentences in all; up to 6,000 can be compared\. Name fewer texts\.$"):
        compare({"a": text, "b": text})


def test_too_many_different_words_are_a_clear_error():
    text = " ".join(f"word{number}" for number in range(30_001))
    said = r"^30,001 different words; up to 30,000 can be compared\. Name fewer texts, or shorter\.$"
    with pytest.raises(DedupError, match=said):
        compare({"a": text, "b": ""})


@semantic
def test_too_many_words_for_the_model_are_a_clear_error_before_it_runs():
    """To run it on so many takes many times as long."""
    text = "ninety people " * 75_001
    with pytest.raises(DedupError, match=r"^150,002 words in all; up to 150,000 can be compared\."):
        compare({"a": text, "b": ""}, "semantic")


@pytest.mark.parametrize(
    ("texts", "settings", "said"),
    [
        ({"a": "x"}, {}, "1 text to compare. Name 2 to 50."),
        ({}, {}, "0 texts to compare. Name 2 to 50."),
        ({str(number): "x" for number in range(51)}, {}, "51 texts to compare. Name 2 to 50."),
        (FIRE, {"base": "dpa"}, 'base "dpa" is none of the texts: ap, bbc, cnn.'),
        (FIRE, {"engine": "magic"}, 'engine "magic" is none of auto, lexical and semantic.'),
    ],
)
def test_what_cannot_be_compared_is_a_clear_error(texts, settings, said):
    with pytest.raises((DedupError, ValueError)) as caught:
        compare(texts, **settings)
    assert said == str(caught.value)


def test_two_texts_of_one_name_are_a_clear_error():
    with pytest.raises(DedupError, match='two texts are called "a"'):
        compare_documents([Document("a", "x"), Document("a", "y")], CompareConfig("lexical"))


def test_fifty_texts_are_compared():
    found = compare({f"{number:02d}": FIRE["ap"] for number in range(50)})
    assert {50} == {len(row.cells) for row in found.rows}


# The function


def test_compare_texts_is_loaded_on_first_use():
    program = "import dedup; print(dedup.compare_texts({'a': 'One cat.', 'b': 'One cat.'}, engine='lexical'))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert "Comparison(2 texts, 1 rows, 1 strong links, 0 disagreements, lexical)\n" == done.stdout


def test_two_sentences_that_are_edits_of_each_other_are_one_row_and_disagree_in_the_number():
    texts = {"a": "The fire killed 12 people in Oslo on Monday.", "b": "Fire killed 13 people in Oslo on Monday."}
    found = compare_documents([Document(name, text) for name, text in texts.items()], CompareConfig(engine="lexical"))
    assert (1, [("12",), ("13",)]) == (len(found.rows), [fact.values for fact in found.disagreements[0].facts])


def test_the_function_takes_base_and_dates():
    from dedup import compare_texts as call

    found = call(FIRE, engine="lexical", dates={"ap": "2025-01-02", "bbc": "2025-01-03", "cnn": "2025-01-01"})
    assert isinstance(found, Comparison)
    assert (2, 1) == (found.base, call(FIRE, engine="lexical", base="bbc").base)
