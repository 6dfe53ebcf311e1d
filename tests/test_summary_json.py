"""`--json` prints the summary of a command on standard output."""

import json

import pytest
from corpora import make_records, write_jsonl

COMMANDS = {
    "clean a.jsonl -o out -q": "counts",
    "clean a.jsonl --dry-run -q": "counts",
    "passages a.jsonl -o p.jsonl": "passages",
    "stories a.jsonl -o s.jsonl --window off": "stories",
    "report out -o pages --no-near-misses": "num_clusters",
    "restore out -o back": "files",
    "index add a.jsonl --index n.duckdb": "counts",
    "index check a.jsonl --index n.duckdb -o known.jsonl": "known",
    "index info --index n.duckdb": "settings",
    "index export --index n.duckdb -o n.parquet": "documents",
    "index remove --index n.duckdb --run {run}": "removed",
    "diff old.txt new.txt": "stats",
    "compare old.txt new.txt --engine lexical": "documents",
    "diff old.txt new.txt --format patch -o p.patch": None,
    "apply p.patch old.txt -o made.txt": "bytes",
}


def test_every_command_prints_its_summary_as_json(dedup, tmp_path):
    write_jsonl(tmp_path / "a.jsonl", make_records("json", 6, copies=3))
    (tmp_path / "old.txt").write_text("He left in 2013. It rained all day.")
    (tmp_path / "new.txt").write_text("He left in 2023. It rained all day.")
    run = ""
    for line, field in COMMANDS.items():
        done = dedup(*line.format(run=run).split(), *(["--json"] if field else []), cwd=tmp_path)
        assert done.code in {0, 1}, done.stderr
        if field:
            found = json.loads(done.stdout)
            assert field in found, line
            run = found["runs"][0]["run"] if "runs" in found else run


@pytest.mark.parametrize("args", [("-o", "out", "--json"), ("--dry-run", "-q", "--json")], ids=" ".join)
def test_the_summary_on_standard_output_is_the_one_of_the_folder(dedup, tmp_path, args):
    write_jsonl(tmp_path / "a.jsonl", [*make_records("json", 6, copies=3), b"{\n"])
    done = dedup("clean", "a.jsonl", *args, cwd=tmp_path)
    found = json.loads(done.stdout)
    counts = found["counts"]
    assert (done.code, counts["documents"], counts["removed"], counts["rejected"]) == (0, 18, 12, 1)
    if "out" in args:
        assert json.loads((tmp_path / "out" / "summary.json").read_text()) == found


@pytest.mark.parametrize(
    "args", [("stories", "a.jsonl", "-o", "-"), ("index", "check", "a.jsonl", "--index", "n.duckdb")]
)
def test_two_outputs_cannot_share_standard_output(dedup, tmp_path, args):
    write_jsonl(tmp_path / "a.jsonl", make_records("json", 2))
    done = dedup(*args, "--json", cwd=tmp_path)
    assert (done.code, done.stdout) == (2, "")
    assert "--json prints to standard output" in done.stderr
