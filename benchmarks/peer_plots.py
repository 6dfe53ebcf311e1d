"""The plots of a run: seconds and memory against documents."""

from collections import defaultdict
from pathlib import Path
from typing import Any

from svg import Line, draw, fit_axis

PLOTS = (("wall_s", "seconds", "time.svg"), ("peak_mb", "private memory, MB", "memory.svg"))


def draw_plots(result: dict[str, Any], folder: Path) -> None:
    """Write a plot for each figure of the section scale."""
    rows = result.get("scale", {}).get("rows", [])
    for key, name, file in PLOTS:
        lines: dict[str, list[tuple[float, float]]] = defaultdict(list)
        for row in rows:
            for tool in row["tools"]:
                if tool.get(key):
                    lines[tool["tool"]].append((row["documents"], tool[key]))
        if not lines:
            continue
        points = [point for line in lines.values() for point in line]
        x = fit_axis("documents", [point[0] for point in points])
        y = fit_axis(name, [point[1] for point in points])
        plot = draw(f"{name[0].upper()}{name[1:]} against documents", [Line(*line) for line in lines.items()], x, y)
        (folder / file).write_text(plot, encoding="utf-8")
