"""The statements and the disagreements of a comparison as CSV that a spreadsheet opens without running anything."""

from dedup.compare.model import Comparison
from dedup.output.table_file import format_csv
from dedup.report.compare.compare_names import find_headline, name_letter, name_outlet, number_statements
from dedup.report.compare.compare_text import KIND_NAMES

TEXT_FIELDS = ("letter", "outlet", "headline", "date")


def render_statements(found: Comparison) -> str:
    """Return a line for each text that makes a statement."""
    numbers = number_statements(found)
    lines = []
    for row in sorted(range(len(found.rows)), key=numbers.__getitem__):
        reference = found.reference(row)
        for cell in found.rows[row].cells:
            spans = found.outlets[cell.outlet].list_spans(cell)
            start, end = spans[0].start, spans[-1].end
            relation = found.relation(row, cell.outlet, reference)
            told = (len(found.rows[row].cells), *describe_text(found, cell.outlet), name_letter(reference))
            lines.append((numbers[row], *told, relation, start, end, found.quote(row, cell.outlet)))
    return format_csv(("statement", "texts", *TEXT_FIELDS, "reference", "relation", "start", "end", "wording"), lines)


def render_disagreements(found: Comparison) -> str:
    """Return a line for each place of a fact that does not agree."""
    numbers = number_statements(found)
    lines = [
        (n, numbers[case.row], KIND_NAMES[case.kind], *describe_text(found, fact.outlet), *span, wording, value)
        for n, case in enumerate(found.disagreements, 1)
        for fact in case.facts
        for span, value in zip(fact.spans, fact.values, strict=False)
        for wording in [span.cut(found.outlets[fact.outlet].text)]
    ]
    return format_csv(("disagreement", "statement", "kind", *TEXT_FIELDS, "start", "end", "wording", "value"), lines)


def describe_text(found: Comparison, outlet: int) -> tuple[str, str, str, str]:
    """Return the TEXT_FIELDS of one text."""
    text = found.outlets[outlet]
    return name_letter(outlet), name_outlet(text), find_headline(text), text.date
