"""What the library takes as documents, and how its results show themselves."""

import datetime as dt

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from corpora import make_text

import dedup
from dedup import KeepPolicy, NearConfig, deduplicate

TEXTS = [make_text("one"), make_text("two"), make_text("one").upper()]
DAYS = [dt.date(2024, 1, day) for day in (1, 2, 3)]
COLUMNS = {"id": ["a", "b", "c"], "body": TEXTS, "date": DAYS}
NEWEST = NearConfig(keep=KeepPolicy.parse("newest:date"))


class ArrowStream:
    """A table of another library: it has Arrow's stream, and iterates over the names of its columns."""

    def __init__(self, table):
        self._table = table

    def __arrow_c_stream__(self, requested_schema=None):
        return self._table.__arrow_c_stream__(requested_schema)

    def __iter__(self):
        return iter(self._table.column_names)


TABLES = {
    "pandas": pd.DataFrame(COLUMNS),
    "pandas of dates": pd.DataFrame(COLUMNS | {"date": pd.to_datetime(DAYS)}),
    "pyarrow": pa.table(COLUMNS),
    "pyarrow batch": pa.RecordBatch.from_pydict(COLUMNS),
    "polars": pl.DataFrame(COLUMNS),
    "duckdb": duckdb.from_arrow(pa.table(COLUMNS)),
    "any Arrow stream": ArrowStream(pa.table(COLUMNS)),
    "mappings": [dict(zip(COLUMNS, row, strict=True)) for row in zip(*COLUMNS.values(), strict=True)],
}


@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)
def test_the_rows_of_a_table_are_documents_with_fields(table):
    result = deduplicate(table, NEWEST, text="body")
    assert ["b", "c"] == result.kept_ids
    assert [False, True, True] == result.mask.tolist()
    assert [("a", "c")] == [(removal.document.id, removal.witness.id) for removal in result.removed]


@pytest.mark.parametrize(
    "moments",
    [pa.array([2**62] * 3).cast(pa.timestamp("s")), pa.array([1] * 3).cast(pa.timestamp("ns", "Mars/Base"))],
    ids=["after the year 9999", "zone that nobody knows"],
)
def test_a_moment_that_python_has_no_object_for_costs_no_table(moments):
    assert ["0", "1"] == deduplicate(pa.table({"text": TEXTS, "date": moments})).kept_ids


def test_a_column_of_pandas_may_be_called_by_a_number():
    frame = pd.DataFrame([[text] for text in TEXTS])
    assert ["0", "1"] == deduplicate(frame, text="0").kept_ids


def test_an_outlet_may_be_any_value():
    table = pa.table({"id": ["a", "b"], "text": TEXTS[:2], "outlet": [["AP"], ["BBC"]]})
    assert ["['AP']", "['BBC']"] == [o.name for o in dedup.compare_texts(table, engine="lexical").outlets]


WRONG = {
    "two columns of one name": (pd.DataFrame([["a", "b"]], columns=["text", "text"]), "two columns 'text'"),
    "two Arrow columns": (pa.Table.from_arrays([pa.array(["a"])] * 2, ["text", "text"]), "two columns 'text'"),
    "bytes that are no text": (pa.table({"text": pa.array([b"\xff"]).view(pa.string())}), "not text in UTF-8"),
}


@pytest.mark.parametrize("find", [dedup.deduplicate, dedup.find_passages, dedup.find_stories, dedup.compare_texts])
@pytest.mark.parametrize(("documents", "message"), WRONG.values(), ids=WRONG)
def test_documents_that_are_none_are_a_value_error(documents, message, find):
    with pytest.raises(ValueError, match=message):
        find(documents)


@pytest.mark.parametrize(
    "call",
    [
        lambda: deduplicate(TEXTS, 0.5),
        lambda: deduplicate(TEXTS, threshold="0.5"),
        lambda: deduplicate(TEXTS, keep=1),
        lambda: deduplicate(TEXTS, remove=["exact"]),
        lambda: deduplicate(TEXTS, text=None),
        lambda: NearConfig(keep="newest:date"),
        lambda: NearConfig(shingle_size=2.5),
        lambda: dedup.PassageConfig(scope=1),
        lambda: dedup.InputConfig(encoding=8),
        lambda: dedup.StoryConfig(window="3"),
        lambda: dedup.CleanSettings(near=None),
        lambda: dedup.find_passages(TEXTS, NearConfig()),
        lambda: dedup.find_stories(TEXTS, 3),
        lambda: dedup.compare_texts(TEXTS, engine=[]),
        lambda: dedup.diff_texts(None, "a"),
        lambda: dedup.clean_files([], "out", workers="2"),
    ],
)
def test_an_argument_of_another_type_is_told(call):
    with pytest.raises(TypeError, match="has to be"):
        call()


@pytest.mark.parametrize("find", [dedup.deduplicate, dedup.find_passages, dedup.find_stories])
def test_a_lone_surrogate_is_a_value_error(find):
    with pytest.raises(ValueError, match="not text"):
        find([TEXTS[0], "a \udcff b"])


def test_numbers_of_numpy_are_numbers():
    config = NearConfig(threshold=np.float32(0.5), shingle_size=np.int64(5))
    assert deduplicate(TEXTS, config).kept_ids == deduplicate(TEXTS).kept_ids


VALUES = {
    "a pandas series": pd.Series(TEXTS),
    "a Polars series": pl.Series(TEXTS),
    "a NumPy array": np.array(TEXTS),
    "an Arrow column": pa.table(COLUMNS).column("body"),
    "pairs": [*zip("012", TEXTS, strict=True)],
    "items": dict(enumerate(TEXTS)).items(),
}


@pytest.mark.parametrize("values", VALUES.values(), ids=VALUES)
def test_columns_and_pairs_are_documents(values):
    assert ["0", "1"] == deduplicate(values).kept_ids


def test_a_mask_picks_the_kept_rows_of_a_table():
    frame = pd.DataFrame(COLUMNS)
    assert ["a", "b"] == frame[deduplicate(frame, text="body").mask]["id"].tolist()


@pytest.mark.parametrize("take", [deduplicate, dedup.find_passages, dedup.find_stories])
@pytest.mark.parametrize("name", ["pandas", "pyarrow", "any Arrow stream"])
def test_a_table_without_the_column_of_texts_is_an_error(take, name):
    with pytest.raises(ValueError, match=r'no column "texts"; there are: id, body, date\. Did you mean text="body"\?'):
        take(TABLES[name], text="texts")
    with pytest.raises(ValueError, match=r'no column "text"; there are: one, two\. Name it with text="..."\.'):
        take(pd.DataFrame({"one": TEXTS, "two": TEXTS}))


@pytest.mark.parametrize("take", [deduplicate, dedup.find_passages, dedup.find_stories])
@pytest.mark.parametrize("wrong", [5, None, "one text", b"bytes", {"a": "text"}, dedup.Document("a", "text")], ids=type)
def test_one_text_or_a_mapping_is_an_error_that_says_what_to_pass(take, wrong):
    with pytest.raises(TypeError, match="Pass"):
        take(wrong)


def test_the_reprs_of_results_are_short():
    texts = [make_text("long", 5000)] * 50
    result = deduplicate(texts)
    shown = [result, result.kept[0], result.removed[0], result.clusters[0], dedup.diff_texts(texts[0], TEXTS[0])]
    shown += [dedup.find_stories(texts)[0], dedup.find_passages(texts[:2])[0]]
    assert max(len(repr(each)) for each in shown) < 400
    assert "Deduplication(1 kept, 49 removed)" == repr(result)


CRAWLED = pd.DataFrame(
    {"uuid": list("abc"), "maintext": TEXTS, "publisher": ["AP"] * 3, "date_publish": pd.to_datetime(DAYS)}
)


def test_well_known_fields_are_found_as_on_the_command_line():
    result = deduplicate(CRAWLED, keep="newest:date")
    assert ["b", "c"] == result.kept_ids
    assert {"outlet": "AP", "date": pd.Timestamp(DAYS[2])}.items() <= result.kept[1].fields.items()


def test_fields_may_be_named():
    frame = CRAWLED.rename(columns={"uuid": "key", "maintext": "words", "publisher": "paper", "date_publish": "day"})
    result = deduplicate(frame, text="words", id="key", outlet="paper", date="day", keep="newest:date")
    assert ["b", "c"] == result.kept_ids
    assert result.kept[0].fields["outlet"] == "AP"
    nested = [{"article": {"words": text, "paper": "AP"}} for text in TEXTS]
    assert [d.fields["outlet"] for d in deduplicate(nested, text="article.words", outlet="article.paper").kept] == [
        "AP",
        "AP",
    ]


@pytest.mark.parametrize("find", [dedup.deduplicate, dedup.find_passages, dedup.find_stories, dedup.compare_texts])
def test_a_named_field_that_is_not_there_is_an_error(find):
    with pytest.raises(ValueError, match=r'no column "nope"; there are: .* Did you mean outlet="publisher"\?'):
        find(CRAWLED, outlet="nope")
    with pytest.raises(TypeError, match='there is no argument "outlets"'):
        find(CRAWLED, outlets="publisher")
    with pytest.raises(
        ValueError, match=r'"body" and "maintext" may both hold the text, and differ\. .* text="\.\.\."'
    ):
        find(CRAWLED.assign(body="other words"))


def test_an_index_that_is_called_like_an_id_is_the_id():
    assert ["a", "b"] == deduplicate(CRAWLED.set_index("uuid")).kept_ids
    assert ["a", "b"] == deduplicate(CRAWLED.rename(columns={"uuid": "key"}).set_index("key"), id="key").kept_ids
    assert ["0", "1"] == deduplicate(CRAWLED.drop(columns="uuid").set_index("publisher")).kept_ids


@pytest.mark.parametrize("null", [None, np.nan, pd.NA], ids=str)
def test_a_document_without_a_text_is_set_aside(null):
    for documents in (CRAWLED.assign(maintext=[TEXTS[0], null, TEXTS[2]]), [TEXTS[0], null, TEXTS[2]]):
        result = deduplicate(documents)
        assert repr(result) == repr(result.rethreshold(0.5)) == "Deduplication(1 kept, 1 removed, 1 without a text)"
        assert (result.mask.tolist(), result.without_text, result.ratio) == ([True, False, False], [1], 0.5)
        assert [row["is_kept"] for row in result.to_arrow().to_pylist()] == [True, False, False]
    with pytest.raises(ValueError, match="document 1 has no text: it is null"):
        dedup.find_passages([TEXTS[0], null])


def test_an_index_takes_fields_as_the_functions_do(tmp_path):
    with dedup.Index.open(tmp_path / "i.duckdb") as index:
        index.add(CRAWLED.assign(body="other words"), text="maintext")
        assert ["a"] == [match.id for match in index.query(TEXTS[0])]


def nest(levels):
    value = []
    for _ in range(levels):
        value = [value]
    return value


HOLDS_ITSELF = {}
HOLDS_ITSELF["self"] = HOLDS_ITSELF


@pytest.mark.parametrize("value", [HOLDS_ITSELF, nest(5000)], ids=["cycle", "deep"])
@pytest.mark.parametrize("field", ["date", "title", "tags"])
@pytest.mark.parametrize("find", [deduplicate, dedup.find_passages, dedup.find_stories, dedup.compare_texts])
def test_a_field_that_holds_itself_or_is_too_deep_is_none(find, field, value):
    assert repr(find([{"id": "a", "text": TEXTS[0], field: value}, TEXTS[0]]))


def test_an_index_refuses_a_field_that_holds_itself(tmp_path):
    with (
        dedup.Index.open(tmp_path / "i.duckdb") as index,
        pytest.raises(ValueError, match="document 0 has a field that is nested too deeply, or holds itself"),
    ):
        index.add([{"text": TEXTS[0], "tags": HOLDS_ITSELF}])


def test_an_id_that_is_no_text_is_named():
    with pytest.raises(ValueError, match=r"the id '\\ud800' is not text"):
        deduplicate([("\ud800", TEXTS[0])])


def test_a_title_that_is_no_text_is_named_with_its_document():
    with pytest.raises(ValueError, match="document a is not text"):
        dedup.find_stories([{"id": "a", "title": "\ud800", "text": TEXTS[0]}])


def test_a_date_that_is_no_text_is_none():
    dates = [{"text": text, "date": "\ud800"} for text in TEXTS]
    assert len(dedup.find_stories(dates)[0].members) == 2


def test_a_text_that_is_none_is_named_by_its_argument(tmp_path):
    with dedup.Index.open(tmp_path / "i.duckdb") as index:
        for ask in (dedup.sign_text, index.query, index.find):
            with pytest.raises(TypeError, match="text is 5, and has to be str"):
                ask(5)
