"""Documents that are decided anew meet all kept documents that they may be copies of."""

import numpy as np
import pytest
from corpora import make_records, make_text, write_jsonl

from dedup.config import CleanSettings
from dedup.corpus.files import find_files
from dedup.near import decide_documents as decide
from dedup.near.decide_documents import decide_again, decide_documents, may_share_key
from dedup.pipeline.job import CleanRun, SilentProgress, make_job
from dedup.pipeline.no_index import NO_INDEX
from dedup.pipeline.sketch_shards import sketch


@pytest.fixture(scope="module")
def sketched(tmp_path_factory):
    """A file in some thirty shards, long documents first: the first shards tell little of how many there will be."""
    folder = tmp_path_factory.mktemp("again")
    records = make_records("ahead", 200, copies=3)
    long = [{"id": f"long {i}", "text": make_text(i, count=4000)} for i in range(6)]
    path = write_jsonl(folder / "news.jsonl", [*long, *long, *records])
    files = find_files([str(path)])
    job = make_job(CleanRun(files, folder / "out", shard_size=30_000), SilentProgress(), NO_INDEX)
    assert len(job.shards) > 15
    return sketch(job)


def choose_others(sketched, seed):
    """Return what is kept, and some removed documents that are decided anew (doc_indices)."""
    witness = decide_documents(sketched, CleanSettings(), lambda _: None).witness
    others = np.sort(np.random.default_rng(seed).choice(np.flatnonzero(witness >= 0), 40, replace=False))
    return np.flatnonzero(witness < 0), others


@pytest.mark.parametrize("seed", range(3))
def test_all_that_share_a_band_key_are_marked_and_few_others(sketched, seed):
    kept, others = choose_others(sketched, seed)
    keys = sketched.join("keys", np.uint64)
    shares = np.isin(keys, keys[others]).any(axis=1)
    marked = may_share_key(sketched, others)
    assert marked[shares].all()
    assert np.count_nonzero(marked & ~shares) < 0.05 * np.count_nonzero(~shares)
    assert 0 < np.count_nonzero(shares[kept]) < len(kept) / 2, "some are left out, and some are not"


@pytest.mark.parametrize("seed", range(3))
def test_documents_decided_anew_do_not_miss_those_that_were_left_out(sketched, seed, monkeypatch):
    kept, others = choose_others(sketched, seed)
    found = decide_again(sketched, CleanSettings(), kept, others)
    assert np.isin(found.witness[found.witness >= 0], np.concatenate([kept, others])).all()
    assert np.count_nonzero(found.witness >= 0) > 20
    monkeypatch.setattr(decide, "may_share_key", lambda sketches, _: np.ones(len(sketches), bool))
    everything = decide_again(sketched, CleanSettings(), kept, others)
    for field in ("witness", "similarity", "relation"):
        assert np.array_equal(getattr(found, field), getattr(everything, field)), field
