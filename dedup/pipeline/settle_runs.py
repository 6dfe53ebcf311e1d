"""Runs of an index whose output is not in its place: finished, taken back, or told."""

import os
from pathlib import Path

from dedup.errors import InputError, OutputError
from dedup.index.store import IndexFile
from dedup.index.tables import COMMITTED, PUBLISHED, RunRow, mark_published
from dedup.output.finished_run import read_summary
from dedup.output.run_folder import KEPT, RunFolder
from dedup.pipeline.job import CleanRun, Progress


def list_own(runs: list[RunRow], run: CleanRun) -> list[RunRow]:
    """Return the runs of the index whose output is that of this run, in its place or beside it.

    The output itself says so too: it may have been moved. One that is a copy of an output in its place does not count.
    """
    folder = RunFolder(run.place)
    here, named = os.path.realpath(folder.out), {run_of(folder.out), run_of(folder.output)}
    rows = [row for row in runs if row.out is not None]
    return [
        row
        for row in rows
        if os.path.realpath(row.out or "") == here or (row.run in named and not stays_elsewhere(row, run))
    ]


def stays_elsewhere(row: RunRow, run: CleanRun) -> bool:
    """Return whether the output of a run of the index is in its place, and that of this run is a copy of it.

    Where a project was copied with its index, the output stands beside the index as it stood before, and another index
    of that name is there: it is the run's.
    """
    index, out = Path(os.path.realpath(run.index or ".")), row.out or ""
    beside = os.path.relpath(os.path.realpath(run.place), index.parent)
    before = Path(out.removesuffix(beside), index.name)
    is_project = out.endswith(f"/{beside}") and before.exists() and os.path.realpath(before) != str(index)
    return run_of(Path(out)) == row.run and not is_project


def list_replaced(runs: list[RunRow], run: CleanRun) -> list[RunRow]:
    """Return the runs of the index whose output is overwritten by this run, or never came to its place."""
    overwritten = run_of(run.place) if run.overwrite else None
    return [row for row in list_own(runs, run) if row.state == COMMITTED or row.run == overwritten]


def run_of(out: Path) -> str | None:
    """Return the run of an index that the summary of a folder names, None where there is none."""
    try:
        index = read_summary(out).index
    except (OSError, InputError):
        return None
    return index.run if index else None


def settle(index: IndexFile, runs: list[RunRow], run: CleanRun, progress: Progress) -> bool:
    """Bring the runs that are in the index but not in their output folder to an end, or say who has to.

    Returns whether any was. A run commits when its output is complete beside its place, and publishes it then. So of a
    run that was killed in between the output is in one of the two places, unless somebody took it away.
    """
    own, changed = list_own(runs, run), False
    for row in runs:
        if row.out is None or (row.state == PUBLISHED and row not in own):
            continue
        is_complete = settle_own(index, row, run) if row in own else settle_other(index, row)
        if is_complete and row.state == COMMITTED:
            with index.writing() as connection:
                mark_published(connection, row.run)
            progress.note(f"{index.path}: run {row.run} is complete now ({row.out})")
            changed = True
    return changed


def refuse_lost(index: IndexFile, runs: list[RunRow], run: CleanRun) -> None:
    """Raise `OutputError` where a complete run is resumed that the index does not have, or not any more."""
    if not (run.resume and RunFolder(run.out).is_finished()):
        return
    summary = read_summary(run.out)
    if summary.index and summary.fingerprint == run.fingerprint and summary.index.run not in {row.run for row in runs}:
        raise OutputError(
            f"{run.out}: is complete, but {index.path} does not have its run {summary.index.run}. Make both anew with "
            f"--overwrite, or add what was kept with `dedup index add {run.out}/{KEPT} --index {index.path}`."
        )


def settle_own(index: IndexFile, row: RunRow, run: CleanRun) -> bool:
    """Publish a run of the same output folder if it is resumed; return whether its output is in its place."""
    folder = RunFolder(run.out)
    waiting = run_of(folder.output) == row.run
    published = run_of(folder.out) == row.run
    if run.resume and (waiting or published):
        summary = read_summary(folder.output if waiting else folder.out)
        if summary.fingerprint != run.fingerprint:
            return False  # the folder itself refuses to go on with other settings
        if waiting:
            folder.publish()
        folder.discard()
        return True
    if not (waiting or published or run.resume or run.overwrite) and row.state == COMMITTED:
        raise OutputError(lost_output(index, row))
    return published and not waiting


def settle_other(index: IndexFile, row: RunRow) -> bool:
    """Return that the output of a run is in its place; it is an `OutputError` if not."""
    theirs = RunFolder(Path(str(row.out)))
    if run_of(theirs.out) == row.run:
        return True
    if run_of(theirs.output) != row.run:
        raise OutputError(lost_output(index, row))
    raise OutputError(
        f"{index.path}: run {row.run} was cut off before its output {row.out} was in place. Finish it with the same "
        f"command and --resume, or take it back with `dedup index remove --index {index.path} --run {row.run}`."
    )


def lost_output(index: IndexFile, row: RunRow) -> str:
    """Return what is wrong with a run whose output is nowhere."""
    return (
        f"{index.path}: holds run {row.run}, whose output {row.out} is not there. "
        f"Take the run back with `dedup index remove --index {index.path} --run {row.run}`."
    )
