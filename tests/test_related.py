"""What is alike and stays, in which facts it differs, and series that deserve a look."""

import gzip
import json
from dataclasses import replace

import naive
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from corpora import make_text, read_lines, read_summary, removed_ids, write_jsonl
from relations import REMOVE_ALL, RULE, know_record

from dedup import NearConfig, PassageConfig, deduplicate

FRAME = (
    "Heavy rain fell over the hills on {day} and police said {number} roads were closed near {town} until the evening"
)
FILL = make_text("fill", 60)


def make_report(number, day, count, town, **fields):
    """Return a report of a day: a frame filled with other facts, and a rest that is always the same."""
    text = f"{FRAME.format(day=day, number=count, town=town)}. {FILL}"
    return {"id": f"r{number}", "text": text, "outlet": "Wire", "date": f"2024-01-0{number}", **fields}


REPORTS = [make_report(1, "Monday", "12", "Bonn"), make_report(2, "Friday", "45", "Cork")]
CONFLICTS = [["Friday", "Monday"], ["45", "12"], ["Cork", "Bonn"]]


def clean(dedup, folder, records, *options):
    """Clean records and return the folder of the result."""
    write_jsonl(folder / "a.jsonl", records)
    done = dedup("clean", "a.jsonl", "-o", "out", "--overwrite", *options, cwd=folder)
    assert (done.code, done.stderr) == (0, "")
    return folder / "out"


def test_a_related_document_has_the_documented_fields(dedup, tmp_path):
    out = clean(dedup, tmp_path, REPORTS)
    similarity = naive.similarity(REPORTS[1]["text"], REPORTS[0]["text"])
    assert read_lines(out / "related.jsonl") == [
        {
            "id": "r2",
            "path": "a.jsonl",
            "line": 2,
            "other": {"id": "r1", "path": "a.jsonl", "line": 1},
            "relation": "update",
            "similarity": similarity,
            "novel_words": 3,
            "novel_share": round(3 / len(naive.words(REPORTS[1]["text"])), 4),
            "novel_run": 3,
            "conflicts": CONFLICTS,
            "num_conflicts": 3,
        }
    ]
    assert read_summary(out)["related"] == {"update": 1}


def test_a_removed_record_has_its_novel_words_and_conflicts(dedup, tmp_path):
    (record,) = read_lines(clean(dedup, tmp_path, REPORTS, "--remove", "all") / "removed.jsonl")
    assert (record["relation"], record["novel_words"], record["novel_run"]) == ("update", 3, 3)
    assert record["conflicts"] == CONFLICTS


@pytest.mark.parametrize("name", ["a.csv", "a.parquet", "a.jsonl.gz"])
def test_conflicts_are_quoted_from_every_format(dedup, tmp_path, name):
    if name == "a.csv":
        rows = [[json.dumps(value) for value in record.values()] for record in REPORTS]
        (tmp_path / name).write_text("\n".join(map(",".join, [list(REPORTS[0]), *rows])))
    elif name == "a.parquet":
        pq.write_table(pa.Table.from_pylist(REPORTS), tmp_path / name)
    else:
        (tmp_path / name).write_bytes(gzip.compress("".join(json.dumps(r) + "\n" for r in REPORTS).encode()))
    assert dedup("clean", name, "-o", "out", cwd=tmp_path).code == 0
    (line,) = read_lines(tmp_path / "out" / "related.jsonl")
    assert line["conflicts"] == CONFLICTS


def test_eight_conflicts_of_a_pair_are_quoted(dedup, tmp_path):
    frames = [
        " ".join(f"the {word} gate had {number + offset} guards there" for number, word in enumerate(FILL.split()[:12]))
        for offset in (10, 40)
    ]
    records = [{"id": i, "text": text, "outlet": "Wire"} for i, text in enumerate(frames)]
    (line,) = read_lines(clean(dedup, tmp_path, records, "--threshold", "0.1") / "related.jsonl")
    assert line["conflicts"] == [[str(number + 40), str(number + 10)] for number in range(8)]


def test_a_relative_that_is_removed_gives_way_to_the_kept_one_that_justifies_that(dedup, tmp_path):
    """The second report is alike the first one, and that is a part of the third."""
    whole = REPORTS[0] | {"id": "whole", "text": f"{REPORTS[0]['text']} {make_text('more', 30)}"}
    out = clean(dedup, tmp_path, [*REPORTS, whole])
    gone = removed_ids(out)
    assert gone == {"r1": "whole"}
    related = read_lines(out / "related.jsonl")
    assert [(line["id"], line["other"]["id"], line["relation"]) for line in related] == [("whole", "r2", "update")]
    assert related[0]["similarity"] == naive.similarity(REPORTS[1]["text"], whole["text"])


def test_where_the_nearest_one_is_removed_the_next_one_is_told(dedup, tmp_path):
    """The second report goes as a part of a roundup, which is not alike the third one."""
    reports = [*REPORTS, make_report(3, "Friday", "46", "Cork")]
    roundup = REPORTS[1] | {"id": "roundup", "text": f"{REPORTS[1]['text']} {make_text('more', 300)}"}
    out = clean(dedup, tmp_path, [*reports, roundup])
    assert removed_ids(out) == {"r2": "roundup"}
    related = read_lines(out / "related.jsonl")
    assert [(line["id"], line["other"]["id"]) for line in related] == [("r1", "roundup"), ("r3", "r1")]
    assert related[1]["similarity"] == naive.similarity(reports[2]["text"], reports[0]["text"])
    found = deduplicate([*reports, roundup]).related
    assert [(pair.document.id, pair.other.id) for pair in found] == [("r1", "roundup"), ("r3", "r1")]


def test_no_pair_is_told_from_both_sides(dedup, tmp_path):
    """The first report is in the second one, but for a day: either names the other."""
    whole = make_report(2, "Friday", "12", "Bonn")
    whole["text"] += f" {make_text('more', 10)}"
    out = clean(dedup, tmp_path, [REPORTS[0], whole])
    related = read_lines(out / "related.jsonl")
    assert [(line["id"], line["other"]["id"]) for line in related] == [("r2", "r1")]


def test_the_shorter_of_two_goes_too_where_its_paragraphs_stand_in_another_order_in_the_longer(dedup, tmp_path):
    """No passages cover the shorter one, so it is not contained. Its copy goes with it."""
    parts = [make_text(f"part{number}", 15) for number in range(10)]
    short = {"id": "short", "text": " ".join(parts)}
    copy = {"id": "copy", "text": f"{short['text']} indeed"}
    longer = {"id": "longer", "text": " ".join([*reversed(parts), make_text("more", 30)])}
    assert removed_ids(clean(dedup, tmp_path, [short, copy, longer])) == {"short": "longer", "copy": "longer"}


@pytest.mark.parametrize(("days", "share", "relation"), [(0, 0.4, None), (1, 0.4, "update"), (1, 0.6, None)])
def test_less_than_half_of_a_text_is_no_copy_of_it_in_one_outlet_on_another_day(days, share, relation):
    words = make_text("whole", 300).split(" ")
    parts = (words, words[: int(share * len(words))])
    records = [
        {"id": str(n), "text": " ".join(part), "outlet": "Wire", "date": f"2024-01-0{1 + n * days}"}
        for n, part in enumerate(parts)
    ]
    found = deduplicate(records, passages=PassageConfig("off"))
    assert [pair.relation for pair in found.related] == ([relation] if relation else [])


def test_the_relatives_of_a_real_corpus_are_those_of_the_naive_twin(dedup, congress, tmp_path):
    part = congress[:1500]
    out = clean(dedup, tmp_path, part)
    by_id = {record["id"]: record for record in part}
    gone, related = removed_ids(out), read_lines(out / "related.jsonl")
    assert len(related) > 3
    for line in related:
        record, other = by_id[line["id"]], by_id[line["other"]["id"]]
        assert not {line["id"], line["other"]["id"]} & gone.keys()
        assert line["similarity"] == naive.similarity(record["text"], other["text"])
        assert line["similarity"] >= NearConfig.threshold or naive.covered(record["text"], other["text"]) >= 0.85
        mine, theirs = know_record(record), know_record(other)
        found = naive.compare_words(mine.tokens, theirs.tokens, RULE.slot_words)
        assert (line["novel_words"], line["novel_run"]) == (found.num_novel, found.longest_run)
        count = line.get("num_conflicts", 0)
        assert count <= found.num_slots
        assert len(line.get("conflicts", [])) == min(count, 8)
        for ours, others in line.get("conflicts", []):
            assert (ours in record["text"], others in other["text"]) == (True, True)


def test_conflicts_are_ranked_counted_and_no_mere_spellings(dedup, tmp_path):
    """Ten of twelve places differ in more than spelling: eight are quoted, the number first."""
    frame = [make_text(f"frame{number}", 25) for number in range(13)]
    ours = ["the fifty members", "Mr. K.V. Rao", *(f"in Town{number} Galle today" for number in range(9)), "on 3 May"]
    theirs = ["the 50 members", "Mr. KV Rao", *(f"in Town{number} Kandy today" for number in range(9)), "on 4 May"]
    records = [
        {"id": name, "text": " ".join(part for pair in zip(frame, [*fills, ""], strict=True) for part in pair)}
        for name, fills in (("a", theirs), ("b", ours))
    ]
    out = clean(dedup, tmp_path, records)
    (line,) = read_lines(out / "related.jsonl") or read_lines(out / "removed.jsonl")
    assert line["conflicts"] == [["3", "4"], *[["Galle", "Kandy"]] * 7]
    assert line["num_conflicts"] == 10


def test_the_terminal_says_what_was_lost_and_what_is_alike(dedup, tmp_path):
    copy = REPORTS[0] | {"id": "copy", "text": REPORTS[0]["text"] + " and nobody was hurt"}
    write_jsonl(tmp_path / "a.jsonl", [*REPORTS, copy])
    shown = dedup("clean", "a.jsonl", "-o", "out", cwd=tmp_path).stdout
    words = len(naive.words(copy["text"]))
    assert f"of {words} removed words 4 have no match in their witness, 4 in a row at most\n" in shown
    assert "alike but kept: 1 update: see related.jsonl\n" in shown
    similarity = naive.similarity(copy["text"], REPORTS[0]["text"])
    assert f"  similarity {similarity:.3f}, edited, 4 novel words\n" in shown


# ------------------------------------------------------------------------------------------------------- promises


@pytest.fixture(scope="module")
def strictly_cleaned(dedup, congress, tmp_path_factory):
    """The congress corpus cleaned with less loss than usual."""
    return clean(dedup, tmp_path_factory.mktemp("strict"), congress, "--max-novel", "0.1,20")


def test_no_removed_document_has_more_of_its_own_than_allowed(strictly_cleaned, congress):
    by_id, novel, longest, conflicting = {record["id"]: record for record in congress}, 0, 0, 0
    removed = read_lines(strictly_cleaned / "removed.jsonl")
    assert {record["relation"] for record in removed} == {"exact", "edited", "contained"}
    for record in removed:
        tokens, witness = (know_record(by_id[i]).tokens for i in (record["id"], record["witness"]["id"]))
        found = naive.compare_words(tokens, witness, RULE.slot_words)
        if record["relation"] == "exact":
            found = replace(found, num_novel=0, longest_run=0, num_facts=0)
        assert found.num_novel <= 0.1 * len(tokens)
        assert found.longest_run <= 20
        assert (record.get("novel_words", 0), record.get("novel_run", 0)) == (found.num_novel, found.longest_run)
        novel, longest = novel + found.num_novel, max(longest, found.longest_run)
        conflicting += found.num_facts > 0
    losses = read_summary(strictly_cleaned)["losses"]
    assert conflicting > 0
    words = sum(len(naive.words(by_id[record["id"]]["text"])) for record in removed)
    assert losses == {"removed_words": words, "novel_words": novel, "novel_run": longest, "conflicting": conflicting}


def test_remove_all_decides_by_the_threshold_alone(dedup, congress, tmp_path):
    part = [record for record in congress[:400] if naive.words(record["text"])]
    out = clean(dedup, tmp_path, part, "--remove", "all", "--passages", "off")
    rule = replace(RULE, removed=tuple(REMOVE_ALL.split(",")))
    expected = naive.cover(
        [naive.Article(r["text"], know_record(r).facts) for r in part], NearConfig.threshold, rule=rule
    )
    assert removed_ids(out) == {part[doc]["id"]: part[found.witness]["id"] for doc, found in expected.items()}
    assert read_lines(out / "related.jsonl") == []


# ---------------------------------------------------------------------------------------------- suspicious series


def test_a_sidebar_that_was_taken_for_thousands_of_articles_is_told(dedup, tmp_path):
    sidebar = make_text("sidebar", 200)
    records = [{"id": f"a{i}", "title": f"Story of {make_text(i // 2, 6)}", "text": sidebar} for i in range(3606)]
    out = clean(dedup, tmp_path, records)
    (line,) = read_lines(out / "suspicious.jsonl")
    assert (line["kind"], line["documents"]) == ("one-text-many-titles", 3606)
    assert line["reason"] == (
        "3,606 documents have the same words under 1,803 titles, and 3,605 of them were removed. "
        "The text may be a part of the page that is the same on every page."
    )
    assert line["members"][2] == {"id": "a2", "path": "a.jsonl", "line": 3, "title": records[2]["title"]}
    assert len(line["members"]) == 5
    assert read_summary(out)["suspicious"] == {"one-text-many-titles": 1}


def test_a_witness_that_took_a_series_of_days_is_told(dedup, tmp_path):
    records = [make_report(day, "Monday", "12", "Bonn") for day in range(1, 7)]
    records += [make_report(day, "Monday", "12", "Bonn", id=f"other {day}", outlet="Post") for day in range(1, 5)]
    write_jsonl(tmp_path / "a.jsonl", records)
    done = dedup("clean", "a.jsonl", "-o", "out", cwd=tmp_path)
    (line,) = read_lines(tmp_path / "out" / "suspicious.jsonl")
    assert (line["kind"], line["documents"], line["outlet"]) == ("one-witness-many-days", 6, "Wire")
    assert line["members"][0] == {"id": "r1", "path": "a.jsonl", "line": 1, "date": "2024-01-01"}
    assert "series that deserve a look: 1 of many days behind one witness: see suspicious.jsonl\n" in done.stdout


@pytest.mark.parametrize("keep", ["first", "newest:date"])
def test_a_series_of_many_titles_is_not_told_once_more_for_its_days(dedup, tmp_path, keep):
    days = [{"title": f"Story of {make_text(day, 6)}", "date": f"2024-01-0{day}"} for day in range(1, 7)]
    records = [
        {"id": f"d{n}", "text": make_text("sidebar", 200), "outlet": "Wire", **day} for n, day in enumerate(days)
    ]
    (line,) = read_lines(clean(dedup, tmp_path, records, "--keep", keep) / "suspicious.jsonl")
    assert (line["kind"], line["documents"]) == ("one-text-many-titles", 6)


def test_many_stubs_of_an_outlet_are_told(dedup, tmp_path):
    records = [{"id": i, "text": make_text(i, 5), "outlet": "Wire"} for i in range(25)]
    records += [{"id": f"own {i}", "text": make_text(f"own {i}", 50), "outlet": "Wire"} for i in range(25)]
    records += [{"id": f"few {i}", "text": make_text(f"few {i}", 5), "outlet": "Post"} for i in range(10)]
    (line,) = read_lines(clean(dedup, tmp_path, records) / "suspicious.jsonl")
    assert (line["kind"], line["documents"], line["outlet"]) == ("many-stubs", 25, "Wire")
    assert line["reason"] == "25 documents have 12 words at most. Their texts may not have been read as a whole."


def test_an_ordinary_corpus_has_no_suspicious_series(dedup, tmp_path):
    records = [{"id": i, "title": f"t {i // 3}", "text": make_text(i // 3)} for i in range(30)]
    out = clean(dedup, tmp_path, records)
    assert ((out / "suspicious.jsonl").read_bytes(), read_summary(out)["suspicious"]) == (b"", {})


def test_a_dry_run_counts_series(dedup, tmp_path):
    records = [{"id": i, "title": f"Story {i}", "text": FILL} for i in range(9)]
    write_jsonl(tmp_path / "a.jsonl", records)
    shown = dedup("clean", "a.jsonl", "-o", "out", "--dry-run", cwd=tmp_path).stdout
    assert "series that deserve a look: 1 of one text under many titles" in shown
    assert ": see " not in shown  # no file was written


def test_a_document_may_be_alike_one_of_an_index(dedup, tmp_path):
    """Which has no texts: the words of conflicting slots are those of the new document alone."""
    for day, report in zip(("one", "two"), REPORTS, strict=True):
        write_jsonl(tmp_path / f"{day}.jsonl", [report])
        done = dedup("clean", f"{day}.jsonl", "-o", day, "--index", "i.duckdb", cwd=tmp_path)
        assert (done.code, done.stderr) == (0, "")
    run = read_summary(tmp_path / "one")["index"]["run"]
    (line,) = read_lines(tmp_path / "two" / "related.jsonl")
    assert (line["relation"], line["other"]) == ("update", {"id": "r1", "path": "one.jsonl", "line": 1, "run": run})
    assert line["conflicts"] == [[ours, ""] for ours, _ in CONFLICTS]


def test_texts_in_memory_have_the_related_documents_of_files(dedup, tmp_path):
    records = [*REPORTS, make_report(3, "Sunday", "7", "Rome"), {"id": "x", "text": "nothing alike"}]
    rows = read_lines(clean(dedup, tmp_path, records, "--passages", "off") / "related.jsonl")
    assert len(rows) == 2
    found = deduplicate(records).related
    assert [
        (
            each.document.id,
            each.other.id,
            each.relation,
            each.similarity,
            each.novel_words,
            [*map(list, each.conflicts)],
        )
        for each in found
    ] == [
        (row["id"], row["other"]["id"], row["relation"], row["similarity"], row["novel_words"], row["conflicts"])
        for row in rows
    ]


def test_an_outlet_that_is_a_list_is_one_in_memory_too(dedup, tmp_path):
    records = [report | {"outlet": ["Wire"]} for report in REPORTS]
    rows = read_lines(clean(dedup, tmp_path, records) / "related.jsonl")
    assert [row["relation"] for row in rows] == [pair.relation for pair in deduplicate(records).related] == ["update"]


def test_an_outlet_that_holds_itself_is_none_in_memory():
    outlet = []
    outlet.append(outlet)
    held, none = (deduplicate([report | {"outlet": given} for report in REPORTS]).related for given in (outlet, None))
    assert [pair.relation for pair in held] == [pair.relation for pair in none] == ["template"]


def test_removed_records_say_which_of_their_conflicts_are_facts(dedup, tmp_path):
    out = clean(dedup, tmp_path, REPORTS, "--remove", "all")
    told = [record["other_facts"] for record in read_lines(out / "removed.jsonl") if "other_facts" in record]
    assert told
    assert len(told) == read_summary(out)["losses"]["conflicting"]


QUESTION = f"Does anybody know how to do this? {make_text('question', 40)}"


def quote(text, mark="> "):
    """Return a text as a reply quotes it."""
    return f"{mark}{text}\n"


@pytest.mark.parametrize("mark", ["> ", ">", "|> ", ": ", "}"])
def test_a_reply_is_no_copy_of_what_it_quotes_nor_of_another_reply(dedup, tmp_path, mark):
    replies = [
        f"{name} writes:\n{quote(QUESTION, mark)}\n{name} knows. {make_text(name, 12)}" for name in ("Ann", "Bob")
    ]
    records = [{"id": str(n), "text": text} for n, text in enumerate([QUESTION, *replies])]
    out = clean(dedup, tmp_path, records)
    assert removed_ids(out) == {}
    assert {line["relation"] for line in read_lines(out / "related.jsonl")} == {"extended"}


def test_a_reply_that_is_posted_again_goes(dedup, tmp_path):
    reply = f"Ann writes:\n{quote(QUESTION)}\nI know. {make_text('answer', 30)}"
    records = [{"id": str(n), "text": text} for n, text in enumerate([reply, f"{reply} Resent."])]
    assert len(removed_ids(clean(dedup, tmp_path, records))) == 1


def test_posts_are_no_copies_for_their_signature(dedup, tmp_path):
    signature = f"\n-- \n{make_text('signature', 60)}"
    records = [{"id": str(n), "text": make_text(f"post{n}", 14) + signature} for n in range(2)]
    assert removed_ids(clean(dedup, tmp_path, records)) == {}


@pytest.mark.parametrize("mark", ["> ", ": ", "--\n"])
def test_what_a_text_quotes_is_its_own_where_it_has_nothing_else(dedup, tmp_path, mark):
    texts = [FRAME.format(day="Monday", number=3, town="Bonn"), FRAME.format(day="Friday", number=8, town="Cork")]
    out = clean(dedup, tmp_path, [{"id": str(n), "text": f"{mark}{text}. {FILL}"} for n, text in enumerate(texts)])
    assert removed_ids(out) == {}
