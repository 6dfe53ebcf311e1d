"""`python -m tests.fuzz SEED [LAST]`: play the case of a seed and show it, or all cases from one seed to another."""

import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))


def show(step, done, _place):
    """Print a command and how it ended."""
    print(f"dedup {step.line}\n  -> {done.code}, {done.more_mb:.0f} MB more")
    for stream in (done.stdout, done.stderr):
        print("".join(f"  | {ascii(line)[1:-1]}\n" for line in stream.splitlines()[:12]), end="")


def main(first, last=None):
    """Play one case or many; return how many are broken."""
    from .cases import play
    from .invariants import BrokenPromiseError

    broken = 0
    for seed in range(int(first), int(last or first) + 1):
        began = time.monotonic()
        try:
            play(seed, show=None if last else show)
        except BrokenPromiseError as error:
            broken += 1
            print(f"python -m tests.fuzz {seed}: {ascii(str(error))[1:-1][:700]}", flush=True)
        except Exception as error:
            broken += 1
            print(f"python -m tests.fuzz {seed}: the case itself: {type(error).__name__}: {error}"[:700], flush=True)
            if not last:
                raise
        if (took := time.monotonic() - began) > 3:
            print(f"python -m tests.fuzz {seed}: took {took:.1f} s")
    return broken


if __name__ == "__main__":
    sys.exit(bool(main(*sys.argv[1:])))
