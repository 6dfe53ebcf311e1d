"""`dedup passages` behind the interface of the peers."""

import json
import sys

from adapter import Job, main, translate_passages


def run(job: Job) -> None:
    """Be `dedup passages` from here on, in the process that was started, as the peers are."""
    from dedup.cli.main import main as list_passages

    job.folder.mkdir(parents=True)
    sys.argv = ["dedup", "passages", str(job.source), "-o", str(job.folder / "found.jsonl"), "--scope", "across"]
    list_passages()


def collect(job: Job) -> None:
    """Read what it found."""
    with (job.folder / "found.jsonl").open("rb") as lines:
        rows = [json.loads(line) for line in lines]
    names = ("doc_id", "start", "end")
    translate_passages(job, [[*(row[n] for n in names), *(row["witness"][n] for n in names)] for row in rows])


if __name__ == "__main__":
    main(run, collect)
