"""`dedup clean` for Python: the same folder, and what was found as tables."""

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from dedup.config import CleanSettings
from dedup.corpus.files import find_files
from dedup.errors import DedupError
from dedup.model.argument_types import require_type
from dedup.model.run import Summary
from dedup.output.run_rows import list_tables
from dedup.pipeline.clean_files import clean
from dedup.pipeline.job import CleanRun, SilentProgress
from dedup.report.result_tables import TabularResult
from dedup.threads import count_cores

if TYPE_CHECKING:
    import pyarrow as pa

FileName = str | os.PathLike[str]
COUNTS = {"count": "string", "documents": "int64"}


@dataclass(frozen=True, repr=False)
class CleanedFiles(TabularResult):
    """The folder that a run wrote, and its summary; as a table, its counts."""

    out: Path
    summary: Summary

    @property
    def ratio(self) -> float:
        """Return the share of documents that were removed."""
        counts = self.summary.counts
        return counts.removed / counts.documents if counts.documents else 0.0

    def table(self, name: str = "removed") -> "pa.Table":
        """Return a table of the run: "documents", "removed", "clusters", "related", "passages", "rejected", ..."""
        import pyarrow as pa  # noqa: PLC0415 (for those who ask for it)

        tables = list_tables(self.out, self.summary)
        if name not in tables:
            raise ValueError(f'no table "{name}"; there are: {", ".join(tables)}')
        found = tables[name]()
        return pa.Table.from_pylist(list(found.rows), pa.schema(list(found.columns.items())))

    @property
    def _columns(self) -> Mapping[str, str]:
        return COUNTS

    def _rows(self) -> list[tuple[object, ...]]:
        counts = self.summary.counts
        main = [("documents", counts.documents), ("kept", counts.kept), ("removed", counts.removed)]
        relations = [(f"removed as {relation}", number) for relation, number in counts.removed_by_relation.items()]
        return [*main, *relations, ("rejected", counts.rejected), ("clusters", counts.clusters)]

    def __repr__(self) -> str:
        counts = self.summary.counts
        return f"CleanedFiles({str(self.out)!r}, {counts.documents:,} documents, {counts.removed:,} removed)"


def clean_files(
    inputs: FileName | Iterable[FileName],
    out: FileName,
    settings: CleanSettings | None = None,
    *,
    index: FileName | None = None,
    overwrite: bool = False,
    workers: int | None = None,
) -> CleanedFiles:
    """Remove near-duplicate documents from files: what `dedup clean INPUT... -o OUT/` does.

    inputs     files, folders and patterns
    out        folder for the result, made beside and renamed when complete
    settings   `CleanSettings(near=NearConfig(...), passages=PassageConfig(...), input=InputConfig(...))`
    index      file of an index: copies of its documents go, kept documents are added
    overwrite  replace the run that `out` holds
    workers    processes; None: one for each core

    Raises `DedupError` where files cannot be read, or the folder cannot be written.
    """
    if isinstance(inputs, (str, os.PathLike)):
        inputs = [inputs]
    names = [os.fspath(each) for each in inputs]
    if "-" in names:
        raise DedupError("- is standard input on the command line. Name files here.")
    require_type("settings", settings, CleanSettings | None)
    require_type("workers", workers, int | None)
    if workers is not None and workers < 1:
        raise ValueError(f"workers is {workers}, and has to be 1 or more.")
    settings = settings or CleanSettings()
    run = CleanRun(
        files=find_files(names, settings.input.input_format, settings.input.encoding),
        out=Path(out),
        settings=settings,
        workers=workers or count_cores(),
        overwrite=overwrite,
        index=Path(index) if index is not None else None,
    )
    summary, _ = clean(run, SilentProgress())
    return CleanedFiles(Path(out), summary)
