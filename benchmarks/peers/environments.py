"""One virtual environment per peer, with pinned versions, outside of the project's own.

    python benchmarks/peers/environments.py [--envs FOLDER] [NAME ...]

A peer that does not install is said so, with pip's last line; it is never left out in silence.
"""

import argparse
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
DEFAULT_FOLDER = Path.home() / ".cache" / "dedup-bench"
READER = "msgspec==0.22.0"  # every adapter reads the corpus with it


@dataclass(frozen=True)
class Peer:
    """A tool: its adapter, what pip installs for it, the least Python, and how it is run."""

    name: str
    script: str
    requirements: tuple[str, ...]
    settings: str
    writes: str
    python: tuple[int, int] = (3, 11)

    @property
    def adapter(self) -> Path:
        """Return the path of the adapter."""
        return HERE / self.script


@dataclass(frozen=True)
class Installed:
    """A peer's interpreter, or why there is none."""

    peer: Peer
    python: Path | None
    problem: str = ""


OURS = Peer("dedup", "dedup_clean.py", (), "20x4, exact check, cover", "documents")
PEERS = (
    Peer("gaoya", "gaoya_index.py", ("gaoya==0.2.2", READER), "16x8, signature check, all cores", "ids"),
    Peer("rensa", "rensa_sets.py", ("rensa==0.5.0", READER), "full sets, 16 bands, signature check", "ids"),
    Peer("datasketch", "datasketch_loop.py", ("datasketch==2.0.0", READER), "14x9, signature check, union-find", "ids"),
    Peer("semhash", "semhash_hashed.py", ("semhash==0.5.0", READER), "hashed shingles, cosine 2t/(1+t)", "ids"),
    Peer(
        "text-dedup",
        "text_dedup_minhash.py",
        ("text-dedup==0.4.1", READER),
        "14x9, exact check, 2 processes",
        "documents",
        python=(3, 12),
    ),
    Peer(
        "datatrove",
        "datatrove_minhash.py",
        ("datatrove[io,processing]==0.10.1", "spacy", READER),
        "16x8, no check, union-find, 2 processes",
        "documents",
    ),
)

OUR_MEMORY = Peer("dedup", "dedup_memory.py", (), "exact check", "ids")
OUR_PASSAGES = Peer("dedup passages", "dedup_passages.py", (), "winnowed 5-grams, alignment", "passages")
PASSAGE_PEERS = (
    Peer(
        "suffix array",
        "suffix_array.py",
        ("pydivsufsort==0.0.20", READER),
        "exact substrings of 80 bytes",
        "passages",
    ),
)


def find_peers(names: list[str]) -> list[Peer]:
    """Return the peers of these names: all if there is no name, none of "none"."""
    if names == ["none"]:
        return []
    unknown = set(names) - {peer.name for peer in PEERS}
    if unknown:
        sys.exit(f"{', '.join(sorted(unknown))}: not among {', '.join(peer.name for peer in PEERS)}")
    return [peer for peer in PEERS if not names or peer.name in names]


def install(peer: Peer, folder: Path, *, only_existing: bool = False) -> Installed:
    """Make the environment of a peer unless it is there."""
    place = folder / peer.name
    ready, wanted = place / "requirements.txt", "\n".join(peer.requirements)
    python = place / "bin" / "python"
    if ready.exists() and ready.read_text() == wanted:
        return Installed(peer, python)
    if only_existing:
        return Installed(peer, None, f"not installed: run {Path(__file__).name}")
    base = find_python(peer.python)
    if base is None:
        return Installed(peer, None, f"needs Python {peer.python[0]}.{peer.python[1]} or newer: none found here")
    shutil.rmtree(place, ignore_errors=True)
    subprocess.run([base, "-m", "venv", place], check=True)
    done = subprocess.run(
        [python, "-m", "pip", "install", "-q", "--disable-pip-version-check", *peer.requirements],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        return Installed(peer, None, f"pip: {(done.stderr.strip() or 'no message').splitlines()[-1]}")
    ready.write_text(wanted)
    return Installed(peer, python)


def find_python(least: tuple[int, int]) -> str | None:
    """Return an interpreter of at least this version: ours, one on the path, one of pyenv."""
    if sys.version_info[:2] >= least:
        return sys.executable
    names = [f"python3.{minor}" for minor in range(least[1], least[1] + 3)]
    candidates = [path for name in names if (path := shutil.which(name))]
    candidates += map(str, sorted(Path.home().glob(".pyenv/versions/3.*/bin/python")))
    for candidate in candidates:
        done = subprocess.run(
            [candidate, "-c", "import sys; print(*sys.version_info[:2])"], capture_output=True, text=True, check=False
        )
        if done.returncode == 0 and tuple(map(int, done.stdout.split())) >= least:
            return candidate
    return None


def main() -> None:
    """Install the peers that are named, all if none is."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*")
    parser.add_argument("--envs", type=Path, default=DEFAULT_FOLDER)
    options = parser.parse_args()
    options.envs.mkdir(parents=True, exist_ok=True)
    for peer in (*find_peers(options.names), *(PASSAGE_PEERS if not options.names else ())):
        installed = install(peer, options.envs)
        print(f"{peer.name:<12} {installed.python or installed.problem}", flush=True)


if __name__ == "__main__":
    main()
