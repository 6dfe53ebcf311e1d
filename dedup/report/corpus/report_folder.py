"""The folder of a report: made beside its final place and renamed when it is complete."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from dedup.errors import OutputError
from dedup.output.run_folder import SUMMARY, take_lock
from dedup.report.corpus.corpus_page import GENERATOR, INDEX


def default_folder(out: Path) -> Path:
    """Return where the report of a run goes if nothing else is said: beside it, because the run itself is read only.

    >>> default_folder(Path("runs/cleaned/")).as_posix().endswith("runs/cleaned-report")
    True
    """
    place = Path(os.path.abspath(out))
    return place.with_name(place.name + "-report")


@contextmanager
def report_folder(target: Path, out: Path, *, overwrite: bool) -> Iterator[tuple[Path, Path]]:
    """Give (folder that becomes the report, scratch folder); both are gone, or in place, afterwards."""
    place = Path(os.path.abspath(target))
    refuse_place(place, out, overwrite=overwrite)
    partial = place.with_name(place.name + ".partial")
    partial.mkdir(parents=True, exist_ok=True)
    lock = take_lock(partial / "lock")
    if lock is None:
        raise OutputError(f"{target}: another report is being written here. Wait for it or choose another folder.")
    with lock:
        pages, scratch = partial / "pages", partial / "scratch"
        for folder in (pages, scratch):
            shutil.rmtree(folder, ignore_errors=True)  # what a report left that was cut off
            folder.mkdir()
        try:
            yield pages, scratch
            if place.exists():
                os.replace(place, partial / "replaced")
            os.replace(pages, place)
        finally:
            shutil.rmtree(partial, ignore_errors=True)


def refuse_place(place: Path, out: Path, *, overwrite: bool) -> None:
    """Raise `OutputError` where the report must not go."""
    own = os.path.realpath(out) + os.sep
    if (os.path.realpath(place) + os.sep).startswith(own):
        raise OutputError(f"{place}: lies in the run that is reported on, which is only read. Choose another folder.")
    if not place.exists():
        return
    if not place.is_dir():
        raise OutputError(f"{place}: is a file. Name a folder with -o.")
    if not any(place.iterdir()):
        return
    if (place / SUMMARY).exists() or not is_report(place):
        raise OutputError(f"{place}: holds files that are not a report. Choose an empty or new folder with -o.")
    if not overwrite:
        raise OutputError(f"{place}: holds another report. Choose another folder, or replace it with --overwrite.")


def is_report(folder: Path) -> bool:
    """Return whether a folder holds a report that we wrote."""
    index = folder / INDEX
    return index.is_file() and GENERATOR in index.read_text(encoding="utf-8", errors="replace")[:2000]
