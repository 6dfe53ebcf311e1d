"""The OUT folder of a run on Spark, on any file system that Spark knows."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import msgspec

from dedup.errors import OutputError
from dedup.output.folder_marker import MARKER, MAX_MARKER_BYTES, RUN, FolderMarker, foreign_folder, is_marker
from dedup.output.run_folder import refuse_other

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

SUMMARY, CHECKPOINTS = "summary.json", "_checkpoints"
STATE = f"{CHECKPOINTS}/run.json"
WRITTEN = "_SUCCESS"  # Spark's own mark of a table that is complete


class RunState(msgspec.Struct, frozen=True):
    """What a run on Spark was begun with: a resumed one has to be the same.

    fingerprint  a short hash of settings and input
    version      of dedup
    cuts         settings of Spark by which files and documents are cut up
    """

    fingerprint: str
    version: str
    cuts: dict[str, str]


class SparkFolder:
    """A folder on any file system that Spark knows, by Hadoop's classes; `place` is a path or a URL (hdfs://, ...)."""

    def __init__(self, spark: "SparkSession", place: str) -> None:
        self.place = place.rstrip("/") or place
        self._java: Any = spark._jvm  # noqa: SLF001 (PySpark has no other way to Hadoop's file systems)
        path = self._path("")
        self._system = path.getFileSystem(spark._jsparkSession.sessionState().newHadoopConf())  # noqa: SLF001

    def _path(self, name: str) -> Any:
        return self._java.org.apache.hadoop.fs.Path(f"{self.place}/{name}" if name else self.place)

    def refuse_overlap(self, files: Iterable[str]) -> None:
        """Raise `OutputError` where an input lies in the output folder."""
        own = str(self._system.makeQualified(self._path("")).toString()).replace("file:///", "file:/") + "/"
        for file in files:
            if file.startswith(own):
                raise OutputError(
                    f"{file}: this input lies in the output folder. Choose a folder for -o outside the input."
                )

    def begin(self, state: RunState, *, resume: bool, overwrite: bool) -> RunState:
        """Make the folder, or with `resume` take over what is left of a run; return with what it was begun.

        A folder that holds anything else is refused, a run without one of the two.
        """
        if self.exists(""):
            if not self._system.getFileStatus(self._path("")).isDirectory():
                raise OutputError(f"{self.place}: is a file. Name a folder with -o.")
            if resume and self.exists(STATE) and self._has_marker():
                return self._take_over(state)
            if any(self.list("")):
                self._refuse_or_clear(overwrite=overwrite)
        self.write(MARKER, FolderMarker(RUN).to_json())
        self.write(STATE, msgspec.json.encode(state))
        return state

    def _take_over(self, state: RunState) -> RunState:
        """Remove what a run that was cut off had written but for its checkpoints."""
        try:
            begun = msgspec.json.decode(self.read(STATE), type=RunState)
        except msgspec.DecodeError:
            begun = RunState("", "", {})
        refuse_other(self.place, begun.version, has_same_settings=begun.fingerprint == state.fingerprint)
        for name in self.list(""):
            if name not in {MARKER, CHECKPOINTS}:
                self.delete(name)
        return begun

    def list_done(self) -> frozenset[str]:
        """Return the checkpoints that are complete."""
        return frozenset(name for name in self.list(CHECKPOINTS) if self.exists(f"{CHECKPOINTS}/{name}/{WRITTEN}"))

    def _refuse_or_clear(self, *, overwrite: bool) -> None:
        is_complete, is_cut_off = self.exists(SUMMARY), self.exists(CHECKPOINTS)
        if not is_complete and not is_cut_off:
            raise OutputError(
                f"{self.place}: holds files that are not a dedup run. Choose an empty or new folder with -o."
            )
        if not self._has_marker():
            raise OutputError(foreign_folder(self.place, RUN))
        if not overwrite:
            if is_complete:
                raise OutputError(
                    f"{self.place}: holds another run. Choose another folder, or replace it with --overwrite."
                )
            raise OutputError(
                f"{self.place}: holds a run that was cut off. Go on with --resume, or start anew with --overwrite."
            )
        self._system.delete(self._path(""), True)

    def _has_marker(self) -> bool:
        """Return whether our marker is in the folder."""
        path = self._path(MARKER)
        if not self._system.exists(path) or self._system.getFileStatus(path).getLen() > MAX_MARKER_BYTES:
            return False
        return is_marker(self.read(MARKER), RUN)

    def exists(self, name: str) -> bool:
        """Return whether a file or folder is there."""
        return bool(self._system.exists(self._path(name)))

    def list(self, name: str) -> list[str]:
        """Return the names in a folder."""
        return sorted(status.getPath().getName() for status in self._system.listStatus(self._path(name)))

    def rename_endings(self, folder: str, old: str, new: str) -> None:
        """Give the files of a folder another ending."""
        for name in self.list(folder):
            if not name.startswith(("_", ".")) and old in name:
                stem, _, rest = name.rpartition(old)
                self._system.rename(self._path(f"{folder}/{name}"), self._path(f"{folder}/{stem}{new}{rest}"))

    def read(self, name: str) -> bytes:
        """Return a small file."""
        stream = self._system.open(self._path(name))
        try:
            return bytes(stream.readAllBytes())
        finally:
            stream.close()

    def write(self, name: str, data: bytes) -> None:
        """Write a small file: the whole of it is there, or nothing."""
        place, part = self._path(name), self._path(f"{name}.part")
        stream = self._system.create(part)
        stream.write(bytearray(data))
        stream.close()
        self._system.delete(place, False)
        self._system.rename(part, place)

    def delete(self, name: str) -> None:
        """Remove a file or folder."""
        self._system.delete(self._path(name), True)
