"""What a clean run prints and writes, seen from outside."""

import json
from pathlib import Path

import pytest
from corpora import encode_jsonl, make_records, make_text, read_lines, read_summary, read_tree, removed_ids, write_jsonl

STORY = Path(__file__).parent.parent / "examples" / "story"
TEXT = make_text("cli", 60)
RECORDS = [
    {"id": "a", "text": TEXT, "title": "é"},
    {"id": "b", "text": "something else that stands alone"},
    {"id": 3, "text": TEXT.upper(), "nested": {"x": [1, None]}},
    {"id": "d", "text": TEXT + " and a few more words"},
    {"text": "Something else, that stands alone!"},
]


@pytest.fixture
def run(dedup, tmp_path):
    """The folder of a finished run on RECORDS and the command."""
    write_jsonl(tmp_path / "a.jsonl", RECORDS)
    done = dedup("clean", "a.jsonl", "-o", "out", cwd=tmp_path)
    assert (done.code, done.stderr) == (0, "")
    return tmp_path / "out", done


def test_the_output_folder_holds_what_is_documented_and_nothing_else(run):
    assert sorted(read_tree(run[0])) == [
        ".dedup.json",
        "B3SUMS",
        "boilerplate.jsonl",
        "clusters.jsonl",
        "edited.jsonl",
        "kept/a.jsonl",
        "passages.jsonl",
        "rejected.jsonl",
        "related.jsonl",
        "removed.jsonl",
        "summary.json",
        "suspicious.jsonl",
    ]


def test_nothing_is_left_beside_the_output_folder(run):
    assert sorted(p.name for p in run[0].parent.iterdir()) == ["a.jsonl", "out"]


def test_kept_records_are_the_first_of_each(run):
    assert (run[0] / "kept" / "a.jsonl").read_bytes() == encode_jsonl(RECORDS[:2])


def test_a_removed_record_has_the_documented_fields(run):
    first = read_lines(run[0] / "removed.jsonl")[0]
    position = len(encode_jsonl(RECORDS[:2]))
    assert first == {
        "id": 3,
        "source": {"path": "a.jsonl", "line": 3, "offset": position},
        "reason": "exact-duplicate",
        "relation": "exact",
        "witness": {"id": "a", "path": "a.jsonl", "line": 1},
        "similarity": 1.0,
        "record": RECORDS[2],
    }


def test_reasons_and_relations_of_all_removed_records(run):
    assert [(r["id"], r["reason"], r["relation"]) for r in read_lines(run[0] / "removed.jsonl")] == [
        (3, "exact-duplicate", "exact"),
        ("d", "near-duplicate", "edited"),
        ("a.jsonl:5", "exact-duplicate", "exact"),
    ]


def test_clusters_have_the_representative_first(run):
    clusters = read_lines(run[0] / "clusters.jsonl")
    assert [(c["cluster"], c["representative"], [m["id"] for m in c["members"]]) for c in clusters] == [
        (1, "a", ["a", 3, "d"]),
        (2, "b", ["b", "a.jsonl:5"]),
    ]
    assert clusters[0]["members"][1] == {"id": 3, "path": "a.jsonl", "line": 3, "similarity": 1.0}


def test_the_summary_has_the_counts_and_the_settings(run):
    summary = read_summary(run[0])
    assert summary["counts"] | {"removed_by_reason": None, "removed_by_relation": None} == {
        "documents": 5,
        "kept": 2,
        "removed": 3,
        "removed_by_reason": None,
        "removed_by_relation": None,
        "rejected": 0,
        "repeated_ids": 0,
        "clusters": 2,
    }
    near = summary["config"]["near"]
    assert (near["threshold"], near["shingle_size"], near["keep"]) == (0.35, 5, "first")
    assert (summary["bands"], summary["rows"]) == (41, 2)


def test_the_summary_names_versions_and_times_every_stage(run):
    summary = read_summary(run[0])
    assert {"python", "dedup", "numba", "numpy"} <= set(summary["versions"])
    assert {"sketch", "cover", "write"} <= {stage["stage"] for stage in summary["stages"]}
    assert all(stage["seconds"] >= 0 and stage["peak_mb"] > 10 for stage in summary["stages"])


@pytest.mark.parametrize(
    "line",
    [
        "documents in                   5",
        "kept                           2  40.0 %",
        "removed                        3  60.0 %",
        "  exact-duplicate              2  the same words as a kept document",
        "  near-duplicate               1  a near-copy of a kept document",
        "    removed d  (a.jsonl, line 4)",
        "    kept    a  (a.jsonl, line 1)",
    ],
)
def test_the_terminal_shows(run, line):
    assert line in run[1].stdout.splitlines()


def test_the_terminal_shows_how_the_examples_begin(run):
    assert f"            {TEXT[:70]}" in run[1].stdout


def test_control_characters_of_a_document_do_not_reach_the_terminal(dedup, tmp_path):
    hostile = "\x1b[2J\x1b]0;title\x07 the same words in this text \x9b31m \u202e"
    write_jsonl(tmp_path / "a.jsonl", [{"id": "\x1b[1m", "text": hostile}, {"id": "\x07\r", "text": hostile}])
    done = dedup("clean", "a.jsonl", "-o", "out", cwd=tmp_path)
    assert "the same words in this text" in done.stdout
    assert [c for c in done.stdout if not c.isprintable() and c != "\n"] == []


def test_the_terminal_begins_with_what_was_found(run):
    assert run[1].stdout.startswith("5 documents, 3 removed (60.0 %) as copies of kept ones.\n")


def test_the_terminal_shows_a_cut_and_where_to_look_next(dedup, tmp_path):
    shown = dedup("clean", STORY, "-o", "out", cwd=tmp_path).stdout.splitlines()
    assert shown[0] == "5 documents, no copy among them; 1 repeated passage cut out of 1 kept document."
    assert "For example, cut because the document prints it twice: 248 words" in shown
    assert {"    kept    characters 225 to 1,938", "    cut     characters 1,939 to 3,652"} <= set(shown)
    follow = shown[shown.index("Where to look next:") + 1 :]
    assert ["dedup report out", "dedup restore out -o DIR"] == [line[2:].split("  ")[0] for line in follow[:2]]


def test_an_example_shows_where_two_documents_begin_to_differ(dedup, tmp_path):
    """A long common beginning would say nothing."""
    texts = [f"{TEXT} it was sent on {day} and a few more words" for day in ("Monday", "Friday")]
    write_jsonl(tmp_path / "a.jsonl", [{"text": text} for text in texts])
    shown = dedup("clean", "a.jsonl", "-o", "out", cwd=tmp_path).stdout
    assert all(f"            … it was sent on {day} and" in shown for day in ("Monday", "Friday"))


def test_quiet_prints_nothing(dedup, tmp_path):
    write_jsonl(tmp_path / "a.jsonl", RECORDS)
    done = dedup("clean", "a.jsonl", "-o", "out", "-q", cwd=tmp_path)
    assert (done.code, done.stdout, done.stderr) == (0, "", "")
    assert dedup("restore", "out", "-o", "back", "-q", cwd=tmp_path).stdout == ""


@pytest.mark.parametrize("options", [[], ["-o", "out"]], ids=["no output", "an output"])
def test_a_dry_run_tells_the_same_and_writes_nothing(dedup, tmp_path, run, options):
    before = read_tree(tmp_path)
    done = dedup("clean", "a.jsonl", "--dry-run", *options, cwd=tmp_path)
    assert (done.code, done.stderr) == (0, "")
    assert done.stdout.splitlines()[:12] == run[1].stdout.splitlines()[:12]
    assert "Nothing was written (--dry-run)." in done.stdout
    assert read_tree(tmp_path) == before


def test_a_dry_run_of_standard_input_writes_nothing(dedup, tmp_path):
    done = dedup("clean", "-", "--dry-run", cwd=tmp_path, stdin=encode_jsonl(RECORDS))
    assert (done.code, done.stderr) == (0, "")
    assert list(tmp_path.iterdir()) == []


def test_standard_input_leaves_no_copy_behind(dedup, tmp_path):
    done = dedup("clean", "-", "-o", "out", cwd=tmp_path, stdin=encode_jsonl(RECORDS))
    assert done.code == 0
    assert [p.name for p in tmp_path.iterdir()] == ["out"]


def test_an_output_folder_is_made_with_the_folders_above_it(dedup, tmp_path):
    write_jsonl(tmp_path / "a.jsonl", RECORDS)
    assert dedup("clean", "a.jsonl", "-o", "x/y/out/", cwd=tmp_path).code == 0
    assert (tmp_path / "x" / "y" / "out" / "summary.json").exists()


def test_the_settings_of_the_command_reach_the_run(dedup, tmp_path):
    write_jsonl(tmp_path / "a.jsonl", [{"body": TEXT, "url": "u1"}, {"body": TEXT + " x y z", "url": "u2"}])
    options = [
        "--threshold",
        "0.9",
        "--shingle-size",
        "2",
        "--num-perm",
        "200",
        "--text-field",
        "body",
        "--id-field",
        "url",
        "--remove",
        "template, edited",
        "--max-novel",
        "0.4,50",
    ]
    dedup("clean", "a.jsonl", "-o", "out", *options, cwd=tmp_path)
    config = read_summary(tmp_path / "out")["config"]
    near = {name: config["near"][name] for name in ("threshold", "shingle_size", "num_perm")}
    assert near == {"threshold": 0.9, "shingle_size": 2, "num_perm": 200}
    names = ("remove", "max_novel", "max_novel_run")
    assert [config["near"][name] for name in names] == ["edited,template", 0.4, 50]
    assert removed_ids(tmp_path / "out") == {"u2": "u1"}


def test_restore_writes_into_no_link(dedup, tmp_path, run):  # noqa: ARG001 (the run makes `out`)
    (tmp_path / "real").mkdir()
    (tmp_path / "back").symlink_to("real")
    done = dedup("restore", "out", "-o", "back", cwd=tmp_path)
    assert (done.code, "back: is a symbolic link" in done.stderr) == (2, True)
    assert list((tmp_path / "real").iterdir()) == []


def test_restore_says_how_many_files_it_wrote(dedup, tmp_path, run):  # noqa: ARG001 (the run makes `out`)
    done = dedup("restore", "out", "-o", "back", cwd=tmp_path)
    assert (done.code, done.stdout) == (0, "restored 1 file to back\n")


def test_a_new_process_does_what_a_fork_does(process, tmp_path, run):
    done = process("clean", "a.jsonl", "-o", "again", cwd=tmp_path)
    assert done.code == 0, done.stderr
    assert read_tree(tmp_path / "again") == read_tree(run[0])


def test_the_records_of_all_outputs_are_json(run):
    for path in run[0].glob("*.jsonl"):
        for line in path.read_bytes().splitlines():
            assert isinstance(json.loads(line), dict)


def test_many_files_are_cleaned_as_one_corpus(dedup, tmp_path):
    records = make_records("many", 20, copies=3)
    for index in range(0, 60, 6):
        write_jsonl(tmp_path / f"{index:02}.jsonl", records[index : index + 6])
    assert dedup("clean", ".", "-o", "out", "--workers", "2", cwd=tmp_path).code == 0
    assert len(removed_ids(tmp_path / "out")) == 40


def test_the_terminal_names_the_likely_encoding_and_no_empty_files(dedup, tmp_path):
    lines = [b'{"text": "caf\xe9 am See"}', b'{"text": "\xff\xfe\x80"}', b'{"text": "a b c"}', b"{"]
    (tmp_path / "a.jsonl").write_bytes(b"\n".join(lines))
    shown = dedup("clean", "a.jsonl", "-o", "out", cwd=tmp_path).stdout
    assert "3 of 4 records (75.0 %) could not be read, mostly: invalid UTF-8 (2)\n" in shown
    assert "records that could not be read: see rejected.jsonl; 1 likely cp1252: --encoding cp1252\n" in shown
    follow = shown[shown.index("Where to look next:") :]
    assert ("out/rejected.jsonl" in follow, "out/removed.jsonl" in follow) == (True, False)


def test_reasons_of_which_none_is_most_are_listed(dedup, tmp_path):
    (tmp_path / "a.jsonl").write_text('{"text": null}\n{"text": 5}\n{"text": "a b"}\n{\n')
    shown = dedup("clean", "a.jsonl", "-o", "out", cwd=tmp_path).stdout
    assert "3 of 4 records (75.0 %) could not be read, as: " in shown.splitlines()[0]
    (tmp_path / "b.jsonl").write_text("")
    assert "dedup report" not in dedup("clean", "b.jsonl", "-o", "empty", cwd=tmp_path).stdout
