"""How inputs are cut into shards, and what a segment keeps of one."""

from corpora import encode_jsonl

from dedup.corpus.files import SourceFile, find_files
from dedup.corpus.shards import MAX_SHARDS, SHARD_FILES, SHARD_SIZE, plan_shards


def describe(file_format, size, compression=None):
    """Return a file of a size that is not there."""
    return SourceFile("p", "p", "p", file_format, compression, size, 0, 0)


def plan(*files, shard_size=100):
    """Return (first file, number of files, start, stop) of each shard."""
    return [(s.first_file, len(s.files), s.start, s.stop) for s in plan_shards(files, shard_size)]


def test_a_small_file_is_one_shard():
    assert plan(describe("jsonl", 100)) == [(0, 1, 0, None)]


def test_a_large_jsonl_file_is_cut_evenly_and_into_an_even_number():
    assert plan(describe("jsonl", 150)) == [(0, 1, 0, 75), (0, 1, 75, 150)]
    assert plan(describe("jsonl", 250)) == [(0, 1, 0, 62), (0, 1, 62, 125), (0, 1, 125, 187), (0, 1, 187, 250)]


def test_packed_files_and_json_are_never_cut():
    files = [describe("jsonl", 1000, "gzip"), describe("csv", 1000, "xz"), describe("json", 1000)]
    assert plan(*files) == [(0, 1, 0, None), (1, 1, 0, None), (2, 1, 0, None)]


def test_texts_go_together_until_a_shard_is_full():
    assert plan(*[describe("txt", 40)] * 7) == [(0, 3, 0, None), (3, 3, 0, None), (6, 1, 0, None)]


def test_texts_go_together_until_there_are_too_many():
    assert plan(*[describe("txt", 0)] * (SHARD_FILES + 1)) == [(0, SHARD_FILES, 0, None), (SHARD_FILES, 1, 0, None)]


def test_texts_beside_other_files_keep_their_order():
    files = [describe("txt", 1), describe("jsonl", 1), describe("txt", 1), describe("txt", 1)]
    assert plan(*files) == [(0, 1, 0, None), (1, 1, 0, None), (2, 2, 0, None)]


def test_shards_are_numbered_through_and_share_out_the_size():
    shards = plan_shards([describe("jsonl", 250), describe("csv", 7)], 100)
    assert [shard.index for shard in shards] == [0, 1, 2, 3, 4]
    assert sum(shard.size for shard in shards) == 257


def test_lines_of_a_file_are_numbered_through_its_shards_and_anew_in_the_next(dedup, tmp_path):
    """Two files of more than a shard each; rejected lines tell their number."""
    from corpora import read_lines

    lines = SHARD_SIZE // 1000 + 500
    for name in ("a.jsonl", "b.jsonl"):
        records = [{"text": f"{name} {i} " + "x" * 980} for i in range(lines)] + [b"\n", b"broken\n"]
        (tmp_path / name).write_bytes(encode_jsonl(records))
    assert len(plan_shards(find_files([str(tmp_path)]))) == 4
    done = dedup("clean", "a.jsonl", "b.jsonl", "-o", "out", "--workers", "2", cwd=tmp_path)
    assert done.code == 0, done.stderr
    rejected = read_lines(tmp_path / "out" / "rejected.jsonl")
    assert [(r["path"], r["line"]) for r in rejected] == [("a.jsonl", lines + 2), ("b.jsonl", lines + 2)]


def test_tiny_shards_of_a_large_file_are_bounded(tmp_path):
    file = tmp_path / "a.jsonl"
    file.write_bytes(b"x" * 1_000_000)
    assert len(plan_shards(find_files([str(file)]), 1)) <= MAX_SHARDS + 2
