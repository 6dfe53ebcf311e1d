"""Near-duplicates with semhash over hashed shingles: no model can be downloaded, and Jaccard is what is compared.

Equal sets of shingles at Jaccard t have cosine 2t / (1 + t): that is the threshold it is given.
"""

import zlib
from collections.abc import Sequence
from typing import Any

from adapter import Job, answer_parents, main, make_shingles, read_documents

DIMENSIONS = 512


def run(job: Job) -> None:
    """Group the documents of a JSONL file."""
    with job.clock.part("import"):
        import numpy as np
        from semhash import SemHash

    class HashedShingles:
        """An encoder: every shingle adds 1 or -1 to one of the dimensions."""

        def encode(self, inputs: Sequence[str], **_: Any) -> Any:
            """Return the vectors of texts."""
            vectors = np.zeros((len(inputs), DIMENSIONS), np.float32)
            for row, text in enumerate(inputs):
                hashes = [zlib.crc32(shingle.encode()) for shingle in make_shingles(text, job.shingle_size)]
                for value in hashes:
                    vectors[row, value % DIMENSIONS] += 1.0 if value & 0x80000000 else -1.0
            return vectors

    with job.clock.part("work"):
        ids, texts = read_documents(job.source)
        records = [{"id": str(number), "text": text} for number, text in enumerate(texts)]
        found = SemHash.from_records(records, columns=["text"], model=HashedShingles()).self_deduplicate(
            threshold=2 * job.threshold / (1 + job.threshold)
        )
        parents = list(range(len(ids)))
        for removal in found.filtered:
            parents[int(removal.record["id"])] = int(removal.duplicate_of["id"])
    answer_parents(job, ids, parents)


if __name__ == "__main__":
    main(run)
