"""The result of `dedup bench` for a terminal."""

from collections.abc import Iterator

from dedup.model.bench_results import Bench, Fates, Rate
from dedup.report.wrapping import Piece, wrap_pieces
from dedup.text.control_characters import make_safe, show_line

BAR = 30  # columns


def render_terminal(found: Bench, width: int) -> str:
    """Return the result as lines of text."""
    blocks = [
        list_corpus(found),
        list_stages(found),
        list_projections(found),
        list_judged(found),
        list_recall(found),
        list_passages(found),
        list_suggestions(found),
        list_pairs(found, min(width, 120)),
        (f"Note: {note}." for note in found.notes),
    ]
    return "\n".join("\n".join(lines) + "\n" for block in blocks if (lines := list(block)))


def list_corpus(found: Bench) -> Iterator[str]:
    """Yield what the corpus is and what goes."""
    counts = found.counts
    size = f"{counts.documents:,} documents, {found.bytes / 1e6:,.1f} MB"
    yield f"{size}, threshold {found.threshold:g}, shingles of {found.shingle_size} words"
    share = 100 * counts.removed / counts.documents if counts.documents else 0
    yield f"removed {counts.removed:,} ({share:.1f} %), in {counts.clusters:,} clusters"
    for relation, number in counts.removed_by_relation.items():
        if number:
            yield f"  {relation:<12}{number:>9,}"
    for limit in found.limits:
        yield f"LIMIT: {limit.limit} {limit.value:,} was hit {limit.hits:,} times: {limit.effect}"


def list_stages(found: Bench) -> Iterator[str]:
    """Yield where the time goes."""
    memory = f", {found.peak_mb:,.0f} MB of private memory at most" if found.peak_mb else ""
    yield f"{found.seconds:.2f} s{memory}"
    for stage in found.stages:
        speed = found.bytes / 1e6 / stage.seconds if stage.seconds else 0
        bar = "#" * round(BAR * stage.seconds / found.seconds) if found.seconds else ""
        yield f"  {stage.stage:<12}{stage.seconds:>9.2f} s{speed:>9,.0f} MB/s  {bar}"


def list_projections(found: Bench) -> Iterator[str]:
    """Yield what more of the same would take."""
    if found.projections:
        yield "More of the same would take, by the marginal cost of a document"
    for projection in found.projections:
        memory = f"{projection.peak_mb:>12,.0f} MB" if projection.peak_mb else ""
        seconds = format_seconds(projection.seconds)
        yield f"  {projection.factor:>4}x{projection.documents:>14,} documents{seconds:>12}{memory}"


def format_seconds(seconds: float) -> str:
    """Return a duration as a person says it.

    >>> format_seconds(42), format_seconds(4000)
    ('42 s', '67 min')
    """
    if seconds < 120:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 7200 else f"{seconds / 3600:.1f} h"


def list_judged(found: Bench) -> Iterator[str]:
    """Yield what becomes of judged pairs."""
    judged = found.judged
    if judged is None:
        return
    absent = f", {judged.absent:,} of them not in these files" if judged.absent else ""
    yield f"{judged.pairs:,} judged pairs{absent}"
    for verdict, fates in (("right", judged.right), ("wrong", judged.wrong), ("contested", judged.contested)):
        other = f", {fates.other:,} where one goes because of another document" if fates.other else ""
        if verdict != "contested" or fates != Fates(0, 0, 0):
            yield f"  {verdict:<11}{fates.go:>6,} go, {fates.stay:>6,} stay{other}"
    if judged.precision:
        yield f"  right, of those that go  {format_rate(judged.precision)}"


def list_recall(found: Bench) -> Iterator[str]:
    """Yield what was found of the planted copies."""
    if found.recall is None:
        return
    yield f"Copies planted in {found.sample:,} of these documents"
    yield f"  found of those at {found.threshold:g} and above  {format_rate(found.recall)}"
    for relation, number in found.stay.items():
        yield f"    of which {number:,} stay: {relation}"
    if found.correct:
        yield f"  removals with a kept document at it   {format_rate(found.correct)}"
    yield ""
    yield "  by similarity"
    for band in found.bands:
        yield f"    {band.low:.2f} to {band.high:.2f}   {format_rate(band.found)}"
    yield ""
    yield "  by kind                   mean similarity   found, of those at the threshold"
    for kind in found.kinds:
        rate = format_rate(kind.found) if kind.found.total else "-"
        rate += f", {kind.stay:,} stay" if kind.stay else ""
        yield f"    {kind.kind:<24}{kind.mean_similarity:>13.2f}   {rate}"


def format_rate(rate: Rate) -> str:
    """Return a share with its interval."""
    return f"{rate.share:7.1%}  ({rate.low:.1%} to {rate.high:.1%}, {rate.hits:,} of {rate.total:,})"


def list_passages(found: Bench) -> Iterator[str]:
    """Yield how passages were found."""
    score = found.passages
    if score is None:
        return
    yield f"{score.cases} passages of 20 to 200 words planted, {score.edit_rate:.0%} of their words edited"
    yield f"  plagdet {score.plagdet:.3f} ({score.plagdet_low:.3f} to {score.plagdet_high:.3f})"
    yield f"  precision {score.precision:.3f}, recall {score.recall:.3f}, granularity {score.granularity:.2f}"


def list_suggestions(found: Bench) -> Iterator[str]:
    """Yield what each threshold and shingle size would remove."""
    if not found.suggestions:
        return
    sizes = sorted({s.shingle_size for s in found.suggestions})
    yield "Removed at each threshold, by words in a shingle"
    yield "  threshold" + "".join(f"{size:>16}" for size in sizes)
    for threshold in sorted({s.threshold for s in found.suggestions}):
        cells = [s for s in found.suggestions if s.threshold == threshold]
        row = "".join(f"{cell.removed:>9,} {cell.share:>5.1%}" for cell in sorted(cells, key=lambda c: c.shingle_size))
        yield f"  {threshold:>9.2f} {row}"


def list_pairs(found: Bench, width: int) -> Iterator[str]:
    """Yield pairs around each threshold, for a person to say from where on they are copies."""
    if found.pairs:
        yield "Pairs around each threshold: from where on are they copies of each other?"
    threshold = 0.0
    for pair in found.pairs:
        if pair.threshold != threshold:
            threshold = pair.threshold
            yield f"  around {threshold:.2f}"
        yield f"    {pair.similarity:.3f}  {show_line(pair.ids[0])}  and  {show_line(pair.ids[1])}"
        for opening in pair.openings:
            for line in wrap_pieces([Piece(make_safe(opening))], width - 11)[:1]:
                yield "           " + "".join(piece.text for piece in line)
