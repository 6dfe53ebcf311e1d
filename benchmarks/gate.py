"""Hold every quality figure above its floor in floors.toml.

    make gate
    python benchmarks/gate.py [--only COMMAND ...]           measure and compare
    python benchmarks/gate.py --raise                        lift floors to what is measured, less their slack
    python benchmarks/gate.py --lower NAME VALUE --why TEXT  the one way down: it writes the line of CHANGELOG.md too

A floor names the figure (a pattern in what its command prints) and the command; a command names its corpora with their
hashes: a figure on another corpus says nothing. A floor that once stood higher in the history needs its line in
CHANGELOG.md.
"""

import argparse
import importlib.util
import os
import re
import shlex
import subprocess
import sys
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from news import find_folder
from quality import hash_file

HERE = Path(__file__).parent
ROOT = HERE.parent
FLOORS, CHANGELOG = HERE / "floors.toml", ROOT / "CHANGELOG.md"


@dataclass(frozen=True)
class Floor:
    """What one figure must be: at least a value, or at most."""

    name: str
    command: str
    figure: str
    bound: float
    is_most: bool
    slack: float

    def holds(self, value: float) -> bool:
        """Return whether a figure is good enough."""
        return value <= self.bound if self.is_most else value >= self.bound

    def is_below(self, other: "Floor") -> bool:
        """Return whether this floor asks for less than another."""
        return self.bound > other.bound if self.is_most else self.bound < other.bound

    def tighten(self, value: float) -> float:
        """Return the bound that a figure allows."""
        return max(value, 0.0) + self.slack if self.is_most else int((value - self.slack) * 1000) / 1000

    def find(self, output: str) -> float | None:
        """Return the figure in what its command printed."""
        match = re.search(self.figure, output)
        return float(match[1].replace(",", "")) if match else None


def read_floors(text: str) -> dict[str, Floor]:
    """Return the floors of a file by name."""
    rows = tomllib.loads(text).get("floors", [])
    return {row["name"]: read_floor(row) for row in rows}


def read_floor(row: dict[str, Any]) -> Floor:
    """Return one floor."""
    is_most = "at_most" in row
    bound = row["at_most"] if is_most else row["at_least"]
    return Floor(row["name"], row["command"], row["figure"], float(bound), is_most, float(row.get("slack", 0.0)))


def fill(text: str, data: Path) -> str:
    """Put the folders of this machine into a path or command."""
    return text.format(data=data, shared=data.parent, cache=HERE / ".cache", benchmarks=HERE)


def check_corpora(settings: dict[str, Any], command: str, data: Path) -> Iterator[str]:
    """Yield what is wrong with the corpora of a command."""
    for name in settings["commands"][command]["corpora"]:
        corpus = settings["corpora"][name]
        path = Path(fill(corpus["file"], data))
        if not path.exists() and "made_by" in corpus:
            (HERE / ".cache").mkdir(exist_ok=True)
            subprocess.run([sys.executable, *shlex.split(fill(corpus["made_by"], data))], check=True)
        if not path.exists():
            yield f"{path} is not there"
        elif (found := hash_file(path)) != corpus["sha256"]:
            yield f"{path} is another corpus: sha256 {found}, not {corpus['sha256']}"


def run(settings: dict[str, Any], command: str, data: Path) -> str:
    """Run a command and return what it prints."""
    words = shlex.split(fill(settings["commands"][command]["run"], data))
    environment = {**os.environ, "DEDUP_SHARED_DATA": str(data)}
    done = subprocess.run(
        [sys.executable, *words], capture_output=True, text=True, check=False, env=environment, cwd=ROOT
    )
    if done.returncode:
        sys.exit(f"{command}: exit code {done.returncode}\n{done.stderr[-2000:]}")
    return done.stdout


def measure(settings: dict[str, Any], floors: Sequence[Floor], data: Path) -> Iterator[tuple[Floor, float | None]]:
    """Yield every floor with its figure; None where it could not be had, and why is printed."""
    for command in dict.fromkeys(floor.command for floor in floors):
        those = [floor for floor in floors if floor.command == command]
        module = settings["commands"][command].get("needs")
        if module and importlib.util.find_spec(module) is None:
            print(f"skipped: {len(those)} figures of `{command}` need {module}, which is not installed")
            continue
        problems = list(check_corpora(settings, command, data))
        print("".join(f"FAIL  {problem}\n" for problem in problems), end="")
        output = "" if problems else run(settings, command, data)
        yield from ((floor, floor.find(output)) for floor in those)


def list_lowered(now: dict[str, Floor], earlier: Sequence[str], changelog: str) -> list[str]:
    """Return the floors that once stood higher and whose lowering no line of the changelog tells."""
    lowered = {}
    for text in earlier:
        for name, before in read_floors(text).items():
            if name not in now or now[name].is_below(before):
                lowered[name] = before.bound
    missing = []
    for name, before_bound in lowered.items():
        target = f"{now[name].bound:g}" if name in now else "none"
        if not re.search(rf"floor `{re.escape(name)}` from .* to {re.escape(target)}:", changelog):
            missing.append(f"{name}: stood at {before_bound:g}, now {target}; CHANGELOG.md does not say so")
    return missing


def read_history() -> list[str]:
    """Return the earlier texts of floors.toml, as far as the history goes."""
    path = FLOORS.relative_to(ROOT).as_posix()
    log = subprocess.run(
        ["git", "log", "--format=%H", "--", path], cwd=ROOT, capture_output=True, text=True, check=False
    )
    shown = (
        subprocess.run(["git", "show", f"{commit}:{path}"], cwd=ROOT, capture_output=True, text=True, check=False)
        for commit in log.stdout.split()
    )
    return [done.stdout for done in shown if done.returncode == 0]


def set_bound(text: str, floor: Floor, bound: float) -> str:
    """Return the file with one bound replaced."""
    pattern = rf'(name = "{re.escape(floor.name)}"\n(?:[^\[].*\n)*?at_(?:least|most) = )[\d.]+'
    text, count = re.subn(pattern, lambda match: f"{match[1]}{bound:g}", text)
    assert count == 1, floor.name
    return text


def lower(name: str, value: float, why: str) -> None:
    """Lower a floor and say so in the changelog."""
    text = FLOORS.read_text(encoding="utf-8")
    floors = read_floors(text)
    if name not in floors or not why:
        sys.exit(f"{name} is not a floor of {FLOORS.name}, or --why is empty.")
    FLOORS.write_text(set_bound(text, floors[name], value), encoding="utf-8")
    line = f"- Lowered floor `{name}` from {floors[name].bound:g} to {value:g}: {why}\n"
    head, mark, tail = CHANGELOG.read_text(encoding="utf-8").partition("### Quality floors\n")
    if not mark:
        head, mark, tail = head.partition("## Unreleased\n")
        line = f"\n### Quality floors\n{line}"
    CHANGELOG.write_text(f"{head}{mark}{line}{tail}", encoding="utf-8")
    print(line.strip())


def hold(floors: Sequence[Floor], settings: dict[str, Any], data: Path, *, lift: bool) -> int:
    """Measure, compare, print; return the number of figures below their floor."""
    text, failed, measured = FLOORS.read_text(encoding="utf-8"), 0, 0
    for floor, value in measure(settings, floors, data):
        is_good = value is not None and floor.holds(value)
        failed += not is_good
        measured += 1
        sign = "<=" if floor.is_most else ">="
        shown = "none" if value is None else f"{value:g}"
        print(f"{'ok  ' if is_good else 'FAIL'}  {floor.name:<64} {shown:>8} {sign} {floor.bound:g}", flush=True)
        if lift and value is not None and is_good:
            bound = floor.tighten(value)
            if floor.is_below(Floor(floor.name, "", "", bound, floor.is_most, 0.0)):
                text = set_bound(text, floor, bound)
    if lift:
        FLOORS.write_text(text, encoding="utf-8")
    print(f"{measured} of {len(floors)} figures measured, {failed} below their floor")
    return failed


def main() -> None:
    """Hold the floors, or change them."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=find_folder())
    parser.add_argument("--only", nargs="+")
    parser.add_argument("--raise", dest="lift", action="store_true")
    parser.add_argument("--lower", nargs=2, metavar=("NAME", "VALUE"))
    parser.add_argument("--why", default="")
    options = parser.parse_args()
    if options.lower:
        lower(options.lower[0], float(options.lower[1]), options.why)
        return
    text = FLOORS.read_text(encoding="utf-8")
    settings, floors = tomllib.loads(text), read_floors(text)
    lowered = list_lowered(floors, read_history(), CHANGELOG.read_text(encoding="utf-8"))
    print("".join(f"FAIL  lowered: {line}\n" for line in lowered), end="")
    if options.data is None or not options.data.is_dir():
        print("skipped: the shared news data is not there, so no figure was measured. Name its folder with --data.")
        sys.exit(bool(lowered))
    chosen = [floor for floor in floors.values() if not options.only or floor.command in options.only]
    failed = hold(chosen, settings, options.data.resolve(), lift=options.lift)
    sys.exit(bool(failed or lowered))


if __name__ == "__main__":
    main()
