"""A case is a seed: it gives a tree of files and some commands, and what has to hold after each of them."""

import random
import tempfile
from pathlib import Path

from . import document_cases, index_cases, text_cases
from .invariants import BrokenPromiseError, check_changes, check_end
from .places import Place
from .watch import run_step, take_snapshot

# Every command of `dedup`, and how often it is drawn. A command that is missing here fails a test.
CASES = {
    "clean": (document_cases.clean, 30),
    "restore": (document_cases.restore, 10),
    "report": (document_cases.report, 8),
    "passages": (document_cases.passages, 8),
    "stories": (document_cases.stories, 6),
    "diff": (text_cases.diff, 10),
    "apply": (text_cases.apply, 5),
    "history": (text_cases.history, 6),
    "sources": (document_cases.sources, 5),
    "compare": (text_cases.compare, 8),
    "export": (document_cases.export, 4),
    "index add": (index_cases.add, 4),
    "index check": (index_cases.check, 4),
    "index find": (index_cases.find, 4),
    "index info": (index_cases.info, 3),
    "index remove": (index_cases.remove, 2),
    "index export": (index_cases.export, 2),
    "bench": (document_cases.bench, 1),
    "extract": (document_cases.extract, 6),
    "completion": (text_cases.completion, 0.3),
    "warm-up": (document_cases.warm_up, 0.3),
}
MORE = [(document_cases.with_settings, 2), (document_cases.with_runs, 1)]  # of commands that have cases above
PROCESSES = 100  # one case in so many runs its commands as new processes


def play(seed, *, show=None):
    """Play the case of a seed in a folder of its own; raise `BrokenPromiseError` where a promise is broken."""
    with tempfile.TemporaryDirectory(prefix="dedup-fuzz-") as folder:
        place = Place(Path(folder) / "case")
        place.prepare()
        source = random.Random(seed)
        scripts, weights = zip(*CASES.values(), *MORE, strict=True)
        (script,) = source.choices(scripts, weights)
        play_script(script(source, place), place, show, as_process=seed % PROCESSES == 0)


def play_script(script, place, show, *, as_process):
    """Run each step that a script yields, check what has to hold, and hand back how it ended."""
    done, line = None, "before any command"
    try:
        while True:
            step = script.send(done)
            line = f"dedup {step.line}"
            before = take_snapshot(place.folder)
            done = run_step(step, place.folder, as_process=as_process)
            if show is not None:
                show(step, done, place)
            check_end(step, done)
            check_changes(step, done, before, take_snapshot(place.folder))
    except StopIteration:
        return
    except BrokenPromiseError as error:
        raise BrokenPromiseError(f"{line}\n  {error}") from None
