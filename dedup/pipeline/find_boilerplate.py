"""The boilerplate of a run: found before documents are compared, and masked in what is compared."""

from dedup.near.sketches import Sketches
from dedup.passages.boilerplate import NO_BOILERPLATE, Boilerplate, find_in_sketches, mask_tokens
from dedup.pipeline.job import Job


def mask_boilerplate(sketches: Sketches, job: Job) -> tuple[Sketches, Boilerplate]:
    """Find the boilerplate of all documents; return the sketches with it masked in the tokens that are compared."""
    if not job.settings.passages.is_on:
        return sketches, NO_BOILERPLATE
    with job.timer.measure("boilerplate"):
        found = find_in_sketches(sketches, job.settings.passages, job.workers)
        tokens_of = sketches.segments.tokens_of
        masks = ((doc, mask_tokens(tokens_of(doc), found.span[rows])) for doc, rows in found.rows_by_document())
        return sketches.with_masks(job.folder.masked, masks), found
