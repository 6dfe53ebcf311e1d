"""Same input, same bytes out: whatever the workers, the shards, and the files that the lines stand in."""

import itertools
import random

import pytest
from commands import clean_quietly
from corpora import encode_jsonl, make_records, read_lines, read_tree, write_jsonl

from dedup import KeepPolicy, NearConfig
from dedup.corpus.files import find_files
from dedup.corpus.shards import plan_shards

SHARD_SIZE = 40_000


@pytest.fixture(scope="module")
def corpus(tmp_path_factory):
    """Files of several formats, one of them of several shards, with bad lines."""
    folder = tmp_path_factory.mktemp("corpus")
    records = make_records("determinism", 120, copies=3)
    source = random.Random(5)
    lines = [*records[:240], *[b"broken\n", b"\n", b'{"text": null}\n'] * 10]
    lines += [{"id": f"long {i}", "text": f"l{i} of some words", "html": "x" * 3000} for i in range(10)]
    source.shuffle(lines)
    write_jsonl(folder / "a.jsonl", lines)
    assert len(plan_shards(find_files([str(folder / "a.jsonl")]), SHARD_SIZE)) >= 5
    for part in range(3):
        write_jsonl(folder / f"b{part}.jsonl", records[240 + part * 30 : 270 + part * 30])
    for index, record in enumerate(records[330:]):
        (folder / f"c{index:03}.txt").write_text(record["text"])
    return folder


@pytest.fixture(scope="module", params=["within", "off"])
def with_one_worker(request, dedup, corpus, tmp_path_factory):
    """What is done about passages, and the output of one worker."""
    out = tmp_path_factory.mktemp("one") / "out"
    clean_corpus(dedup, corpus, out, 1, request.param)
    return request.param, read_tree(out)


def clean_corpus(dedup, corpus, out, workers, passages):
    """Clean the corpus in shards of some hundred documents."""
    options = ("--workers", workers, "--passages", passages, "--shard-size", SHARD_SIZE)
    done = dedup("clean", ".", "-o", out, *options, cwd=corpus)
    assert done.code == 0, done.stderr


@pytest.mark.parametrize("workers", [1, 2, 4])
def test_any_number_of_workers_writes_the_same_bytes(dedup, corpus, with_one_worker, tmp_path, workers):
    passages, expected = with_one_worker
    clean_corpus(dedup, corpus, tmp_path / "out", workers, passages)
    assert read_tree(tmp_path / "out") == expected


def test_the_output_of_a_corpus_of_many_shards_holds_what_it_should(with_one_worker):
    _, files = with_one_worker
    assert files["removed.jsonl"].count(b"\n") == 240
    assert files["rejected.jsonl"].count(b"\n") == 20


def decide(files, folder, name):
    """Clean files and return {id: (witness, similarity, relation)}."""
    clean_quietly(files, folder / name)
    return {
        r["id"]: (r["witness"]["id"], r["similarity"], r["relation"])
        for r in read_lines(folder / name / "removed.jsonl")
    }


@pytest.mark.parametrize("seed", range(3))
def test_the_same_lines_in_one_file_or_cut_into_seven_give_the_same_decisions(tmp_path, seed):
    records = make_records(seed, 300, copies=3)
    one = decide([write_jsonl(tmp_path / "one.jsonl", records)], tmp_path, "one")
    cuts = [0, *sorted(random.Random(seed).sample(range(len(records)), 6)), len(records)]
    files = [
        write_jsonl(tmp_path / f"{i}.jsonl", records[start:stop])
        for i, (start, stop) in enumerate(itertools.pairwise(cuts))
    ]
    assert len(one) == 600
    assert decide(files, tmp_path, "seven") == one


@pytest.mark.parametrize("shard_size", [300, 999, 10_000, 50_000])
def test_shards_of_any_size_write_the_same_bytes(tmp_path, shard_size):
    lines = [*make_records("sizes", 20, copies=3), b"\n", b"broken\r\n", {"text": "no id"}, {"text": "No id!"}]
    random.Random(6).shuffle(lines)
    content = b"\xef\xbb\xbf" + encode_jsonl(lines)[:-1]
    (tmp_path / "a.jsonl").write_bytes(content)
    clean_quietly([tmp_path / "a.jsonl"], tmp_path / "whole")
    clean_quietly([tmp_path / "a.jsonl"], tmp_path / "cut", shard_size=shard_size)
    assert len(read_lines(tmp_path / "whole" / "removed.jsonl")) == 41
    assert read_tree(tmp_path / "cut") == read_tree(tmp_path / "whole")


@pytest.mark.parametrize("keep", ["longest", "newest:date", "prefer:id=s1-1,s2-2"])
def test_shards_of_any_size_write_the_same_bytes_under_other_policies(tmp_path, keep):
    path = write_jsonl(tmp_path / "a.jsonl", make_records("policies", 30, copies=3))
    near = NearConfig(keep=KeepPolicy.parse(keep))
    clean_quietly([path], tmp_path / "whole", near=near)
    clean_quietly([path], tmp_path / "cut", near=near, shard_size=5000)
    assert read_tree(tmp_path / "cut") == read_tree(tmp_path / "whole")


def test_two_runs_in_one_process_into_one_folder_do_not_mix(tmp_path):
    """What the first run decided must not be used to write the second one's output."""
    path = write_jsonl(tmp_path / "a.jsonl", make_records("twice", 30, copies=3))
    again = NearConfig(keep=KeepPolicy("longest"), threshold=0.99)
    clean_quietly([path], tmp_path / "expected", near=again)
    clean_quietly([path], tmp_path / "out")
    clean_quietly([path], tmp_path / "out", near=again, overwrite=True)
    assert read_tree(tmp_path / "out") == read_tree(tmp_path / "expected")


def test_the_hash_seed_of_the_interpreter_does_not_matter(tmp_path):
    import os
    import subprocess
    import sys

    write_jsonl(tmp_path / "a.jsonl", make_records("hash seed", 30, copies=3) * 2)
    for seed in ("1", "2"):
        command = [sys.executable, "-m", "dedup", "clean", "a.jsonl", "-o", f"out{seed}", "-q"]
        subprocess.run(command, cwd=tmp_path, env=os.environ | {"PYTHONHASHSEED": seed}, check=True)
    assert read_tree(tmp_path / "out1") == read_tree(tmp_path / "out2")
