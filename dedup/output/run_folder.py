"""The OUT folder: made beside its final place and renamed when it is complete."""

import os
import shutil
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import IO

from dedup.corpus.files import SourceFile
from dedup.errors import OutputError
from dedup.output.confined_paths import create_within
from dedup.output.digests import refuse_to_delete
from dedup.output.folder_marker import (
    MARKER,
    RUN,
    claim,
    has_marker,
    is_plain,
    put_in_place,
    read_start,
    refuse_foreign,
    refuse_link,
    remove_ours,
    take_over,
)
from dedup.text.printed_paths import name_on_disk
from dedup.version import __version__

KEPT, SET_ASIDE, ANNOTATED = "kept", "set_aside", "annotated"
EDITED, PASSAGES, BOILERPLATE = "edited.jsonl", "passages.jsonl", "boilerplate.jsonl"
EDITS, LOCATED, QUOTES, ASIDE = "edits.arrow", "located.arrow", "quotes.arrow", "aside"
READ_AGAIN = "again.arrow"
RELATED, SUSPICIOUS = "related.jsonl", "suspicious.jsonl"
REMOVED, REJECTED, CLUSTERS, SUMMARY = "removed.jsonl", "rejected.jsonl", "clusters.jsonl", "summary.json"
OUT_FILES = (EDITED, PASSAGES, BOILERPLATE, REMOVED, RELATED, SUSPICIOUS, REJECTED, CLUSTERS)
OUT_FOLDERS = (*(name.removesuffix(".jsonl") for name in OUT_FILES), KEPT, "_checkpoints")  # of Spark
SPARK_NAMES = {MARKER, SUMMARY, *OUT_FOLDERS}


@dataclass(frozen=True)
class RunFolder:
    """Where a run works: `OUT.partial/`, with segments and the output in the making; `out` is its final place."""

    out: Path

    @cached_property
    def partial(self) -> Path:
        """Return the folder of an unfinished run."""
        place = Path(os.path.abspath(self.out))
        if not place.name:
            raise OutputError(f"{self.out}: is not a place for a result. Name a new folder with -o.")
        return place.with_name(place.name + ".partial")

    @property
    def segments(self) -> Path:
        """Return the folder of finished segments."""
        return self.partial / "segments"

    @cached_property
    def output(self) -> Path:
        """Return the folder that becomes OUT."""
        return self.partial / "out"

    @cached_property
    def parts(self) -> Path:
        """Return the folder of pieces that shards write and the run joins."""
        return self.partial / "parts"

    @property
    def masked(self) -> Path:
        """Return the file of tokens with boilerplate masked."""
        return self.partial / "masked.arrow"

    @property
    def known(self) -> Path:
        """Return the name of the files of tokens of documents that an index holds."""
        return self.partial / "known"

    @property
    def holders(self) -> Path:
        """Return the same of documents that an index holds and that may contain new ones."""
        return self.partial / "holders"

    @property
    def unpacked(self) -> Path:
        """Return the folder of plain copies of packed input files."""
        return self.partial / "unpacked"

    def keep_seed(self, seed: int | None) -> int:
        """Return the secret seed of this run, 64 bits: that of its index, or one that is drawn for a new index.

        It stays what it is as long as the segments do. Segments that were made under another one are deleted.
        """
        place = self.segments / "seed"
        made_under = int.from_bytes(read_start(place)[:8], "little") if is_plain(place) else None
        if made_under is not None and seed in {None, made_under}:
            return made_under
        shutil.rmtree(self.segments)
        self.segments.mkdir()
        kept = os.urandom(8) if seed is None else seed.to_bytes(8, "little")
        with create_within(self.segments, place.name) as file:
            file.write(kept)
            os.fchmod(file.fileno(), 0o600)
        return int.from_bytes(kept, "little")

    def output_place(self, folder: str, file: SourceFile) -> Path:
        """Return the place of what a folder of the output has of an input file."""
        return self.output / folder / name_on_disk(file.name)

    def place(self, folder: str, file: SourceFile) -> Path:
        """Return where that is written, in a folder that is there: if it is packed afterwards, elsewhere."""
        place = self.output_place(folder, file)
        if file.is_repacked:
            place = self.parts / "plain" / folder / name_on_disk(file.name)
        if not place.parent.exists():
            place.parent.mkdir(parents=True, exist_ok=True)
        return place

    def part(self, shard_index: int, name: str) -> Path:
        """Return the piece of an output file that one shard writes."""
        return self.parts / f"{shard_index:06d}.{name}"

    def is_finished(self) -> bool:
        """Return whether OUT holds a complete run and no run is under way beside it."""
        refuse_link(self.out)
        return has_marker(self.out, RUN) and (self.out / SUMMARY).is_file() and not self._marker.exists()

    def is_written(self) -> bool:
        """Return whether the output is complete, and only not in its place."""
        return (self.output / SUMMARY).is_file()

    @property
    def _marker(self) -> Path:
        """Return the file that marks a run in progress, with a fingerprint of its input and settings."""
        return self.partial / "fingerprint"

    def refuse_overlap(self, locations: Iterable[str]) -> None:
        """Raise `OutputError` where an input lies in the folders that the run writes."""
        own = [os.path.realpath(folder) + os.sep for folder in (self.out, self.partial)]
        for location in locations:
            if os.path.realpath(location).startswith(tuple(own)):
                raise OutputError(
                    f"{location}: this input lies in the output folder. Choose a folder for -o outside the input."
                )

    def discard(self) -> None:
        """Remove what an unfinished run left; a folder that is not ours stays."""
        with suppress(OSError):
            remove_ours(self.partial, RUN)

    def begin(self, fingerprint: str, *, resume: bool, overwrite: bool) -> IO[bytes]:
        """Make or take over the partial folder and lock it; return the lock, to be held until the end.

        A finished OUT, or a run that was cut off, is an `OutputError` that names the flag to use. What is there is
        looked at under the lock: another run may have been at work.
        """
        refuse_link(self.out)
        if not self._marker.exists():  # nothing is made for a run that is refused
            self._refuse_or_accept(fingerprint, resume=resume, overwrite=overwrite)
        lock = take_over(self.partial, RUN)
        if lock is None:
            raise OutputError(f"{self.out}: another run is writing here. Wait for it or choose another folder.")
        try:
            self._refuse_or_accept(fingerprint, resume=resume, overwrite=overwrite)
            if (self.out / SUMMARY).exists():
                self._refuse_added()  # once: it reads all of OUT
        except BaseException:
            if not self._marker.exists():
                self.discard()
            lock.close()
            raise
        if not resume:
            shutil.rmtree(self.segments, ignore_errors=True)
        for folder in (self.output, self.parts):
            shutil.rmtree(folder, ignore_errors=True)
        claim(self.output, RUN)
        for folder in (self.segments, self.output / KEPT, self.parts):
            folder.mkdir(parents=True, exist_ok=True)
        with create_within(self.partial, self._marker.name) as file:
            file.write(f"{fingerprint} {__version__}".encode())
        return lock

    def _refuse_or_accept(self, fingerprint: str, *, resume: bool, overwrite: bool) -> None:
        """Raise `OutputError` where OUT, or what a run left that was cut off, is not to be gone on with or replaced."""
        cut_off = self._marker.exists()
        if self.out.exists():
            self._refuse_finished(overwrite=overwrite or (resume and cut_off))
        if cut_off and not (resume or overwrite):
            raise OutputError(
                f"{self.partial}: a run that was cut off. Go on with --resume, or start anew with --overwrite."
            )
        if resume and cut_off:
            begun_with, _, version = read_start(self._marker).decode(errors="replace").partition(" ")
            refuse_other(str(self.partial), version, has_same_settings=begun_with == fingerprint)

    def _refuse_finished(self, *, overwrite: bool) -> None:
        if not self.out.is_dir():
            raise OutputError(f"{self.out}: is a file. Name a folder with -o.")
        if not any(self.out.iterdir()):
            return
        if not (self.out / SUMMARY).exists():
            raise OutputError(
                f"{self.out}: holds files that are not a dedup run. Choose an empty or new folder with -o."
            )
        refuse_foreign(self.out, RUN)
        if not overwrite:
            raise OutputError(f"{self.out}: holds another run. Choose another folder, or replace it with --overwrite.")

    def _refuse_added(self) -> None:
        """Raise an error where a file of OUT is not as the run wrote it; of Spark's, only names are known."""
        if not SPARK_NAMES.issuperset(name for name in os.listdir(self.out) if not name.endswith(".crc")):  # of Hadoop
            refuse_to_delete(self.out, RUN, apart=[SUMMARY])

    def publish(self) -> None:
        """Put the finished output in its place and remove what the run worked with."""
        shutil.rmtree(self.parts, ignore_errors=True)
        put_in_place(self.output, self.out, RUN, self.partial / "replaced", self._refuse_added)
        remove_ours(self.partial, RUN)


def refuse_other(place: str, version: str, *, has_same_settings: bool) -> None:
    """Refuse to go on with what was begun with other settings, or by another dedup."""
    if not has_same_settings:
        raise OutputError(
            f"{place}: the run that was cut off had other input files or settings. "
            "Give the same ones, or start anew with --overwrite."
        )
    if version != __version__:
        raise OutputError(
            f"{place}: the run that was cut off was one of dedup {version or '?'}, and this is "
            f"{__version__}. Go on with that one, or start anew with --overwrite."
        )
