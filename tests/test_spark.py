"""Spark decides as the local engine does: however rows are dealt to partitions and the cover is cut into ranges.

`make test` does so in few runs, as each takes seconds: a frame, files of all kinds in many splits with a bounded cover
in ranges, Parquet. Each hard corpus and setting has a run of its own in `make test-all`.
"""

import json
import random
import re
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import replace

import pytest
from commands import clean_quietly
from corpora import make_orphans, make_text, removed_ids, spell, write_jsonl
from engines import decide_locally
from forged_words import FORGED
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from mosaics import make_mosaics
from relations import REMOVE_ALL
from spark_engine import decide_on_spark, make_worlds, session

from dedup.config import CleanSettings, InputConfig, KeepPolicy, NearConfig, PassageConfig
from dedup.corpus.field_names import choose_fields
from dedup.corpus.files import find_files
from dedup.errors import DedupError, InputError
from dedup.version import __version__

CONTAINED = PassageConfig(scope="within", strip_boilerplate=True)
FEW = settings(max_examples=2, deadline=None, derandomize=True, phases=[Phase.generate])  # each is many graphs at once


@pytest.mark.nightly
@FEW
@given(seed=st.integers(0, 2**32), ranges=st.integers(5, 24), partitions=st.integers(2, 9))
def test_many_random_graphs_in_any_partitions_and_ranges(seed, ranges, partitions):
    documents = make_worlds(seed, 60)
    config = NearConfig(shingle_size=2)
    order = random.Random(seed).sample(range(len(documents)), len(documents))
    expected = decide_locally(documents, config)
    assert expected == decide_on_spark(documents, config, partitions=partitions, ranges=ranges, order=order)


def make_crowd(count):
    """Return documents that share half of their words, each with a near-copy, mixed."""
    rng = random.Random(1)
    common = " ".join(f"common{n}" for n in range(30))
    documents = [f"{common} {' '.join(rng.choices([f'own{n}' for n in range(400)], k=12))}" for _ in range(count)]
    documents += [text.rsplit(" ", 4)[0] for text in documents]
    rng.shuffle(documents)
    return documents


def make_meetings():
    """Return one text of 41 days and rooms."""
    words = "the committee will meet on {} to vote on item {} of the budget for the coming year in room {} again"
    return [words.format(a, a + 7, a * 3) for a in range(11, 51)] + [words.format("monday", 18, 33)]


@pytest.mark.nightly
def test_a_cover_with_full_buckets_in_many_ranges():
    """Edited copies, texts of many scripts, templates, more documents than a bucket has room for."""
    documents = [*make_crowd(12), *make_worlds(7, 10), *TEXTS, *make_meetings()]
    order = random.Random(2).sample(range(len(documents)), len(documents))
    config = NearConfig(0.8, shingle_size=2, num_perm=2, recall=0.4, max_bucket=2)
    expected = decide_locally(documents, config)
    for other in (replace(config, max_bucket=2000), replace(config, remove=REMOVE_ALL)):
        assert expected != decide_locally(documents, other)  # the settings did something
    assert expected == decide_on_spark(documents, config, ranges=4, order=order)


@pytest.mark.nightly
def test_many_partitions_with_room_for_two_in_a_bucket():
    documents = make_crowd(60)
    config = NearConfig(threshold=0.8, shingle_size=2, num_perm=2, recall=0.4, max_bucket=2)
    expected = decide_locally(documents, config)
    assert expected != decide_locally(documents, replace(config, max_bucket=2000))  # the bound did something
    assert expected == decide_on_spark(documents, config, partitions=24, ranges=8)


@pytest.mark.nightly
@pytest.mark.parametrize("remove", [REMOVE_ALL, NearConfig.remove, "edited", "template,update"])
def test_templates_go_where_that_is_asked_for(remove):
    config = NearConfig(threshold=0.3, shingle_size=3, remove=remove)
    assert decide_locally(make_meetings(), config) == decide_on_spark(make_meetings(), config, ranges=5)


@pytest.mark.nightly
def test_a_hot_story_in_a_large_bucket():
    rng = random.Random(3)
    story = [f"word{n}" for n in range(200)]
    documents = make_worlds(5, 10)
    for _ in range(300):
        copy = list(story)
        copy[rng.randrange(200)] = f"edit{rng.randrange(10_000)}"
        documents.insert(rng.randrange(len(documents)), " ".join(copy))
    config = NearConfig()
    assert decide_locally(documents, config) == decide_on_spark(documents, config, ranges=7)


TEXTS = [
    "新华社北京电中国国家主席周三在北京会见来访的外国客人双方就共同关心的问题深入交换了意见",
    "新华社北京电中国国家主席周三在北京会见来访的外国客人双方就共同关心的问题深入交换了看法",
    "東京株式市場で日経平均株価は三日ぶりに反発し終値は前日より百円高い三万円台を回復した",
    "東京株式市場で日経平均株価は三日ぶりに反発し終値は前日より百円高い三万円台を回復した。",
    "قال وزير الخارجية في مؤتمر صحفي عقد اليوم إن المحادثات بين الجانبين كانت بناءة ومثمرة للغاية",
    "ශ්‍රී ලංකා ජනාධිපතිවරයා අද පාර්ලිමේන්තුවේ විශේෂ ප්‍රකාශයක් සිදු කළේය යනුවෙන් මාධ්‍ය වාර්තා කරයි",
    "🎉🎉 👩‍👩‍👧‍👦 🏳️‍🌈",
    "e\u0301te\u0301 a\u0300 la campagne avec nos amis de toujours et leurs enfants",
    "été à la campagne avec nos amis de toujours et leurs enfants",
    "",
    "   \n\t ",
    "one",
    "ONE",
    "",
]


@pytest.mark.nightly
def test_texts_of_many_scripts_empty_ones_and_single_words():
    expected = decide_locally(TEXTS, NearConfig())
    assert sum(witness is not None for witness, _, _ in expected) >= 3
    assert expected == decide_on_spark(TEXTS, NearConfig(), partitions=5, ranges=4)


def test_a_frame_keeps_its_ids_and_the_row_that_order_by_names_and_rejects_null_texts():
    from pyspark.sql import functions as F

    from dedup.spark import deduplicate

    rows = [("b", "same words here", 1), ("b", "Same words here!", 3), ("a", "SAME words, here", 2)]
    frame = session().createDataFrame(
        [*rows, ("c", None, 0), (None, "other words", 5)], "name string, body string, d int"
    )
    facts = {"title": F.lit("A"), "date": F.to_date(F.lit("2024-01-31")), "url": F.array(F.lit("no text"))}
    frame = frame.withColumns(facts)
    decisions = [tuple(row) for row in deduplicate(frame, "name", "body", [-F.col("d")]).collect()]
    assert sorted(decisions, key=str) == [
        ("a", "remove", "b", 1.0, "exact"),
        ("b", "keep", None, None, None),
        ("b", "remove", "b", 1.0, "exact"),
        ("c", "reject", None, None, None),
        (None, "keep", None, None, None),
    ]


@pytest.mark.nightly
def test_order_by_says_which_row_is_kept():
    from pyspark.sql import functions as F

    from dedup.spark import deduplicate

    frame = session().createDataFrame([(1, "same words"), (2, "Same words!"), (3, "SAME words")], "id int, text string")
    kept = deduplicate(frame, "id", "text", [-F.col("id")]).filter("decision = 'keep'")
    assert [3] == [row["id"] for row in kept.collect()]


@pytest.mark.parametrize(
    ("columns", "config", "message"),
    [
        (("no", "text"), NearConfig(), 'no column "no"'),
        (("id", "id"), NearConfig(), 'column "id" is int, not string'),
        (("id", "text"), NearConfig(keep=KeepPolicy.parse("longest")), "order_by"),
    ],
)
def test_wrong_arguments_are_value_errors(columns, config, message):
    from dedup.spark import deduplicate

    frame = session().createDataFrame([(1, "a")], "id int, text string")
    with pytest.raises(ValueError, match=message):
        deduplicate(frame, *columns, [], config)


def clean_both(tmp_path, files, ranges=0, **settings):
    """Clean files with both engines, return the folders."""
    from dedup.pipeline.job import SilentProgress
    from dedup.spark.clean_on_spark import clean_on_spark
    from dedup.spark.session import SparkRun

    passages = PassageConfig(scope="within", contained=None, strip_boilerplate=True)
    configs = {"passages": passages, **settings}
    clean_quietly(files, tmp_path / "local", **configs)
    session().conf.set("spark.dedup.ranges", str(ranges))
    run = SparkRun([*map(str, files)], str(tmp_path / "spark"), CleanSettings(**configs))
    clean_on_spark(session(), run, SilentProgress())
    return tmp_path / "local", tmp_path / "spark"


def lines_of(path):
    """Return the lines of a file, or of the files of a folder, sorted."""
    paths = sorted(path.glob("part-*")) if path.is_dir() else [path]
    return sorted(line for part in paths for line in part.read_bytes().splitlines() if line.strip())


def facts_of(path):
    """Return the lines of JSON without what Spark's readers do not tell."""
    return sorted(json.dumps(strip(json.loads(line)), sort_keys=True) for line in lines_of(path))


def strip(value):
    if isinstance(value, dict):
        return {k: strip(v) for k, v in value.items() if k not in {"offset", "around", "length"}}
    return [strip(v) for v in value] if isinstance(value, list) else value


def read_kept(out):
    """Return the kept lines of a run, sorted; those without a character aside."""
    return sorted(line for path in (out / "kept").glob("*.jsonl") for line in lines_of(path))


def assert_same(local, spark):
    assert read_kept(local) == read_kept(spark)
    for name in ("removed", "related", "suspicious", "clusters", "rejected"):
        assert facts_of(local / f"{name}.jsonl") == facts_of(spark / name), name
    summaries = [json.loads((folder / "summary.json").read_bytes()) for folder in (local, spark)]
    for name in ("counts", "passages", "losses", "related", "suspicious", "inputs", "limits", "bands", "rows"):
        assert summaries[0][name] == summaries[1][name], name
    for name in ("passages", "boilerplate", "edited"):
        if not (spark / name).exists():
            assert not (local / f"{name}.jsonl").exists() or not lines_of(local / f"{name}.jsonl")
        else:
            assert facts_of(local / f"{name}.jsonl") == facts_of(spark / name), name


def make_outlet(rng, count):
    """Return records of one outlet: all with one newsletter line, some with a body that is printed twice."""
    line = (
        "Sign up here to get our daily newsletter with all the stories that matter to you every morning "
        "before seven and leave at any time by the link below each letter that we send you from our newsroom"
    )
    for number in range(count):
        body = " ".join(rng.choices([f"word{n}" for n in range(3000)], k=80)) + "."
        twice = f"{body}\n\n{body}" if number % 5 == 0 else body
        yield {"id": f"{number}", "outlet": "paper", "text": f"{twice}\n{line}\n"}


BAD_LINES = (
    b"{broken",
    b'{"text": 12}',
    b'{"id": "x"}',
    b"",
    b'{"text": "\\ud800"}',
    b'{"text": "\xff"}',
    b"[1]",
    b"null",
)


def write_news(path):
    """Write an outlet with copies, texts of many scripts and lines that cannot be read; the last line has no end."""
    records = list(make_outlet(random.Random(11), 60))
    records += [record | {"id": 1000 + place} for place, record in enumerate(records[:9])]
    records += [{"id": "", "text": text} for text in TEXTS]
    write_jsonl(path, records)
    with path.open("ab") as file:
        file.write(b"\r\n".join(BAD_LINES) + b"\n" + b'{"text": "the last line has no end", "id": 7}')


def assert_all_found(local, spark):
    assert_same(local, spark)
    assert lines_of(spark / "passages")
    assert lines_of(spark / "boilerplate")


@pytest.mark.nightly
def test_files_are_cleaned_as_by_the_local_engine(tmp_path):
    write_news(tmp_path / "news.jsonl")
    local, spark = clean_both(tmp_path, [tmp_path / "news.jsonl"])
    assert_all_found(local, spark)
    assert 7 == len(lines_of(spark / "rejected"))


@contextmanager
def splits_of(num_bytes):
    """Cut files into splits of so many bytes, and put several into one partition."""
    sizes = {"spark.sql.files.maxPartitionBytes": num_bytes, "spark.sql.files.openCostInBytes": 0}
    before = {name: session().conf.get(name) for name in sizes}
    try:
        for name, value in sizes.items():
            session().conf.set(name, str(value))
        yield
    finally:
        for name, value in before.items():
            session().conf.set(name, value)


@pytest.mark.nightly
@pytest.mark.parametrize("num_bytes", [2_000, 10_000])
def test_files_in_many_splits_several_to_a_partition(tmp_path, num_bytes):
    """Lines are numbered by Spark as it reads them, so it counts how many stand before them, and in which partition."""
    source = random.Random(3)
    records = [*make_outlet(source, 16), *({"id": n, "text": text} for n, text in enumerate(make_worlds(19, 6)))]
    source.shuffle(records)
    files = []
    for place, size in enumerate((1, 18, 3, 20, 8, len(records))):
        part, records = records[:size], records[size:]
        files.append(tmp_path / f"{'dbcaef'[place]}.jsonl")
        write_jsonl(files[-1], part)
        if place % 2:
            with files[-1].open("ab") as file:
                file.write(b"\n{broken\n")
    with splits_of(num_bytes):
        frame = session().read.text([str(path) for path in files])
        assert 1 < frame.rdd.getNumPartitions() < sum(-(-path.stat().st_size // num_bytes) for path in files)
        local, spark = clean_both(tmp_path, files)
    assert_same(local, spark)
    assert 3 == len(lines_of(spark / "rejected"))


def test_files_that_are_cut_up_otherwise_in_mid_run_are_an_error(tmp_path):
    """Numbers of lines mean nothing then: no record may be taken for another one."""
    from dedup.spark.input_files import open_input
    from dedup.spark.sketched_corpus import read_corpus

    news = tmp_path / "news.jsonl"
    write_jsonl(news, [{"text": f"words of number {n}"} for n in range(400)])
    source = open_input(session(), [str(news)], None)
    task = CleanSettings(NearConfig(), PassageConfig("off"), InputConfig())
    with splits_of(2_000):
        rows = source.sketch(task)
        corpus = read_corpus(rows, source.place_of)
        placed = source.records(corpus).select("at").collect()
    assert list(range(400)) == sorted(row["at"] for row in placed)
    with splits_of(3_000), pytest.raises(Exception, match="cut up otherwise"):
        source.records(corpus).collect()
    moved = [replace(split, number=split.number + 1) for split in corpus.splits]
    with splits_of(2_000), pytest.raises(Exception, match="cut up otherwise"):
        source.records(replace(corpus, splits=moved)).collect()


@pytest.mark.parametrize("rows", [[], [('it\'s "b" \\ \n \u4e2d\U0001f600 ${x}', -(2**63)), ("", 2**63 - 1)]])
def test_a_small_table_holds_any_text_and_number(rows):
    from dedup.spark.spark_tables import make_table

    made = make_table(session(), rows, {"name": "string", "number": "bigint"})
    assert rows == [(row["name"], row["number"]) for row in made.collect()]


def make_articles(rng, count):
    """Return records of few texts, titles, days, outlets and URLs: copies with the same facts and with other ones."""
    for number in range(count):
        frame = rng.randrange(count // 12)
        words = random.Random(frame).choices([f"word{n}" for n in range(500)], k=rng.choice((20, 40, 40)))
        if rng.random() < 0.5:
            for _ in range(rng.choice((1, 2, 3, 6))):
                words[rng.randrange(len(words))] = rng.choice(("monday", "friday", "june", "12", "15", "fifty", "Cork"))
        if rng.random() < 0.1:
            words += rng.choices([f"more{n}" for n in range(99)], k=2 * len(words) // 3)
        yield {
            "id": number,
            "text": " ".join(words),
            "title": rng.choice(("Report of May", "Report of May", "Report of June", None)),
            "date": rng.choice(("2024-01-01", "2024-01-01", "2024-02-02", None)),
            "outlet": rng.choice(("A", "A", "B", None)),
            "url": rng.choice((None, None, None, f"https://a.example/{frame}")),
        }


def make_series(count):
    """Return records of one frame, each day with other figures: all of them stay."""
    words = "the {} of the harbour says that {} ships came in and {} left for the north in a strong wind on {} {}"
    for n in range(count):
        text = words.format("master", n * 7 % 90 + 10, n * 11 % 80 + 10, ("june", "july", "may")[n % 3], n % 28 + 1)
        yield {"id": f"series {n}", "text": text, "title": f"Ships of day {n}", "date": None, "outlet": "Harbour"}


@pytest.mark.nightly
@pytest.mark.parametrize("remove", [REMOVE_ALL, "edited", "edited,update", "template"])
def test_whatever_relations_go_and_exact_copies_that_stay(remove):
    documents = list(make_articles(random.Random(22), 240))
    config = NearConfig(shingle_size=2, remove=remove)
    assert decide_locally(documents, config) == decide_on_spark(documents, config, ranges=7)


def make_suspicious():
    """Return one text under seven titles, one that stands for six days, stubs of two outlets."""
    page = "sign in here to read the story and all the others of today with a subscription for one month"
    for n in range(7):
        day = f"2024-02-0{n + 1}"
        yield {
            "id": f"page {n}",
            "text": page,
            "title": f"Story of {make_text(n, 4)}",
            "date": day,
            "outlet": "Harbour",
        }
    ships = "no ship came in and no ship left for the north or the south because of the strong wind in the bay"
    for n in range(6):
        yield {"id": f"ships {n}", "text": ships, "date": f"2024-01-0{n + 1}", "outlet": "Harbour"}
    for n in range(45):
        yield {"id": f"stub {n}", "text": f"Photo {n} of the day", "title": "Photos", "outlet": ("Harbour", "B")[n % 2]}


def make_many_articles():
    rng = random.Random(21)
    records = [*make_articles(rng, 240), *make_series(400), *make_suspicious()]
    rng.shuffle(records)
    return records


def read_limits(out):
    return {limit["limit"] for limit in json.loads((out / "summary.json").read_bytes())["limits"]}


def assert_all_related(out):
    summary = json.loads((out / "summary.json").read_bytes())
    assert set(summary["related"]) == {"template", "update", "extended"}
    assert set(summary["suspicious"]) == {"one-text-many-titles", "one-witness-many-days", "many-stubs"}
    assert min(summary["counts"]["removed_by_relation"][name] for name in ("exact", "edited")) > 0


@pytest.mark.nightly
@pytest.mark.parametrize("ranges", [9, 20])
def test_relations_facts_and_bounds_are_those_of_the_local_engine(tmp_path, ranges):
    """Copies with other titles and days; a series of which all stay, with more members than a document looks at."""
    write_jsonl(tmp_path / "news.jsonl", make_many_articles())
    near, off = NearConfig(shingle_size=2, max_bucket=300), PassageConfig("off")
    local, spark = clean_both(tmp_path, [tmp_path / "news.jsonl"], ranges, near=near, passages=off)
    assert_same(local, spark)
    assert_all_related(local)
    assert {"max_bucket", "max_visited", "max_compared"} == read_limits(local)


def make_contained(seed, articles):
    """Return excerpts and what stands for them, longer versions, texts of other signs, words that only collide."""
    records = [*make_mosaics(seed, articles), *({"id": f"forged {n}", "text": text} for n, text in enumerate(FORGED))]
    whole, lead = make_text("whole", 500), make_text("lead", 45)
    records += [{"id": "whole", "text": whole}, {"id": "lead", "text": f"{lead} {' '.join(whole.split()[:110])}"}]
    core, part, rest = make_text("core", 200).split(), make_text("part", 100), make_text("rest", 700)
    edited = [spell(f"x{n}") if n >= 30 and n % 4 == 0 else word for n, word in enumerate(core)]
    chain = {"long": [*core, part, rest], "middle": [make_text("own", 60), *core, part], "short": edited}
    records += [{"id": name, "text": " ".join(words)} for name, words in chain.items()]
    return records + [{"id": f"one word {n}", "text": "的" * 6_000 + "甲乙"[n] * 900} for n in range(2)]


def assert_contained(spark, articles):
    summary = json.loads((spark / "summary.json").read_bytes())
    assert summary["counts"]["removed_by_relation"]["contained"] > articles
    quoted = [record for record in map(json.loads, lines_of(spark / "related")) if "conflicts" in record]
    assert any("-5" in conflict for record in quoted for conflict in record["conflicts"])


@pytest.mark.nightly
@pytest.mark.parametrize(("seed", "articles", "ranges"), [(2, 150, 9), (3, 150, 9)])
def test_containment_conflicts_and_confirmation_are_those_of_the_local_engine(tmp_path, seed, articles, ranges):
    records = make_contained(seed, articles)
    random.Random(seed).shuffle(records)
    write_jsonl(tmp_path / "news.jsonl", records)
    near = NearConfig(keep=KeepPolicy.parse("longest" if seed % 2 else "newest:date"))
    local, spark = clean_both(tmp_path, [tmp_path / "news.jsonl"], ranges, near=near, passages=CONTAINED)
    assert_same(local, spark)
    assert_contained(spark, articles)
    assert {"token_bits", "max_tokens"} == read_limits(local)


def test_all_that_files_hold_is_found_as_by_the_local_engine(tmp_path):
    """One run of what has runs of its own in `make test-all`: relations, bounds, excerpts, rejections, splits."""
    write_news(tmp_path / "b.jsonl")
    dates = ["2024-01-02", "2023", 12, None, "1999-05-05"]
    worlds = [{"id": f"w{n}", "text": text, "date": dates[n % 5]} for n, text in enumerate(make_worlds(13, 4))]
    records = [*worlds, *make_many_articles(), *make_contained(1, 12)]
    random.Random(1).shuffle(records)
    write_jsonl(tmp_path / "a.jsonl", records)
    near = NearConfig(shingle_size=2, max_bucket=300, keep=KeepPolicy.parse("newest:date"))
    with splits_of(40_000):
        files = [tmp_path / "b.jsonl", tmp_path / "a.jsonl"]
        local, spark = clean_both(tmp_path, files, 3, near=near, passages=CONTAINED)
    assert_all_found(local, spark)
    assert 7 == len(lines_of(spark / "rejected"))
    assert_all_related(local)
    assert_contained(spark, 12)
    assert {"max_bucket", "max_visited", "max_compared", "token_bits", "max_tokens"} == read_limits(local)


@pytest.mark.nightly
@pytest.mark.parametrize("policy", ["longest", "newest:date", "prefer:outlet=b,a"])
def test_keep_policies(tmp_path, policy):
    texts = make_worlds(13, 10)
    dates = ["2024-01-02", "2023", 12, None, "1999-05-05"]
    write_jsonl(
        tmp_path / "news.jsonl",
        [{"id": n, "text": text, "date": dates[n % 5], "outlet": "abc"[n % 3]} for n, text in enumerate(texts)],
    )
    near = NearConfig(shingle_size=2, keep=KeepPolicy.parse(policy))
    off = PassageConfig("off")
    assert_same(*clean_both(tmp_path, [tmp_path / "news.jsonl"], near=near, passages=off))


@pytest.mark.nightly
def test_copies_of_what_is_contained_are_kept_by_the_policy(tmp_path):
    write_jsonl(tmp_path / "news.jsonl", make_orphans(["2024-01-02", "2024-01-01", "2024-01-03", "2024-01-04"]))
    near = NearConfig(keep=KeepPolicy.parse("newest:date"))
    local, spark = clean_both(tmp_path, [tmp_path / "news.jsonl"], near=near, passages=CONTAINED)
    assert_same(local, spark)
    assert {"1": "3", "2": "3", "4": "0"} == removed_ids(local)


def test_parquet_in_and_out(tmp_path):
    import pyarrow as pa
    import pyarrow.parquet as pq

    texts = [*make_worlds(17, 5), None, "the last one"]
    table = pa.table({"id": list(range(len(texts))), "text": texts, "n": [[n] for n in range(len(texts))]})
    pq.write_table(table, tmp_path / "news.parquet", row_group_size=7)
    near, off = NearConfig(shingle_size=2), PassageConfig("off")
    local, spark = clean_both(tmp_path, [tmp_path / "news.parquet"], near=near, passages=off)
    kept = [pq.read_table(folder).sort_by("id").to_pydict() for folder in (local / "kept", spark / "kept")]
    assert kept[0] == kept[1]
    assert facts_of(local / "removed.jsonl") == facts_of(spark / "removed")
    assert 1 == len(lines_of(spark / "rejected"))


def test_an_existing_folder_is_refused(tmp_path):
    from dedup.output.folder_marker import RUN, FolderMarker
    from dedup.spark.spark_folder import RunState, SparkFolder

    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "file").write_text("mine")
    (tmp_path / "run").mkdir()
    for name in ("run", "unmarked"):
        (tmp_path / name).mkdir(exist_ok=True)
        (tmp_path / name / "summary.json").write_text("{}")
    (tmp_path / "run" / ".dedup.json").write_bytes(FolderMarker(RUN).to_json())

    def begin(name, fingerprint="of these", version=__version__, *, resume=False, overwrite=False):
        folder = SparkFolder(session(), str(tmp_path / name))
        return folder.begin(RunState(fingerprint, version, {}), resume=resume, overwrite=overwrite)

    with pytest.raises(DedupError, match="not a dedup run"):
        begin("other", overwrite=True)
    with pytest.raises(DedupError, match="overwrite"):
        begin("run")
    with pytest.raises(DedupError, match=r"has no \.dedup\.json"):
        begin("unmarked", overwrite=True)
    begin("run", "of others", resume=True, overwrite=True)
    (tmp_path / "run" / "kept").mkdir()
    with pytest.raises(DedupError, match=r"a run that was cut off\. Go on with resume"):
        begin("run")
    with pytest.raises(DedupError, match="had other input files or settings"):
        begin("run", resume=True)
    begin("old", version="0.0.1")
    with pytest.raises(DedupError, match=r"was one of dedup 0\.0\.1"):
        begin("old", resume=True)
    assert begin("run", "of others", resume=True).fingerprint == "of others"
    names = {path.name for path in (tmp_path / "run").iterdir()}
    assert {name for name in names if not name.endswith(".crc")} == {".dedup.json", "_checkpoints"}


@pytest.mark.nightly
def test_a_run_that_was_cut_off_goes_on_from_its_checkpoints(tmp_path, monkeypatch):
    """The run fails while it writes. Resumed, it writes no checkpoint again. Then nothing is left to do."""
    from dedup.pipeline.job import SilentProgress
    from dedup.spark import clean_on_spark as engine
    from dedup.spark.session import SparkRun

    news, out = tmp_path / "news.jsonl", tmp_path / "spark"
    write_jsonl(news, [{"id": place, "text": text} for place, text in enumerate(make_worlds(23, 6))])
    passages = PassageConfig("off")
    clean_quietly([news], tmp_path / "local", passages=passages)
    seen, write = [], engine.write_kept

    def clean(write_kept):
        monkeypatch.setattr(engine, "write_kept", write_kept)
        run = SparkRun([str(news)], str(out), CleanSettings(passages=passages), resume=True)
        return engine.clean_on_spark(session(), run, SilentProgress())

    def look(*arguments):
        seen.append({path.parent.name: path.stat().st_mtime_ns for path in out.glob("_checkpoints/*/_SUCCESS")})
        write(*arguments)

    def fail(*_):
        look(*_)
        raise RuntimeError("killed")

    with pytest.raises(RuntimeError, match="killed"):
        clean(fail)
    summary = clean(look)
    assert seen[0].items() <= seen[1].items(), "a checkpoint was written again; series are found beside what is written"
    assert seen[1].keys() - seen[0].keys() <= {"series"}
    assert {"sketches", "copies", "routes", "round-1", "fates"} <= seen[0].keys()
    assert_same(tmp_path / "local", out)
    assert clean(fail).to_json() == summary.to_json()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--passages", "all"], "only passages within a document"),
        (["--dry-run"], "no dry run"),
        (["--spark-conf", "nothing"], "not KEY=VALUE"),
        (["--master", "spark://127.0.0.1:9"], "nothing answers there"),
    ],
)
def test_what_spark_does_not_do_is_one_clear_line(dedup, tmp_path, options, message):
    write_jsonl(tmp_path / "news.jsonl", [{"text": "a"}])
    done = dedup("clean", tmp_path / "news.jsonl", "-o", tmp_path / "out", "--engine", "spark", *options)
    assert 2 == done.code
    assert message in done.stderr
    assert not (tmp_path / "out").exists()


def test_master_without_spark_is_refused(dedup, tmp_path):
    write_jsonl(tmp_path / "news.jsonl", [{"text": "a"}])
    done = dedup("clean", tmp_path / "news.jsonl", "-o", tmp_path / "out", "--master", "local")
    assert 2 == done.code
    assert "--master is for --engine spark" in done.stderr


def test_missing_java_and_pyspark_are_named(monkeypatch):
    from dedup.spark.session import refuse_missing

    monkeypatch.setenv("PATH", "")
    monkeypatch.delenv("JAVA_HOME", raising=False)
    with pytest.raises(DedupError, match="default-jre-headless"):
        refuse_missing()
    monkeypatch.setitem(__import__("sys").modules, "pyspark", None)
    with pytest.raises(DedupError, match=re.escape("pip install 'newsdedup[spark]'")):
        refuse_missing()


def test_help_and_the_local_engine_import_no_pyspark(dedup, tmp_path):
    script = "import sys; from dedup.cli.clean import clean; import dedup.spark; assert 'pyspark' not in sys.modules"
    subprocess.run([sys.executable, "-c", script], check=True, cwd=tmp_path)
    assert "--engine [local|spark]" in dedup("clean", "--help").stdout


@pytest.mark.nightly  # the one run of the command itself: it starts three JVMs
def test_a_worker_process_that_is_killed_changes_nothing(tmp_path):
    """Two worker processes, one of them killed with SIGKILL when the second stage begins."""
    from spark_kill import run_and_kill

    news = tmp_path / "news.jsonl"
    write_jsonl(news, [{"id": place, "text": text} for place, text in enumerate(make_worlds(17, 30))])
    clean_quietly([news], tmp_path / "local")
    code, errors, killed = run_and_kill([str(news), "-o", str(tmp_path / "spark")], "exact copies", {})
    assert (code, killed) == (0, 1), errors
    assert_same(tmp_path / "local", tmp_path / "spark")


def test_a_file_that_changes_during_a_run_is_noticed(tmp_path):
    from dedup.spark.input_files import open_input

    path = write_jsonl(tmp_path / "a.jsonl", [{"text": "a"}])
    source = open_input(session(), [str(path)], None)
    source.refuse_changed()
    write_jsonl(path, [{"text": "another"}])
    with pytest.raises(InputError, match="was changed while it was being read"):
        source.refuse_changed()


@pytest.mark.nightly
def test_fields_of_well_known_names_are_found_as_by_the_local_engine(tmp_path):
    names = {"id": "uuid", "text": "maintext", "outlet": "publisher", "date": "date_publish"}
    records = [{names.get(n, n): value for n, value in record.items()} for record in make_mosaics(3, 3)]
    write_jsonl(tmp_path / "news.jsonl", records)
    local, spark = clean_both(tmp_path, [tmp_path / "news.jsonl"], 9)
    assert_same(local, spark)
    fields = json.loads((spark / "summary.json").read_bytes())["config"]["input"]
    assert {fields[f"{role}_field"] for role in names} == set(names.values())


def test_fields_are_chosen_from_the_first_records_of_each_file_as_by_the_local_engine(tmp_path):
    """The fields of the first file alone would be others."""
    from dedup.spark.input_files import open_input

    files = [tmp_path / "a.jsonl", tmp_path / "b.jsonl"]
    for path, name in zip(files, ("headline", "title"), strict=True):
        write_jsonl(path, [{"text": f"text {n}", name: f"{name} {n}"} for n in range(60)])
    paths = [*map(str, files)]
    expected = choose_fields(find_files(paths), InputConfig(), print)
    assert open_input(session(), paths, None).choose_fields(InputConfig(), print) == expected
    assert expected.title_field == "title"
