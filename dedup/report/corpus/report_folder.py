"""The folder of a report: made beside its final place and renamed when it is complete."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from dedup.errors import OutputError
from dedup.output.digests import refuse_to_delete, write_digests
from dedup.output.folder_marker import REPORT, claim, has_marker, put_in_place, refuse_link, remove_ours, take_over


def default_folder(out: Path) -> Path:
    """Return where the report of a run goes if nothing else is said: beside it, because the run itself is read only.

    >>> default_folder(Path("runs/cleaned/")).as_posix().endswith("runs/cleaned-report")
    True
    """
    place = Path(os.path.abspath(out))
    return place.with_name(place.name + "-report")


@contextmanager
def report_folder(target: Path, out: Path | None, *, overwrite: bool) -> Iterator[tuple[Path, Path]]:
    """Give (folder that becomes the report, scratch folder); both are gone, or in place, afterwards.

    `out` is the run that is reported on, if there is one.
    """
    place = Path(os.path.abspath(target))
    refuse_place(place, out, overwrite=overwrite)
    partial = place.with_name(place.name + ".partial")
    lock = take_over(partial, REPORT)
    if lock is None:
        raise OutputError(f"{target}: another report is being written here. Wait for it or choose another folder.")
    with lock:
        pages, scratch = partial / "pages", partial / "scratch"
        for folder in (pages, scratch):
            shutil.rmtree(folder, ignore_errors=True)  # what a report left that was cut off
            folder.mkdir()
        claim(pages, REPORT)
        try:
            refuse_place(place, out, overwrite=overwrite)  # again: another report may have been at work
            yield pages, scratch
            write_digests(pages)
            put_in_place(pages, place, REPORT, partial / "replaced", lambda: refuse_to_delete(place, REPORT))
        finally:
            remove_ours(partial, REPORT)


def save_page(path: Path, page: str) -> None:
    """Write one page."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(page, encoding="utf-8", newline="\n")


def refuse_place(place: Path, out: Path | None, *, overwrite: bool) -> None:
    """Raise `OutputError` where the report must not go."""
    refuse_link(place)
    if out is not None and (os.path.realpath(place) + os.sep).startswith(os.path.realpath(out) + os.sep):
        raise OutputError(f"{place}: lies in the run that is reported on, which is only read. Choose another folder.")
    if not place.exists():
        return
    if not place.is_dir():
        raise OutputError(f"{place}: is a file. Name a folder with -o.")
    if not any(place.iterdir()):
        return
    if not has_marker(place, REPORT):
        raise OutputError(
            f"{place}: holds files that are not a report of this dedup. Choose an empty or new folder with -o."
        )
    if not overwrite:
        raise OutputError(f"{place}: holds another report. Choose another folder, or replace it with --overwrite.")
    refuse_to_delete(place, REPORT)
