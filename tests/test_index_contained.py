"""Parts of documents that an index holds: found on a later day, with the stored document as witness."""

import random
from itertools import pairwise

import duckdb
import naive
import pytest
from amounts import nightly_but
from corpora import make_text, read_lines, read_summary, spell, write_jsonl

from dedup import CleanSettings, PassageConfig, clean_files
from dedup.errors import DedupError
from dedup.index import find_containers as holders
from dedup.index.find_containers import cut_documents


def paragraphs(name, count=8, size=40):
    return [make_text(f"{name} {i}", size) for i in range(count)]


def join(parts):
    return "\n\n".join(parts)


HALF = ("--threshold", "0.5")  # near-copies share more than a text does that was cut off


@pytest.fixture
def clean(dedup, tmp_path):
    """Clean texts as one day through an index: `clean(day, {id: text}, *options)` gives {id: record} of the removed."""

    def run(day, texts, *options, index="news.duckdb"):
        records = [{"id": name, "text": text} if isinstance(text, str) else text for name, text in texts.items()]
        write_jsonl(tmp_path / f"{day}.jsonl", records)
        args = ("clean", f"{day}.jsonl", "-o", str(day), "--index", index, "-q", *HALF, *options)
        done = dedup(*args, cwd=tmp_path)
        assert (done.code, done.stderr) == (0, ""), done.stderr
        return {row["id"]: row for row in read_lines(tmp_path / str(day) / "removed.jsonl")}

    return run


def rows(path, query):
    with duckdb.connect(str(path), read_only=True) as connection:
        return connection.execute(query).fetchall()


def test_a_text_that_was_cut_off_is_contained_in_the_stored_one(clean, dedup, tmp_path):
    whole, other = paragraphs("whole"), paragraphs("other")
    texts = {"cut": join(whole[:3]), "own": join(paragraphs("own"))}
    clean("a", {"other": join(other), "whole": join(whole)})
    removed = clean("b", texts)
    run = read_summary(tmp_path / "a")["index"]["run"]
    assert removed.keys() == {"cut"}
    row = removed["cut"]
    assert row["witness"] == {"id": "whole", "path": "a.jsonl", "line": 2, "run": run}
    assert (row["reason"], row["relation"], row["covered"]) == ("seen-in-index", "contained", 1.0)
    assert row["similarity"] == pytest.approx(naive.similarity(texts["cut"], join(whole)))
    summary = read_summary(tmp_path / "b")
    assert summary["counts"]["removed_by_relation"]["contained"] == summary["index"]["seen"] == 1
    assert "contained" in [stage["stage"] for stage in summary["stages"]]
    assert dedup("restore", "b", "-o", "back", cwd=tmp_path).code == 0
    assert (tmp_path / "back/b.jsonl").read_bytes() == (tmp_path / "b.jsonl").read_bytes()


def test_a_corrected_text_is_contained(clean):
    """Sent again with a word in twelve changed, and without its second half."""
    whole = paragraphs("whole", 12)
    words = join(whole[:6]).split(" ")
    words[5::12] = [f"x{i}" for i in range(len(words[5::12]))]
    clean("a", {"whole": join(whole)})
    removed = clean("b", {"corrected": " ".join(words)})
    assert removed["corrected"]["witness"]["id"] == "whole"
    assert removed["corrected"]["covered"] == pytest.approx(11 / 12, abs=0.01)


def test_a_shortened_copy_with_edits_everywhere_goes_below_the_threshold(clean):
    """Of its shingles hardly one in eight is one of the stored document: a changed word breaks five."""
    long = make_text("long 1", 350)
    words = long.split(" ")[:200]
    words[30::4] = [spell(f"x{i}") for i in range(len(words[30::4]))]
    assert naive.similarity(" ".join(words), long) < 0.1
    clean("a", {"long": long}, "--threshold", "0.35")
    removed = clean("b", {"short": " ".join(words)}, "--threshold", "0.35")
    assert removed["short"]["witness"]["id"] == "long"
    assert 0.6 <= removed["short"]["covered"] < 0.9


def test_a_copy_of_what_was_contained_has_its_fate(clean, tmp_path):
    whole = paragraphs("whole")
    clean("a", {"whole": join(whole)})
    before = clean("b", {"cut": join(whole[:3])})["cut"]
    after = clean("c", {"again": join(whole[:3]).upper()}, "--contained", "off")["again"]
    for field in ("witness", "reason", "relation", "covered", "similarity"):
        assert after[field] == before[field]
    assert rows(tmp_path / "news.duckdb", "SELECT covered, relation FROM removed_contents") == [(1.0, 3)]


def test_what_is_stored_is_not_taken_back(clean, tmp_path):
    whole = paragraphs("whole")
    clean("a", {"cut": join(whole[:3])})
    assert clean("b", {"whole": join(whole)}) == {}
    assert rows(tmp_path / "news.duckdb", "SELECT id FROM documents ORDER BY ordinal") == [('"cut"',), ('"whole"',)]


@pytest.mark.parametrize("options", [("--contained", "off"), ("--passages", "off")])
def test_without_containment_nothing_is_looked_for(clean, tmp_path, options):
    whole = paragraphs("whole")
    clean("a", {"whole": join(whole)})
    assert clean("b", {"cut": join(whole[:3])}, *options) == {}
    assert "contained" not in [stage["stage"] for stage in read_summary(tmp_path / "b")["stages"]]


def test_passages_of_shingles_that_no_index_holds_are_refused(tmp_path):
    write_jsonl(tmp_path / "a.jsonl", [{"id": "a", "text": "one"}])
    settings = CleanSettings(passages=PassageConfig("within", shingle_size=4))
    with pytest.raises(DedupError, match="holds shingles of 5 words"):
        clean_files(tmp_path / "a.jsonl", tmp_path / "out", settings, index=tmp_path / "news.duckdb")
    assert not (tmp_path / "news.duckdb").exists()


def test_a_run_that_is_overwritten_contains_nothing(clean):
    whole = paragraphs("whole")
    clean("a", {"whole": join(whole)})
    clean("b", {"more": join(paragraphs("more")), "cut": join(whole[:3])})
    assert clean("a", {"cut again": join(whole[:3])}, "--overwrite") == {}


def test_a_document_that_was_taken_out_contains_nothing(clean, dedup, tmp_path):
    whole = paragraphs("whole")
    clean("a", {"whole": join(whole), "other": join(paragraphs("other"))})
    (tmp_path / "ids").write_text("whole\n")
    assert dedup("index", "remove", "--index", "news.duckdb", "--ids", "ids", cwd=tmp_path).code == 0
    assert clean("b", {"cut": join(whole[:3])}) == {}


def test_the_one_that_covers_most_is_the_witness_wherever_it_stands(clean):
    """Of stored ones and those of the day; of two alike the earlier one."""
    whole = paragraphs("whole", 9)
    edited = join(whole).split(" ")
    edited[3:240:15] = [f"x{i}" for i in range(len(edited[3:240:15]))]
    clean("a", {"edited": " ".join(edited), "whole": join([*whole[:6], *paragraphs("end", 9)])}, "--threshold", "0.9")
    new = join([*paragraphs("new", 20), *whole])
    removed = clean("b", {"new": new, "cut": join(whole[:4]), "late": join(whole[5:8])}, "--threshold", "0.9")
    assert {name: row["witness"]["id"] for name, row in removed.items()} == {"cut": "whole", "late": "new"}


def test_chinese_text_is_contained(clean):
    source = random.Random(7)
    signs = ["".join(chr(source.randrange(0x4E00, 0x9FA0)) for _ in range(60)) for _ in range(10)]
    clean("a", {"whole": "。".join(signs)})
    assert clean("b", {"cut": "。".join(signs[2:6])})["cut"]["witness"]["id"] == "whole"


@pytest.mark.parametrize("size", [2400, 5100])
def test_passages_cross_the_ends_of_pieces(clean, size):
    """A stored text in several pieces of 1,000 words: parts that stand at their ends, and short ones."""
    words = make_text("long", size, 100_000).split(" ")
    clean("a", {"before": make_text("b"), "long": " ".join(words), "after": make_text("a")})
    parts = {str(at): " ".join(words[at - 15 : at + 15]) for at in (1000, 2000, size - 20)}
    parts["all"] = " ".join(words[: size // 3])
    assert {name: row["witness"]["id"] for name, row in clean("b", parts).items()} == dict.fromkeys(parts, "long")


def test_boilerplate_alone_contains_nothing(clean):
    """Short texts under a long footer that a longer one has too: three quarters of each, and masked on either side."""
    footer, few = make_text("footer", 80), ("--contained", "0.7")

    def describe(name, size):
        return {"id": name, "outlet": "o", "text": f"{make_text(name, size)}\n\n{footer}"}

    first = {name: describe(name, 300 if name == "long" else 25) for name in ("long", *map(str, range(40)))}
    assert clean("a", first, *few) == {}
    assert clean("b", {name: describe(name, 25) for name in map(str, range(100, 140))}, *few) == {}
    # Alone in its run, where the footer is no boilerplate.
    single = {"single": describe("single", 25)}
    assert clean("c", single, *few) == {}
    clean("d", {"long": describe("long", 300)}, *few, index="plain.duckdb")
    single["single"]["outlet"] = "p"  # what one outlet says anew is an update
    assert clean("e", single, *few, index="plain.duckdb")["single"]["witness"]["id"] == "long"


def test_what_stood_behind_a_contained_document_is_decided_anew(clean):
    """`copy` falls to `inner`, which goes: `part` of it is contained too, `copy` has enough of its own to stay."""
    whole = paragraphs("whole", 10)
    inner, copy = join(whole[:3]), join([*whole[:3], make_text("own", 40)])
    clean("a", {"whole": join(whole)})
    removed = clean("b", {"inner": inner, "copy": copy, "part": join([whole[0], whole[1], whole[2][:80]])})
    assert {name: row["witness"]["id"] for name, row in removed.items()} == {"inner": "whole", "part": "whole"}
    assert {row["relation"] for row in removed.values()} == {"contained"}


def test_a_contained_form_that_is_filled_in_anew_stays_unless_all_that_is_alike_goes(clean):
    """A long form with three other facts."""
    form = paragraphs("form", 6)
    stored = join([form[0], "On 3 May 2024.", form[1], "For 17 people.", form[2], "At 250 euros.", *form[3:]])
    new = join([form[0], "On 9 June 2023.", form[1], "For 31 people.", form[2], "At 470 euros.", form[3]])
    clean("a", {"stored": stored}, "--threshold", "0.99")
    assert clean("b", {"new": new}, "--threshold", "0.99") == {}
    options = ("--threshold", "0.99", "--remove", "all")
    clean("c", {"stored": stored}, *options, index="all.duckdb")
    removed = clean("d", {"new": new}, *options, index="all.duckdb")
    assert {name: row["relation"] for name, row in removed.items()} == {"new": "contained"}


def test_check_and_add_find_what_is_contained(clean, dedup, tmp_path):
    whole = paragraphs("whole")
    clean("a", {"whole": join(whole)})
    write_jsonl(
        tmp_path / "in.jsonl", [{"id": "cut", "text": join(whole[:3])}, {"id": "own", "text": make_text("own")}]
    )
    done = dedup("index", "check", "in.jsonl", "--index", "news.duckdb", "-o", "known.jsonl", *HALF, cwd=tmp_path)
    assert done.code == 0, done.stderr
    (record,) = read_lines(tmp_path / "known.jsonl")
    assert (record["id"], record["relation"], record["covered"]) == ("cut", "contained", 1.0)
    assert record["witness"]["id"] == "whole"
    assert dedup("index", "add", "in.jsonl", "--index", "news.duckdb", "-q", *HALF, cwd=tmp_path).code == 0
    assert rows(tmp_path / "news.duckdb", "SELECT id FROM documents ORDER BY ordinal") == [('"whole"',), ('"own"',)]


@pytest.mark.parametrize("at_once", [1, 3, 1000])
def test_any_part_of_the_index_at_a_time_gives_the_same(clean, monkeypatch, at_once):
    """Of two stored texts that hold the same, the earlier one is the witness, whichever is looked at first."""
    texts = {str(i): join(paragraphs(i // 2, 6 + i % 2)) for i in range(14)}
    clean("a", texts, "--contained", "off", "--threshold", "0.95")
    monkeypatch.setattr(holders, "DOCUMENTS_AT_ONCE", at_once)
    monkeypatch.setattr(holders, "cut_documents", lambda ends, _: cut_documents(ends, 64))  # two at a time
    removed = clean("b", {f"cut {i}": join(paragraphs(i, 3)) for i in range(7)}, "--threshold", "0.95")
    assert {name: row["witness"]["id"] for name, row in removed.items()} == {f"cut {i}": str(2 * i) for i in range(7)}


def test_a_look_that_fails_ends_the_run(clean, monkeypatch):
    """In every thread, with more parts of the index to come."""

    def fail(*_):
        raise ArithmeticError

    clean("a", {str(i): make_text(i) for i in range(20)})
    monkeypatch.setattr(holders, "DOCUMENTS_AT_ONCE", 1)
    monkeypatch.setattr(holders, "note_sources", fail)
    with pytest.raises(AssertionError, match="ArithmeticError"):
        clean("b", {"new": make_text("new")})


def make_days(seed):
    """Return texts in which what is contained, copied or corrected comes after what it stands in, in random order."""
    source = random.Random(seed)
    stories = []
    for story in range(8):
        whole = [make_text(f"{seed} {story} {i}", source.randint(22, 50)) for i in range(source.randint(5, 9))]
        texts = [join(whole)]
        for _ in range(source.randint(1, 5)):
            kind = source.choice(("cut", "middle", "copy", "corrected"))
            first = source.randrange(len(whole) - 1) if kind == "middle" else 0
            part = whole[first : first + source.randint(1, len(whole))] if kind in {"cut", "middle"} else whole
            words = join(part).split(" ")
            if kind == "corrected":
                words[source.randrange(len(words))] = f"x{source.randrange(10**6)}"
            texts.append(" ".join(words))
        stories.append(texts)
    order = [story for story, texts in enumerate(stories) for _ in texts]
    source.shuffle(order)
    return [stories[story].pop(0) for story in order]


@pytest.mark.parametrize("seed", nightly_but({0, 133, 149}, [0, 1, 2, 3, 133, 149]))
def test_day_after_day_removes_what_all_at_once_removes(clean, tmp_path, seed):
    """With the same witnesses. What stood for a contained document is a copy here, where it is one of the container."""
    source = random.Random(seed)
    texts = dict(enumerate(make_days(seed)))
    clean("all", texts, index="all.duckdb")
    edges = [0, *sorted(source.sample(range(1, len(texts)), source.randint(1, 5))), len(texts)]
    found = {}
    for start, stop in pairwise(edges):
        found |= clean(f"day{start}", {i: texts[i] for i in range(start, stop)})
    expected = {row["id"]: row for row in read_lines(tmp_path / "all/removed.jsonl")}
    assert {name: (row["witness"]["id"], row["similarity"]) for name, row in found.items()} == {
        name: (row["witness"]["id"], row["similarity"]) for name, row in expected.items()
    }
    for name, row in found.items():
        same = row["relation"] == expected[name]["relation"] and row.get("covered") == expected[name].get("covered")
        assert same or (expected[name]["relation"] == "contained" and row["similarity"] >= 0.5)
    assert sum(row["relation"] == "contained" for row in found.values()) > 0
