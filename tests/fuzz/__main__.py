"""Play cases and show what is broken.

python -m tests.fuzz SEED      play the case of a seed, and show each of its commands
python -m tests.fuzz SEED LAST all cases from one seed to another
python -m tests.fuzz --serve   read such pairs from standard input, and answer each with a line: a list in JSON
"""

import json
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


def play_many(first, last):
    """Play all cases from one seed to another; yield what is broken and not known."""
    from .cases import play
    from .invariants import BrokenPromiseError
    from .known import find_known

    for seed in range(first, last + 1):
        began = time.monotonic()
        try:
            play(seed, show=show if first == last else None)
        except BrokenPromiseError as error:
            told = f"python -m tests.fuzz {seed}: {ascii(str(error))[1:-1][:MAX_TOLD]}"
            if known := find_known(error):
                print(f"{told}: known: {known.reason}", file=sys.stderr, flush=True)
            else:
                yield told
        except Exception as error:
            if first == last:
                raise
            yield f"python -m tests.fuzz {seed}: the case itself: {error!r:.500}"
        if (took := time.monotonic() - began) > SLOW_S:
            print(f"python -m tests.fuzz {seed}: took {took:.1f} s", file=sys.stderr)


def main(first, last=None):
    """Do what the arguments say; return whether a promise is broken."""
    if first == "--serve":
        for line in sys.stdin:
            print(json.dumps(list(play_many(*map(int, line.split())))), flush=True)
        return False
    is_broken = False
    for told in play_many(int(first), int(last or first)):
        is_broken = True
        print(told, flush=True)
    return is_broken


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
