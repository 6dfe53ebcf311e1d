"""The tables of a run as Markdown, into its folder and into docs/performance.md between two marks."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import msgspec
from quality import Figures, Share

PERFORMANCE = Path(__file__).parent.parent / "docs" / "performance.md"
BEGIN, END = "<!-- run: written by bench_peers.py -->", "<!-- end of run -->"
Row = dict[str, Any]


def write_tables(result: Row, folder: Path) -> None:
    """Write all tables."""
    (folder / "tables.md").write_text(render(result, folder.name), encoding="utf-8")
    if PERFORMANCE.exists() and folder.parent.name == "runs":
        head, _, rest = PERFORMANCE.read_text(encoding="utf-8").partition(BEGIN)
        tail = rest.partition(END)[2]
        text = render(result, folder.name)
        PERFORMANCE.write_text(f"{head}{BEGIN}\n{text}{END}{tail}", encoding="utf-8")


def render(result: Row, name: str) -> str:
    """Return the tables of a run."""
    machine = result["machine"]
    head = (
        f"Run of {name}: {machine['processor']}, {machine['cores']} cores, {machine['memory_gb']} GB, "
        f"Python {machine['python']}, commit {machine['commit']}, load at the start {machine['load']:.1f}. Threshold "
        f"{result['threshold']:g}, word {result['shingle_size']}-grams. Whole processes, start-up included.\n"
    )
    parts = [head, render_tools(result["tools"])]
    if "speed" in result:
        for corpus, found in result["speed"].items():
            parts.append(render_times(f"{found['documents']:,} {corpus} articles, {found['megabytes']:,.0f} MB", found))
            if "quality" in found:
                parts.append(render_quality(f"Quality on the {corpus} articles", found["quality"]))
    if "quality" in result:
        found = result["quality"]
        parts.append(
            render_quality(f"Quality on {found['documents']:,} documents with planted copies", found["quality"])
        )
        parts += [render_shares(found["quality"], field) for field in ("by_language", "by_kind")]
        parts.append(render_counts(found["quality"]))
    if "passages" in result:
        parts.append(render_passages(result["passages"]))
    if "hot" in result:
        parts.append(render_times(f"{result['hot']['documents']:,} near-copies of one story", result["hot"]))
    if "memory" in result:
        parts.append(render_times(f"{result['memory']['documents']:,} texts in memory", result["memory"]))
    if "scale" in result:
        parts.append(render_scale(result["scale"]["rows"]))
    return "\n".join(parts)


def table(title: str, head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Return a table under a title."""
    lines = [f"### {title}", "", f"| {' | '.join(head)} |", f"|{'---|' * len(head)}"]
    lines += [f"| {' | '.join(map(str, row))} |" for row in rows]
    return "\n".join(lines) + "\n"


def render_tools(tools: Sequence[Row]) -> str:
    """Return what is compared."""
    rows = []
    for tool in tools:
        name = tool["requirements"][0] if tool["requirements"] else tool["name"]
        rows.append((tool["name"], name, tool["settings"], tool["writes"], tool["problem"] or "installed"))
    return table("Tools", ("tool", "version", "settings", "writes", "here"), rows)


def render_times(title: str, found: Row) -> str:
    """Return seconds and memory, and how many times ours they are."""
    ours = next((tool for tool in found["tools"] if tool["tool"] == "dedup"), {})
    rows = []
    for tool in found["tools"]:
        if "wall_s" not in tool:
            rows.append((tool["tool"], tool["problem"], "", "", "", "", ""))
            continue
        spread = f"{tool['wall_s']:.2f} ({tool['wall_least_s']:.2f}-{tool['wall_most_s']:.2f}, {tool['runs']})"
        parts = ", ".join(f"{name} {seconds:.2f}" for name, seconds in tool["parts_s"].items())
        ratio = f"{tool['wall_s'] / ours['wall_s']:.1f} x" if "wall_s" in ours else ""
        kept = f"{tool['kept']:,}" if tool["kept"] else ""
        rows.append((tool["tool"], spread, ratio, f"{tool['cpu_s']:.1f}", f"{tool['peak_mb']:,.0f}", kept, parts))
    head = ("tool", "seconds: median (least-most, runs)", "of ours", "CPU s", "peak MB", "kept", "parts, s")
    return table(title, head, rows)


def render_quality(title: str, quality: dict[str, Row]) -> str:
    """Return the figures of every tool."""
    rows = []
    for name, row in quality.items():
        figures = msgspec.convert(row, Figures)
        rows.append(
            (
                name,
                f"{figures.kept:,}",
                show_share(figures.recall),
                show_share(figures.recall_near),
                figures.wrong,
                figures.wrong_far,
                figures.lost_groups,
                show_optional(figures.ari),
                show_optional(figures.f1),
            )
        )
    head = ("tool", "kept", "recall", "at the threshold", "wrong removals", "by far", "lost groups", "ARI", "pair F1")
    return table(title, head, rows)


def show_share(share: Share) -> str:
    """Return a share with what it is of."""
    return f"{share.value:.3f} of {share.total:,}"


def show_optional(value: float | None) -> str:
    """Return a figure that may not be there."""
    return "-" if value is None else f"{value:.3f}"


def render_shares(quality: dict[str, Row], field: str) -> str:
    """Return the recall of planted copies by language or kind."""
    figures = {name: getattr(msgspec.convert(row, Figures), field) for name, row in quality.items()}
    names = sorted({key for shares in figures.values() for key in shares})
    rows = [
        (name, *(f"{shares[key].value:.3f}" if key in shares else "" for key in names))
        for name, shares in figures.items()
    ]
    what = field.removeprefix("by_")
    return table(f"Planted copies found, by {what}", ("tool", *names), rows)


def render_counts(quality: dict[str, Row]) -> str:
    """Return the wrong removals by language."""
    names = sorted({key for row in quality.values() for key in row["by_language"]})
    rows = [(tool, *(row["wrong_by_language"].get(key, 0) for key in names)) for tool, row in quality.items()]
    return table("Wrong removals, by language", ("tool", *names), rows)


def render_passages(found: Row) -> str:
    """Return how well planted passages are found, by the share of edited words."""
    rows = []
    for name, figures in found["tools"].items():
        if "problem" in figures:
            rows.append((name, figures["problem"]))
            continue
        scores = [f"{s['plagdet']:.3f} ({s['precision']:.2f}, {s['recall']:.2f})" for s in figures["scores"].values()]
        rows.append((name, figures["settings"], *scores, f"{figures['wall_s']:.2f}", f"{figures['peak_mb']:,.0f}"))
    edits = [f"{rate} edited" for rate in found["rates"]]
    title = f"Passages planted in {found['documents']:,} articles: plagdet (precision, recall)"
    return table(title, ("tool", "finds", *edits, "seconds", "peak MB"), rows)


def render_scale(rows: Sequence[Row]) -> str:
    """Return seconds and memory against documents."""
    names = list(dict.fromkeys(tool["tool"] for row in rows for tool in row["tools"]))
    lines = []
    for row in rows:
        tools = {tool["tool"]: tool for tool in row["tools"]}
        floor = tools.get("floor", {}).get("wall_s")
        ours = tools.get("dedup", {}).get("wall_s")
        ratio = f"{ours / floor:.2f}" if floor and ours else ""
        lines.append((f"{row['documents']:,}", ratio, *(show_cell(tools.get(name)) for name in names)))
    head = ("documents", "ours / floor", *(f"{name}: s, MB" for name in names))
    return table("Grown articles: seconds and private memory", head, lines)


def show_cell(tool: Row | None) -> str:
    """Return seconds and memory of a tool, or why there are none."""
    if tool is None:
        return "not run: too slow before"
    return f"{tool['wall_s']:.1f}, {tool['peak_mb']:,.0f}" if "wall_s" in tool else str(tool["problem"])
