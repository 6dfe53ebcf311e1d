"""Compare all that the commands of dedup write with what they write at another commit.

    python scripts/same_output.py                   this working tree against the last commit
    python scripts/same_output.py 3fc97d7 --quick   examples only, without Spark

Each group of command lines in `same_output.toml` runs twice: with the code of this working tree and with that of the
commit. Files, terminal output and exit codes are compared; the exit code is 1 if anything differs. Outputs of the
commit stay in the system's folder for temporary files, so a second call is quicker.
"""

import argparse
import fcntl
import gzip
import hashlib
import importlib.metadata
import io
import itertools
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import time
import tomllib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pyarrow.parquet
import zstandard
from same_output_inputs import make_inputs, shared_data

ROOT = Path(__file__).resolve().parent.parent
COMMANDS = Path(__file__).with_suffix(".toml")

# What differs between two runs of the same code, in file names and content. Nothing else is left out, but for the
# database of an index (its exports are compared), locks, checksums of Hadoop, and the bytes of a compressed file if
# what it holds is equal.
VARIES = [
    (r'"(seconds|peak_mb)": ?[\d.e+-]+', r'"\1": #'),
    (r'"seconds": ?\{[^}]*\}', '"seconds": #'),
    (r'\s*"compile_s": ?[\d.]+,?', ""),  # seconds, and no field of older runs
    (r'"versions": ?\{[^}]*\}', '"versions": #'),
    (r"(MB in )[\d.]+ s .*", r"\1#"),  # the last line of a summary: seconds of each stage and peak memory
    (r'(<tr><td>[a-z, ]+</td>)(<td class="count">[\d.]+</td>){2}(?=</tr>)', r"\1#"),  # the same in a report
    (r"(?m)^([a-z]+),[\d.]+,[\d.]+(?=\r?$)", r"\1,#"),  # in its tables/stages.csv, and the digests of what has them
    (r"(?m)^[0-9a-f]{64}(?=  (index\.html|summary\.json|tables/stages\.csv)$)", "DIGEST"),
    (r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+.\d:Z]*(?=[\"  ])", "TIME"),  # when a run of an index was made
    (r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", "UUID"),  # files of Spark's writers
    (
        r"(?m)^(compiling kernels|kernels compiled in|WARNING: |Setting default log level|To adjust logging level).*\n",
        "",
    ),
]
KEPT = 8  # packages of which outputs are kept
SHOWN = 4  # differences of one group that are printed
LEFT_OUT = {".duckdb", ".lock", ".wal", ".crc", ".done"}
# Digests of settings, compared apart: of a run, of the words of an index, in the name of a run.
FINGERPRINT = re.compile(
    r'(?<="fingerprint": ")\w+|(?<="words": ")\w{16}\b|(?<=words )\w{16}\b|(?<=\b\d{4}-)[0-9a-f]{8}\b'
)
UNKNOWN = re.compile(r"^.*(?:No such option|No such command|is not one of|unexpected extra argument).*$", re.MULTILINE)


@dataclass(frozen=True)
class Side:
    """One of the two: its name, the folder of its package, and the folder where its commands run."""

    name: str
    code: Path
    work: Path

    def run(self, group: str, lines: list[str]) -> None:
        """Run a group of command lines, once; what each prints goes into a file beside its other output."""
        out = self.work / folder_name(group)
        if (out / ".done").exists():
            return
        shutil.rmtree(out, ignore_errors=True)
        out.mkdir()
        environment = os.environ | {"PYTHONPATH": str(self.code), "COLUMNS": "100", "TZ": "UTC", "LC_ALL": "C.UTF-8"}
        environment["XDG_CACHE_HOME"] = str(self.work / "cache")
        for number, line in enumerate(lines, 1):
            command = f"{sys.executable} -m dedup {line.replace('OUT', out.name)}"
            ran = subprocess.run(
                ["/bin/sh", "-c", command], cwd=self.work, env=environment, capture_output=True, check=False
            )
            head = f"$ dedup {line}\nexit code {ran.returncode}\n".encode()
            (out / f"printed-{number:02}").write_bytes(head + ran.stdout + b"--- stderr\n" + ran.stderr)
        (out / ".done").touch()


def folder_name(group: str) -> str:
    """Return the name of the folder of a group."""
    return re.sub(r"\W+", "-", group).strip("-")


def read_groups(*, quick: bool) -> dict[str, list[str]]:
    """Return the command lines of each group: Spark and shared data only where they are wanted and there."""
    sections = tomllib.loads(COMMANDS.read_text("utf-8"))
    if quick:
        return sections["examples"]
    return sections["spark"] | sections["examples"] | (sections["shared"] if shared_data().is_dir() else {})


def git(*arguments: str) -> bytes:
    """Return what a git command prints."""
    return subprocess.run(["git", "-C", str(ROOT), *arguments], check=True, capture_output=True).stdout  # noqa: S607


def base_side(commit: str) -> Side:
    """Return the side of a commit. Its outputs are kept as long as nothing changes that they depend on."""
    package = git("rev-parse", f"{commit}:dedup").decode().strip()
    versions = sorted((package.name, package.version) for package in importlib.metadata.distributions())
    depends = repr((sys.version, versions, shared_data().is_dir(), git("ls-files", "-s", "examples")))
    sources = b"".join(path.read_bytes() for path in sorted(COMMANDS.parent.glob("same_output*")))
    key = hashlib.blake2b(sources + depends.encode(), digest_size=6).hexdigest()
    store = Path(tempfile.gettempdir()) / f"dedup-same-output-{os.getuid()}"
    side = Side(commit, store / package, store / package / key)
    side.code.mkdir(parents=True, exist_ok=True)
    os.utime(side.code)
    for old in sorted(store.iterdir(), key=os.path.getmtime)[:-KEPT]:
        shutil.rmtree(old, ignore_errors=True)
    return side


def prepare(side: Side) -> None:
    """Make the package and the inputs of the side of a commit, unless an earlier call did."""
    if not (side.code / "dedup").exists():
        with tempfile.TemporaryDirectory(dir=side.code) as part:
            with tarfile.open(fileobj=io.BytesIO(git("archive", side.name, "dedup"))) as archive:
                archive.extractall(part, filter="data")
            (Path(part) / "dedup").rename(side.code / "dedup")
    if not (side.work / "in").exists():
        shutil.rmtree(side.work, ignore_errors=True)
        make_inputs(side.work / "part")
        (side.work / "part").rename(side.work / "in")


def check_import(side: Side) -> None:
    """Stop if Python would run another package than that of the side."""
    find = "import importlib.util; print(importlib.util.find_spec('dedup').origin)"
    environment = os.environ | {"PYTHONPATH": str(side.code)}
    found = subprocess.check_output([sys.executable, "-c", find], cwd=side.work, env=environment, text=True).strip()
    if Path(found).resolve() != (side.code / "dedup" / "__init__.py").resolve():
        sys.exit(f"error: {side.name}: Python finds {found}, not the package in {side.code}")


def files_of(side: Side, group: str) -> dict[str, Path]:
    """Return what a group wrote, by path below the work folder; folders are left out."""
    found = (side.work / folder_name(group)).rglob("*")
    files = [path for path in found if path.is_file() and path.suffix not in LEFT_OUT and path.name not in LEFT_OUT]
    return {mask(str(path.relative_to(side.work))): path for path in files}


def mask(text: str) -> str:
    """Replace all that differs between two runs of the same code."""
    for pattern, replacement in VARIES:
        text = re.sub(pattern, replacement, text)
    return text


def content(side: Side, path: Path) -> str:
    """Return the masked text of a file: unpacked, of a Parquet file its schema and rows."""
    data = path.read_bytes()
    if path.suffix == ".parquet":
        table = pyarrow.parquet.read_table(path)
        data = "\n".join([str(table.schema), *map(repr, table.to_pylist())]).encode()
    elif path.suffix == ".gz":
        data = gzip.decompress(data)
    elif path.suffix == ".zst":
        data = zstandard.ZstdDecompressor().stream_reader(data, read_across_frames=True).read()
    text = data.decode("utf-8", "surrogateescape")
    return mask(text.replace(str(side.work), "WORK").replace(str(side.code), "CODE"))


def first_difference(name: str, old: str, new: str) -> str:
    """Return the first line that two texts do not share, of both, around the first character that differs."""
    pairs = itertools.zip_longest(old.splitlines(), new.splitlines(), fillvalue="(no such line)")
    for number, (a, b) in enumerate(pairs, 1):
        if a != b:
            equal = sum(1 for _ in itertools.takewhile(lambda pair: pair[0] == pair[1], zip(a, b, strict=False)))
            start = max(0, equal - 60)
            return f"{name}, line {number}\n    - {a[start : start + 160]!r}\n    + {b[start : start + 160]!r}"
    return f"{name}: line ends"


def differences(group: str, old: Side, new: Side) -> list[str]:
    """Return what differs between the outputs of both sides, a text for each file."""
    before, after = files_of(old, group), files_of(new, group)
    found = [
        f"{name}: only {side.name} writes it"
        for side, names in ((old, before.keys() - after.keys()), (new, after.keys() - before.keys()))
        for name in sorted(names)
    ]
    for name in sorted(before.keys() & after.keys()):
        if before[name].read_bytes() == after[name].read_bytes():
            continue
        texts = [content(side, files[name]) for side, files in ((old, before), (new, after))]
        prints = [sorted(set(FINGERPRINT.findall(text))) for text in texts]
        bare = [FINGERPRINT.sub("#", text) for text in texts]
        unknown = [side.name for side, text in zip((old, new), texts, strict=True) if UNKNOWN.search(text)]
        if bare[0] != bare[1]:
            why = f"{unknown[0]} has no such command line: " if len(unknown) == 1 else ""
            found.append("differs: " + why + first_difference(name, *bare))
        elif prints[0] != prints[1]:
            found.append(f"differs in fingerprints only: {name}, {prints[0]} -> {prints[1]}")
    return found


def compare(groups: dict[str, list[str]], old: Side, new: Side) -> bool:
    """Run all groups, two at a time, print a line for each and return whether anything differs."""
    started, differ = time.monotonic(), 0
    with ThreadPoolExecutor(2) as pool:
        runs = {(group, side): pool.submit(side.run, group, groups[group]) for group in groups for side in (old, new)}
        for group in groups:
            for side in (old, new):
                runs[group, side].result()
            found = differences(group, old, new)
            differ += bool(found)
            print(f"{group:40} {'same' if not found else ''}", flush=True)
            for text in found[:SHOWN]:
                print("  " + text, flush=True)
            if len(found) > SHOWN:
                print(f"  and {len(found) - SHOWN} more")
    print(f"{len(groups)} groups, {differ} differ from {old.name}, {time.monotonic() - started:.0f} s")
    return differ > 0


def main() -> None:
    """Find both sides and compare them."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("base", nargs="?", default="HEAD", help="the commit to compare with  [default: HEAD]")
    parser.add_argument("--quick", action="store_true", help="examples only, without Spark")
    parser.add_argument("--keep", type=Path, metavar="DIR", help="keep the outputs of both sides in this new folder")
    args = parser.parse_args()
    groups = read_groups(quick=args.quick)
    base = base_side(git("rev-parse", "--short", args.base).decode().strip())
    with tempfile.TemporaryDirectory() as folder, (base.code / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # another call may be making the same outputs
        prepare(base)
        if all((base.work / folder_name(group) / ".done").exists() for group in groups):
            fcntl.flock(lock, fcntl.LOCK_UN)
        ours = Side("the working tree", ROOT, (args.keep or Path(folder)).resolve() / "new")
        shutil.copytree(base.work / "in", ours.work / "in")
        for side in (base, ours):
            check_import(side)
        differ = compare(groups, base, ours)
        if args.keep:
            shutil.copytree(base.work, args.keep / "old")
    sys.exit(differ)


if __name__ == "__main__":
    main()
