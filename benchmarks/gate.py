"""Hold every quality figure above its floor in floors.toml.

    make gate
    python benchmarks/gate.py [--only COMMAND ...]

A command has floors: each is a figure (a pattern in what the command prints) and its bound. A command names its corpora
with their hashes: a figure on another corpus says nothing. Who lowers a floor says why in the commit.
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


@dataclass(frozen=True)
class Floor:
    """What one figure must be: at least a value, or at most."""

    name: str
    command: str
    figure: str
    bound: float
    is_most: bool

    def holds(self, value: float) -> bool:
        """Return whether a figure is good enough."""
        return value <= self.bound if self.is_most else value >= self.bound

    def find(self, output: str) -> float | None:
        """Return the figure in the output of its command."""
        match = re.search(self.figure, output)
        return float(match[1].replace(",", "")) if match else None


def read_floors(settings: dict[str, Any]) -> list[Floor]:
    """Return the floors of the settings."""
    return [
        Floor(name, command, figure, float(bound.split()[1]), bound.startswith("<="))
        for command, known in settings["commands"].items()
        for name, figure, bound in known["floors"]
    ]


def fill(text: str, data: Path) -> str:
    """Put the folders of this machine into a path or command."""
    return text.format(data=data, shared=data.parent, cache=HERE / ".cache", benchmarks=HERE)


def name_folder(data: Path) -> dict[str, str]:
    """Return an environment that names the folder of shared data."""
    return {**os.environ, "DEDUP_SHARED_DATA": str(data)}


def check_corpora(settings: dict[str, Any], command: str, data: Path) -> Iterator[str]:
    """Yield the faults of the corpora of a command."""
    for name in settings["commands"][command]["corpora"]:
        corpus = settings["corpora"][name]
        path = Path(fill(corpus["file"], data))
        if not path.exists() and "made_by" in corpus:
            (HERE / ".cache").mkdir(exist_ok=True)
            words = shlex.split(fill(corpus["made_by"], data))
            subprocess.run([sys.executable, *words], check=True, env=name_folder(data))
        if not path.exists():
            yield f"{path} is not there"
        elif (found := hash_file(path)) != corpus["sha256"]:
            yield f"{path} is another corpus: sha256 {found}, not {corpus['sha256']}"


def run(settings: dict[str, Any], command: str, data: Path) -> str:
    """Run a command and return its output."""
    words = shlex.split(fill(settings["commands"][command]["run"], data))
    done = subprocess.run(
        [sys.executable, *words], capture_output=True, text=True, check=False, env=name_folder(data), cwd=ROOT
    )
    if done.returncode:
        sys.exit(f"{command}: exit code {done.returncode}\n{done.stderr[-2000:]}")
    return done.stdout


def measure(settings: dict[str, Any], floors: Sequence[Floor], data: Path) -> Iterator[tuple[Floor, float | None]]:
    """Yield every floor with its figure; None for a figure that its command did not print."""
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


def hold(floors: Sequence[Floor], settings: dict[str, Any], data: Path) -> int:
    """Measure, compare, print; return the number of figures below their floor."""
    failed = measured = 0
    for floor, value in measure(settings, floors, data):
        is_good = value is not None and floor.holds(value)
        failed += not is_good
        measured += 1
        sign = "<=" if floor.is_most else ">="
        shown = "none" if value is None else f"{value:g}"
        print(f"{'ok  ' if is_good else 'FAIL'}  {floor.name:<64} {shown:>8} {sign} {floor.bound:g}", flush=True)
    print(f"{measured} of {len(floors)} figures measured, {failed} below their floor")
    return failed


def main() -> None:
    """Hold the floors."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=find_folder())
    parser.add_argument("--only", nargs="+")
    options = parser.parse_args()
    settings = tomllib.loads((HERE / "floors.toml").read_text(encoding="utf-8"))
    if options.data is None or not options.data.is_dir():
        print("skipped: the shared news data is not there, so no figure was measured. Name its folder with --data.")
        return
    chosen = [floor for floor in read_floors(settings) if not options.only or floor.command in options.only]
    sys.exit(bool(hold(chosen, settings, options.data.resolve())))


if __name__ == "__main__":
    main()
