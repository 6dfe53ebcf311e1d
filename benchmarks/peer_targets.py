"""What a run must show, beside what it showed."""

from collections.abc import Iterator
from typing import Any

from quality import Figures

RATIOS = {"gaoya": 2.5, "rensa": 8, "datasketch": 10, "text-dedup": 20, "datatrove": 80}
OURS = "dedup"
Row = dict[str, Any]
Target = tuple[str, str, str, str]


def list_targets(result: Row) -> list[Target]:
    """Return (what, shown, must, reached or missed) of everything that was measured."""
    return [*list_speed(result), *list_quality(result), *list_scale(result)]


def mark(what: str, shown: str, must: str, *, is_met: bool) -> Target:
    """Return one target."""
    return what, shown, must, "reached" if is_met else "**missed**"


def list_speed(result: Row) -> Iterator[Target]:
    """Yield how many times longer than ours each peer takes."""
    found = result.get("speed", {}).get("grown", {})
    tools = {tool["tool"]: tool for tool in found.get("tools", [])}
    ours = tools.get(OURS, {}).get("wall_s")
    for name, least in RATIOS.items():
        seconds, problem = tools.get(name, {}).get("wall_s"), tools.get(name, {}).get("problem", "")
        what = f"{name} / dedup, {found.get('documents', 0):,} articles"
        if ours and seconds:
            yield mark(what, f"{seconds / ours:.1f} x", f">= {least:g} x", is_met=seconds >= least * ours)
        elif ours and problem.startswith("over "):
            limit = float(problem.split()[1].replace(",", ""))
            yield mark(what, f"> {limit / ours:.1f} x", f">= {least:g} x", is_met=limit >= least * ours)


def list_quality(result: Row) -> Iterator[Target]:
    """Yield recall and wrong removals on the real and on the planted documents."""
    corpora = {"real": result.get("speed", {}).get("real", {}), "planted": result.get("quality", {})}
    for name, found in corpora.items():
        if OURS not in found.get("quality", {}):
            continue
        ours = Figures.from_json(found["quality"][OURS])
        recall, wrong = ours.recall_near.value, ours.wrong
        yield mark(f"recall at the threshold, {name}", f"{recall:.4f}", ">= .99", is_met=recall >= 0.99)
        yield mark(f"wrong removals, {name}", str(wrong), "0", is_met=wrong == 0)
        if ours.by_language:
            values = [share.value for share in ours.by_language.values()]
            spread = max(values) - min(values)
            yield mark("planted copies found, spread of languages", f"{spread:.4f}", "<= .01", is_met=spread <= 0.01)


def list_scale(result: Row) -> Iterator[Target]:
    """Yield time against the floor, growth and memory."""
    rows = {row["documents"]: {t["tool"]: t for t in row["tools"]} for row in result.get("scale", {}).get("rows", [])}
    million, four = rows.get(1_000_000, {}).get(OURS, {}), rows.get(4_000_000, {}).get(OURS, {})
    if "wall_s" in million:
        ratio = million["wall_s"] / rows[1_000_000]["floor"]["wall_s"]
        peak = million["peak_mb"] / 1024
        yield mark("1,000,000 articles / floor", f"{ratio:.2f} x", "<= 4 x", is_met=ratio <= 4)
        yield mark("1,000,000 articles, private memory", f"{peak:.2f} GB", "<= 4 GB", is_met=peak <= 4)
    if "wall_s" in four and "wall_s" in million:
        ratio, peak = four["wall_s"] / million["wall_s"], four["peak_mb"] / 1024
        yield mark("4,000,000 / 1,000,000 articles", f"{ratio:.2f} x", "<= 4.5 x", is_met=ratio <= 4.5)
        yield mark("4,000,000 articles, private memory", f"{peak:.2f} GB", "<= 8 GB", is_met=peak <= 8)
