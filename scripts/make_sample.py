"""Choose the sample that is shipped as `examples/congress.jsonl.gz` from a larger file of congress press releases.

The texts are works of the United States government, in the public domain. Half of the sample are documents that have
a near-copy among them (joint releases, re-sent releases, templates filled in anew), half are drawn from the others.

    python scripts/make_sample.py congress_press.jsonl.gz examples/congress.jsonl.gz
"""

import gzip
import random
import sys
from pathlib import Path

import msgspec

from dedup import NearConfig, deduplicate

COPIES, OTHERS = 800, 1200


def main(source: str, target: str) -> None:
    """Write the sample, in the order of the source."""
    with gzip.open(source, "rb") as lines:
        records = [msgspec.json.decode(line) for line in lines]
    clusters = deduplicate((record["text"] for record in records), NearConfig(threshold=0.5)).clusters
    rng = random.Random(1)
    chosen: set[int] = set()
    for cluster in rng.sample(clusters, len(clusters)):
        if len(chosen) < COPIES:
            chosen.update(int(member.document.id) for member in cluster.members)
    covered = {int(member.document.id) for cluster in clusters for member in cluster.members}
    chosen.update(rng.sample([i for i in range(len(records)) if i not in covered], OTHERS))
    lines = b"".join(msgspec.json.encode(records[index]) + b"\n" for index in sorted(chosen))
    Path(target).write_bytes(gzip.compress(lines, 9, mtime=0))


if __name__ == "__main__":
    main(*sys.argv[1:])
