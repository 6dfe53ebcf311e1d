"""Claims of `dedup compare` that two readers judged: how many are right, and how many it still makes.

`judged/claims.jsonl` has all entries of grade `left_out` and all disagreements of ten stories of ECB+, four texts each,
drawn and judged after the rules were fixed (23cbaea). `right`: nothing in that text says it, or the facts do differ;
`part`: it says a part, or something near; `wrong`: it says it, or the facts do not differ.
"""

import json
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from measure import run_dedup
from news import read_lines

CLAIMS = Path(__file__).parent / "judged" / "claims.jsonl"
CORPUS = "ecbplus_dev.jsonl.gz"


def list_claims(comparison: Mapping[str, Any]) -> Iterator[tuple[str, int, frozenset[tuple[int, int]]]]:
    """Yield what a comparison (JSON) claims: a kind; a text, for "left out"; where the words stand, (text, start)."""
    for entry in comparison["left_out"]:
        if entry["grade"] == "left_out":
            yield "left_out", entry["doc"], frozenset((place["doc"], place["start"]) for place in entry["says"])
    for entry in comparison["disagreements"]:
        places = frozenset((fact["doc"], start) for fact in entry["facts"] for start, _ in fact["spans"])
        yield entry["kind"], -1, places


def compare_story(texts: list[str]) -> dict[str, Any]:
    """Return the comparison of some texts by meaning, as JSON."""
    with tempfile.TemporaryDirectory() as folder:
        paths = [Path(folder) / f"{number}.txt" for number in range(len(texts))]
        for path, text in zip(paths, texts, strict=True):
            path.write_text(text, "utf-8")
        out = Path(folder) / "out.json"
        run_dedup("compare", *paths, "--engine", "semantic", "--format", "json", "-o", out)
        found: dict[str, Any] = json.loads(out.read_bytes())
    return found


def show_judged(shared: Path) -> None:
    """Print the verdicts on the claims, of all and of those that are still made."""
    claims, path = read_lines(CLAIMS), shared / "data" / CORPUS
    if not path.exists():
        print(f"\nskipped: no {path} for the judged claims")
        return
    by_id = {row["id"]: row["text"] for row in read_lines(path)}
    stories = sorted({tuple(claim["texts"]) for claim in claims})
    made = {(story, *claim) for story in stories for claim in list_claims(compare_story([by_id[i] for i in story]))}
    same = sum(claim["verdict"] == claim["verdict_2"] for claim in claims)
    print(f"\n{len(claims)} claims of {len(stories)} stories; both readers agree on {same / len(claims):.1%}")
    cells: Counter[tuple[str, str, bool]] = Counter()
    for claim in claims:
        key = (tuple(claim["texts"]), claim["kind"], claim["doc"], frozenset(map(tuple, claim["places"])))
        verdict = claim["verdict"] if claim["verdict"] == claim["verdict_2"] else "unsure"
        cells["left out" if claim["kind"] == "left_out" else "disagreement", verdict, key in made] += 1
    for kind, verdict in sorted({(kind, verdict) for kind, verdict, _ in cells}):
        still = cells[kind, verdict, True]
        print(f"  {kind:12s} {verdict:6s} {still + cells[kind, verdict, False]:3d}, still made {still:3d}")
    print(f"  made now and not judged: {len(made) - sum(n for (*_, is_made), n in cells.items() if is_made)}")
