"""Near-duplicates with rensa's rho path, which samples token positions.

It flags all documents of a group, the first among them, and does not say of which group: what it flags goes through
the full-set path, which tells whom to keep.
"""

from adapter import Job, answer_parents, main, make_shingles, read_documents
from rensa_sets import BANDS, NUM_PERM, SEED, find_keepers


def run(job: Job) -> None:
    """Flag by rho, then keep the first of every group of the flagged."""
    with job.clock.part("import"):
        from rensa import RMinHash, RMinHashLSH
    with job.clock.part("work"):
        ids, texts = read_documents(job.source)
        shingles = [make_shingles(text, job.shingle_size) for text in texts]
        matrix = RMinHash.digest_matrix_from_token_sets_rho(shingles, NUM_PERM, SEED)
        del shingles
        flags = RMinHashLSH(job.threshold, NUM_PERM, BANDS).query_duplicate_flags_matrix_one_shot(matrix)
        parents = find_keepers(job, texts, [index for index, is_copy in enumerate(flags) if is_copy])
    answer_parents(job, ids, parents)


if __name__ == "__main__":
    main(run)
