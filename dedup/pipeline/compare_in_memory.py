"""Differences and comparisons of texts in memory, with results that show themselves."""

from collections.abc import Iterable, Mapping
from dataclasses import fields
from html import escape
from typing import TYPE_CHECKING, Any, Unpack

from dedup.compare.engine import compare_documents
from dedup.compare.model import Comparison
from dedup.diff.engine import diff_texts as find_differences
from dedup.diff.model import Diff, TextNames
from dedup.model.argument_types import require_type
from dedup.model.documents import Document
from dedup.story_config import CompareConfig

if TYPE_CHECKING:
    from dedup.pipeline.take_documents import FieldNames


class TextDiff(Diff):
    """The difference of two texts, which renders itself."""

    def to_html(self, old: str = "old", new: str = "new") -> str:
        """Return a page of what changed; the arguments are what the texts are called there."""
        from dedup.report.diff.diff_html import render_html  # noqa: PLC0415 (for those who look at it)

        return render_html(self, TextNames(old, new))

    def invert(self) -> "TextDiff":
        """Return the difference from the new text to the old."""
        return TextDiff(**copy_fields(super().invert()))

    def _repr_html_(self) -> str:
        return frame_page(self.to_html())


class TextComparison(Comparison):
    """The comparison of several texts, which renders itself."""

    def to_html(self) -> str:
        """Return the page of the story."""
        from dedup.report.compare.compare_html import render_html  # noqa: PLC0415 (for those who look at it)

        return render_html(self)

    def _repr_html_(self) -> str:
        return frame_page(self.to_html())


def copy_fields(found: Diff | Comparison) -> dict[str, Any]:
    """Return the fields of a result by name."""
    return {field.name: getattr(found, field.name) for field in fields(found)}


def frame_page(page: str) -> str:
    """Return a page as a frame of its own for a notebook: its styles stay inside, and nothing in it runs."""
    style = "width: 100%; height: 32em; border: 1px solid #8888"
    return f'<iframe sandbox="" srcdoc="{escape(page)}" style="{style}"></iframe>'


def diff_texts(old: str, new: str) -> TextDiff:
    """Find what changed from one text to another, by sentence and word; what only moved is told apart.

    >>> diff = diff_texts("He left in 2013.", "He left in 2023.")
    >>> diff
    Diff(1 edits, 0 moves, similarity 0.750)
    >>> diff.apply("He left in 2013."), diff.to_html()[:15]
    ('He left in 2023.', '<!DOCTYPE html>')
    """
    require_type("old", old, str)
    require_type("new", new, str)
    return TextDiff(**copy_fields(find_differences(old, new)))


def compare_texts(
    texts: Mapping[str, str] | Iterable[object],
    *,
    base: str | None = None,
    engine: str = "auto",
    model: str | None = None,
    dates: Mapping[str, str] | None = None,
    **names: Unpack["FieldNames"],
) -> TextComparison:
    """Compare 2 to 50 texts about one event.

    texts   by name; or documents as `deduplicate` takes them, each called by its outlet where it has one of its own,
            else by its id
    text, id, title, date, outlet, url   names of entries or columns of documents, as for `deduplicate`
    base    name of the text that the others are compared with; None: the earliest by date, else the one that says most
            of what the others say
    engine  "lexical", "semantic" (needs the extra `newsdedup[semantic]`) or "auto"; `result.engine` says what ran
    model   folder of an ONNX sentence model
    dates   by name, where the documents have none

    Raises `DedupError` on what cannot be compared, or where the engine that was asked for cannot run.

    >>> compare_texts({"ap": "One cat sat.", "bbc": "One cat sat."}, engine="lexical")
    Comparison(2 texts, 1 rows, 1 strong links, 0 disagreements, lexical)
    """
    if isinstance(texts, Mapping):
        if names:
            raise TypeError(f'there is no argument "{next(iter(names))}" where texts are given by name.')
        documents = [Document(name, each) for name, each in texts.items()]
    else:
        from dedup.pipeline.collect_documents import name_documents  # noqa: PLC0415 (they need Arrow, a dict does not)
        from dedup.pipeline.take_documents import name_facts, take_documents  # noqa: PLC0415 (the same)

        documents = name_documents(name_facts(take_documents(texts, **names)))
    for document in documents:
        if not isinstance(document.text, str):
            raise TypeError(f'the text of "{document.id}" is no str: {document.text!r:.80}')
    known = dates or {}
    dated = [Document(d.id, d.text, {**d.fields, "date": known[d.id]}) if d.id in known else d for d in documents]
    return TextComparison(**copy_fields(compare_documents(dated, CompareConfig(engine=engine, base=base, model=model))))
