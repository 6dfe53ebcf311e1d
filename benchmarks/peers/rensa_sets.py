"""Near-duplicates with rensa's full-set path: shingles in Python, signatures and the index in Rust, a check by them."""

from collections.abc import Sequence

from adapter import Job, answer_parents, main, make_shingles, read_documents

BATCH = 1_000
BANDS, NUM_PERM, SEED = 16, 128, 42


def run(job: Job) -> None:
    """Keep a document unless a kept one is estimated at the threshold."""
    with job.clock.part("import"):
        import rensa  # noqa: F401 (its time)
    with job.clock.part("work"):
        ids, texts = read_documents(job.source)
        parents = find_keepers(job, texts, range(len(ids)))
    answer_parents(job, ids, parents)


def find_keepers(job: Job, texts: Sequence[str], chosen: Sequence[int]) -> list[int]:
    """Return, for every document, the kept one that stands for it; those that are not chosen stand for themselves."""
    from rensa import RMinHash, RMinHashDeduplicator

    dedup = RMinHashDeduplicator(job.threshold, NUM_PERM, use_lsh=True, num_bands=BANDS, seed=SEED)
    parents = list(range(len(texts)))
    for start in range(0, len(chosen), BATCH):
        batch = chosen[start : start + BATCH]
        signatures = RMinHash.from_token_sets(
            [make_shingles(texts[index], job.shingle_size) for index in batch], NUM_PERM, SEED
        )
        entries = [(str(index), signature) for index, signature in zip(batch, signatures, strict=True)]
        for is_kept, index, signature in zip(dedup.add_pairs(entries), batch, signatures, strict=True):
            if not is_kept:
                parents[index] = min(map(int, dedup.get_duplicates(signature)), default=index)
    return parents


if __name__ == "__main__":
    main(run)
