"""`python -m tests.fuzz SEED [LAST]`: play the case of a seed and show it, or all cases from one seed to another."""

import sys
import time
from pathlib import Path

SLOW_S = 3
MAX_TOLD = 2000  # characters of a message

sys.path.insert(0, str(Path(__file__).parent.parent))


def show(step, done, _place):
    """Print a command and how it ended."""
    print(f"dedup {step.line}\n  -> {done.code}, {done.more_mb:.0f} MB more")
    for stream in (done.stdout, done.stderr):
        print("".join(f"  | {ascii(line)[1:-1]}\n" for line in stream.splitlines()[:12]), end="")


def main(first, last=None):
    """Play one case or many; return how many are broken that are not known."""
    from .cases import play
    from .invariants import BrokenPromiseError
    from .known import find_known

    broken = 0
    for seed in range(int(first), int(last or first) + 1):
        began = time.monotonic()
        try:
            play(seed, show=None if last else show)
        except BrokenPromiseError as error:
            known = find_known(error)
            broken += known is None
            told = f"known: {known.reason}" if known else ascii(str(error))[1:-1][:MAX_TOLD]
            print(f"python -m tests.fuzz {seed}: {told}", file=sys.stderr if known else sys.stdout, flush=True)
        except Exception as error:
            if not last:
                raise
            broken += 1
            print(f"python -m tests.fuzz {seed}: the case itself: {error!r:.500}", flush=True)
        if (took := time.monotonic() - began) > SLOW_S:
            print(f"python -m tests.fuzz {seed}: took {took:.1f} s", file=sys.stderr)
    return broken


if __name__ == "__main__":
    sys.exit(bool(main(*sys.argv[1:])))
