"""Near-duplicates with rensa's rho path, which samples token positions. It says who is a duplicate, not of what."""

from adapter import Job, answer, main, make_shingles, read_documents

BANDS, NUM_PERM, SEED = 16, 128, 42


def run(job: Job) -> None:
    """Keep the documents that are not flagged."""
    with job.clock.part("import"):
        from rensa import RMinHash, RMinHashLSH
    with job.clock.part("work"):
        ids, texts = read_documents(job.source)
        lsh = RMinHashLSH(job.threshold, NUM_PERM, BANDS)
        sets = [make_shingles(text, job.shingle_size) for text in texts]
        matrix = RMinHash.digest_matrix_from_token_sets_rho(sets, NUM_PERM, SEED)
        flags = lsh.query_duplicate_flags_matrix_one_shot(matrix)
        kept = [name for name, is_copy in zip(ids, flags, strict=True) if not is_copy]
    answer(job, kept, [])


if __name__ == "__main__":
    main(run)
