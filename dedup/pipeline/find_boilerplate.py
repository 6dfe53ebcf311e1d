"""The boilerplate of a run: found before documents are compared, and masked in what is compared."""

from pathlib import Path

from dedup.near.sketches import Sketches
from dedup.passages.boilerplate import NO_BOILERPLATE, Boilerplate, find_in_sketches, mask_tokens
from dedup.pipeline.job import Job


def mask_boilerplate(sketches: Sketches, job: Job) -> tuple[Sketches, Boilerplate]:
    """Find the boilerplate of all documents; return the sketches with it masked in the tokens that are compared."""
    if not job.settings.passages.is_on:
        return sketches, NO_BOILERPLATE
    with job.timer.measure("boilerplate"):
        found = find_in_sketches(sketches, job.settings.passages, job.workers)
        return mask(sketches, found, job.folder.masked), found


def mask(sketches: Sketches, boilerplate: Boilerplate, path: Path) -> Sketches:
    """Return the sketches with boilerplate masked in the tokens that are compared, which are written to a file."""
    tokens_of = sketches.segments.tokens_of
    masks = ((doc, mask_tokens(tokens_of(doc), boilerplate.span[rows])) for doc, rows in boilerplate.rows_by_document())
    return sketches.with_masks(path, masks)
