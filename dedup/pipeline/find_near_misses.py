"""Pairs of kept documents just below the threshold: the documents stage once more, over what was kept.

`clean` does not record what fell short: it compares a document with the candidates of its buckets only, and its bands
are chosen for the threshold. A run over the kept documents with a lower threshold finds the pairs between the two with
the recall that its own bands promise, and their exact similarity. What reaches the threshold among them, `clean` kept
on purpose (boilerplate, templates) or missed.
"""

from pathlib import Path

from dedup.config import CleanSettings, PassageConfig
from dedup.corpus.files import SourceFile
from dedup.near.bands import lower_threshold
from dedup.output.confined_paths import is_within
from dedup.output.finished_run import read_input_config, read_near_config
from dedup.output.run_folder import KEPT
from dedup.pipeline.clean_files import decide
from dedup.pipeline.job import CleanRun, Progress, make_job
from dedup.pipeline.no_index import NO_INDEX
from dedup.pipeline.sketch_shards import sketch
from dedup.report.corpus.kept_pairs import KeptPairs, NearMisses
from dedup.report.corpus.run_tables import MAX_NEAREST, RunTables
from dedup.text.printed_paths import name_on_disk


def find_near_misses(out: RunTables, scratch: Path, workers: int, progress: Progress) -> NearMisses | None:
    """Return the pairs of kept documents nearest below the threshold, and those that reach it.

    None where they cannot be looked for.
    """
    summary = out.summary
    near = read_near_config(summary)
    lowered = lower_threshold(near)
    if lowered is None:
        return None
    files = [
        SourceFile.at(f.path, str(kept), f.name, f.format, f.compression, encoding=f.encoding)
        for f in summary.inputs
        if is_within(out.out, f"{KEPT}/{f.name}")  # a .txt file that was removed is not there
        for kept in [out.out / KEPT / name_on_disk(f.name)]
    ]
    settings = CleanSettings(lowered, PassageConfig("off"), read_input_config(summary))
    job = make_job(CleanRun(files, scratch / "near", settings, workers), progress, NO_INDEX).unpack()
    decisions = decide(sketch(job), job)
    return NearMisses.split(KeptPairs.removed_by(decisions), near.threshold, MAX_NEAREST)
