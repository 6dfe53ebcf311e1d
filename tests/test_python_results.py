"""Results of the library: tables, another threshold, reprs, and errors that speak of arguments."""

import random

import numpy as np
import pandas as pd
import polars as pl
import pytest
from amounts import few
from corpora import edit_text, make_records, make_text
from hypothesis import given
from hypothesis import strategies as st

import dedup
from dedup import DedupError, NearConfig, PassageConfig, deduplicate
from dedup.near.sketcher import Sketcher, sign_again
from dedup.pipeline.sketch_texts import SketchedTexts
from dedup.pipeline.take_documents import take_documents

RECORDS = make_records("results", 12, copies=3)


def describe(result):
    """Return all that a result says."""
    removed = [(r.document.id, r.witness.id, r.relation, r.similarity, r.novel_words) for r in result.removed]
    clusters = [[(m.document.id, m.similarity) for m in cluster.members] for cluster in result.clusters]
    return result.kept_ids, removed, clusters, result.mask.tolist()


def make_chain(seed, count=40):
    """Return texts in which each is an edit of an earlier one: who is kept depends on who was kept before."""
    source = random.Random(seed)
    texts = [make_text(f"{seed} chain", 60)]
    while len(texts) < count:
        texts.append(edit_text(source.choice(texts), source.random(), source.randint(1, 6)))
    return texts


@few(10)
@given(st.integers(0, 1000), st.sampled_from([0.4, 0.5, 0.55, 0.7, 0.8, 0.95]), st.sampled_from([0.3, 0.5, 0.8, 0.9]))
def test_another_threshold_gives_what_a_fresh_run_gives(seed, first, second):
    texts = make_chain(seed)
    again = deduplicate(texts, threshold=first).rethreshold(second)
    assert describe(deduplicate(texts, threshold=second)) == describe(again)


def test_a_document_that_goes_at_one_threshold_is_a_witness_at_another():
    """The verified pairs of the lower threshold do not suffice: greedy leader covering is not monotone."""
    base = make_text("base", 100)
    middle = edit_text(base, "b", 5)
    last = edit_text(middle, "c", 1)
    low = deduplicate([base, middle, last], threshold=0.5, passages=PassageConfig("off"))
    high = low.rethreshold(0.8)
    assert [["0"], ["0", "1"]] == [low.kept_ids, high.kept_ids]
    assert ["0", "0"] == [removal.witness.id for removal in low.removed]
    assert ["1"] == [removal.witness.id for removal in high.removed]


def test_the_keep_policy_and_the_facts_hold_at_another_threshold():
    low = deduplicate(RECORDS, threshold=0.4, keep="newest:date", remove="all")
    assert describe(low.rethreshold(0.9)) == describe(
        deduplicate(RECORDS, threshold=0.9, keep="newest:date", remove="all")
    )


@given(st.lists(st.text("ab 漢é", max_size=60), max_size=8), st.sampled_from([0.1, 0.5, 0.7, 0.9, 1]))
def test_signing_again_is_sketching_at_the_other_threshold(texts, threshold):
    for size in (1, 5):
        documents = take_documents(texts)
        there = NearConfig(threshold=threshold, shingle_size=size)
        expected = SketchedTexts.of(documents, there).sketches
        for sketch, other in zip(SketchedTexts.of(documents, NearConfig(shingle_size=size)).sketches, expected):  # noqa: B905
            again = sign_again(sketch, there)
            assert all(np.array_equal(getattr(again, name), getattr(other, name)) for name in ("keys", "signature"))
            assert again.keys.shape[1] == Sketcher(there).bands


def test_a_threshold_that_needs_more_permutations_is_an_error():
    with pytest.raises(DedupError, match=r"threshold 0.01 needs .* permutations"):
        deduplicate(["a b c"]).rethreshold(0.01)


# --------------------------------------------------------------------------------------------------------- answers


def test_a_result_answers_what_is_asked_of_it():
    result = deduplicate(RECORDS, threshold=0.7)
    assert len(result.kept) + len(result.duplicates) == len(RECORDS)
    assert [r.document for r in result.removed] == list(result.duplicates)
    assert result.ratio == len(result.removed) / len(RECORDS) > 0.5
    assert deduplicate([]).ratio == 0.0


def test_a_result_is_a_table_in_input_order():
    result = deduplicate(RECORDS)
    table = result.to_arrow()
    rows = table.to_pylist()
    assert [row["id"] for row in rows] == [record["id"] for record in RECORDS]
    assert [row["is_kept"] for row in rows] == result.mask.tolist()
    removed = [
        (r["id"], r["witness_id"], r["relation"], r["similarity"], r["novel_words"]) for r in rows if r["relation"]
    ]
    assert removed == describe(result)[1]
    clusters = {row["id"]: row["cluster"] for row in rows}
    for number, cluster in enumerate(result.clusters, 1):
        assert {number} == {clusters[member.document.id] for member in cluster.members}
    assert isinstance(result.to_pandas(), pd.DataFrame)
    assert result.to_polars().equals(pl.from_arrow(table))
    assert deduplicate([]).to_arrow().schema == table.schema


def test_lists_of_passages_and_stories_are_tables_too():
    body = make_text("body", 60)
    passages = dedup.find_passages([f"{body}.\n{body}.", body])
    assert [p.document.id for p in passages] == passages.to_arrow()["id"].to_pylist()
    stories = dedup.find_stories([body, body + " more", make_text("other")])
    assert stories.to_pandas()["story"].tolist() == [1, 1]
    assert "<td>" in stories._repr_html_()


def test_every_result_shows_itself_in_a_notebook():
    evil = "<script>alert(1)</script> said the mayor of the town on Monday evening to all who had come."
    results = [
        deduplicate([("<b>1", evil), ("<b>2", evil)]),
        dedup.find_passages([f"{evil * 4}", f"{evil * 4}"]),
        dedup.find_stories([("<b>1", evil), ("<b>2", evil)]),
        dedup.diff_texts(evil, evil + " More."),
        dedup.compare_texts({"<b>": evil, "c": evil}, engine="lexical"),
    ]
    for result in results:
        assert "<script>alert" not in result._repr_html_()
        assert "<b>" not in result._repr_html_()
        assert "&lt;" in result._repr_html_()


def test_reprs_are_short():
    texts = [make_text("long", 2000)] * 2
    passages = dedup.find_passages(texts * 3)
    shown = [passages, passages[0], deduplicate(texts).removed[0], dedup.sign_text(texts[0])]
    assert max(len(repr(each)) for each in shown) < 500


def test_a_page_can_be_saved():
    assert "<ins" in dedup.diff_texts("He left in 2013.", "He left in 2023.").to_html("a.txt", "b.txt")
    assert dedup.diff_texts("a", "b").invert().to_html().startswith("<!DOCTYPE html>")
    assert "ap" in dedup.compare_texts({"ap": "One cat.", "bbc": "One cat."}, engine="lexical").to_html()


# ---------------------------------------------------------------------------------------------------------- compare

SAID = "Nine people died in the fire. The mayor thanked the crews on Monday."


def test_texts_are_compared_from_a_dict_a_list_or_a_table():
    records = [
        {"id": "1", "outlet": "ap", "body": SAID, "date": "2024-01-01"},
        {"id": "2", "outlet": "bbc", "body": SAID, "date": "2024-01-02"},
        {"id": "3", "outlet": "cnn", "body": SAID.split(".", maxsplit=1)[0] + ".", "date": "2024-01-03"},
    ]
    found = [
        dedup.compare_texts({r["outlet"]: r["body"] for r in records}, engine="lexical"),
        dedup.compare_texts(records, text="body", engine="lexical"),
        dedup.compare_texts(pd.DataFrame(records), text="body", engine="lexical"),
        dedup.compare_texts(pl.DataFrame(records), text="body", engine="lexical"),
    ]
    for each in found:
        assert ["ap", "bbc", "cnn"] == [outlet.name for outlet in each.outlets]
        assert ["The mayor thanked the crews on Monday."] == each.left_out("cnn")
        assert [] == each.left_out("ap")
    assert {0} == {each.base for each in found[1:]}
    with pytest.raises(ValueError, match='"dpa" is none of the texts: ap, bbc, cnn'):
        found[0].left_out("dpa")


def test_fields_under_well_known_names_are_read():
    records = [
        {"id": "1", "source": "ap", "text": SAID, "published": "3 January 2024"},
        {"id": "2", "source": "bbc", "text": SAID, "published": "1 January 2024", "date": float("nan")},
    ]
    found = dedup.compare_texts(records, engine="lexical")
    assert (["ap", "bbc"], 1) == ([outlet.name for outlet in found.outlets], found.base)
    assert "Outlet('ap', 2 sentences)" == repr(found.outlets[0])
    late = [*records, records[0] | {"id": "3", "published": "2024-03-01"}]
    [story] = dedup.find_stories(late, dedup.StoryConfig(window=3))
    assert ["2", "1"] == [member.document.id for member in story.members]


def test_a_text_that_is_none_is_a_type_error():
    with pytest.raises(TypeError, match='the text of "a" is no str: 5'):
        dedup.compare_texts({"a": 5, "b": "x"})


@pytest.mark.parametrize("name", ["bse", "text"])
def test_an_argument_that_texts_by_name_do_not_have_is_a_type_error(name):
    with pytest.raises(TypeError, match=f'no argument "{name}" where texts are given by name'):
        dedup.compare_texts({"ap": "One.", "bbc": "One."}, engine="lexical", **{name: "ap"})


# ------------------------------------------------------------------------------------------------------------ errors

WRONG = [
    (lambda: deduplicate(["a"], threshold=2), "threshold 2 is not between 0 (excluded) and 1."),
    (lambda: deduplicate(["a"], keep="best"), 'keep "best" is not a policy.'),
    (lambda: deduplicate(["a"], remove="some"), 'remove "some" is no relation.'),
    (lambda: NearConfig(shingle_size=0), "shingle_size 0 is not between 1 and 100."),
    (lambda: dedup.clean_files("absent.jsonl", "out"), "absent.jsonl: no such file or folder."),
]


@pytest.mark.parametrize(("call", "message"), WRONG, ids=[message for _, message in WRONG])
def test_errors_speak_of_arguments(call, message):
    with pytest.raises(DedupError) as found:
        call()
    assert str(found.value).startswith(message)
    assert "--" not in str(found.value)


def test_a_typo_suggests():
    with pytest.raises(AttributeError, match="Did you mean deduplicate"):
        dedup.deduplciate  # noqa: B018 (the access is the test)


def test_the_api_is_what_dir_lists():
    assert {"deduplicate", "clean_files", "compare_texts", "diff_texts", "find_stories"} <= set(dir(dedup))
    assert all(hasattr(dedup, name) for name in dir(dedup))


# ------------------------------------------------------------------------------------------------------ clean_files


def test_files_are_cleaned_as_by_the_command(dedup, tmp_path, monkeypatch):
    from corpora import read_tree, write_jsonl

    import dedup as library

    monkeypatch.chdir(tmp_path)
    write_jsonl(tmp_path / "a.jsonl", RECORDS)
    assert dedup("clean", "a.jsonl", "-o", "out", cwd=tmp_path).code == 0
    found = library.clean_files("a.jsonl", "mine", workers=1)
    assert repr(found) == "CleanedFiles('mine', 36 documents, 24 removed)"
    assert read_tree(tmp_path / "out") == read_tree(tmp_path / "mine")
    assert found.summary.counts.removed == 24 == len(found.table("removed"))
    assert found.ratio == 24 / 36
    assert "24 removed" in found._repr_html_()
    with pytest.raises(DedupError, match=r"mine: holds another run. .* replace it with overwrite"):
        library.clean_files("a.jsonl", "mine", workers=1)
