"""What an index was made under: a run with other settings is refused."""

import hashlib
from collections.abc import Mapping

from dedup.config import NearConfig, describe
from dedup.errors import DedupError
from dedup.near.sketcher import tokenise_text

FORMAT = 3
FLAGS = {
    "threshold": "--threshold",
    "shingle_size": "--shingle-size",
    "num_perm": "--num-perm",
    "keep_templates": "--keep-templates",
}
# One word of each kind that the folding table distinguishes. If one was hashed otherwise, stored tokens are useless.
PROBE = "The 2 Ça É ß ﬁ İ don’t 東京 ไทย ශ්‍රී لاہور 👩‍👧 42nd x\u0301 Ω"

Settings = Mapping[str, object]


def settings_of(near: NearConfig) -> dict[str, object]:
    """Return the settings that what an index holds depends on, as plain values.

    The keep policy is none of them: it orders the documents of one run.
    """
    return {name: value for name, value in describe(near).items() if name != "keep"} | {"words": digest_words()}


def config_of(settings: Settings) -> NearConfig:
    """Return the config that an index was made under, with the policy `first`."""
    return NearConfig(**{name: value for name, value in settings.items() if name != "words"})  # type: ignore[arg-type]


def digest_words() -> str:
    """Return a short hash of how this version folds and hashes words."""
    return hashlib.blake2b(tokenise_text(PROBE).tobytes(), digest_size=8).hexdigest()


def refuse_other_settings(path: object, theirs: Settings, ours: Settings) -> None:
    """Raise `DedupError` where a run has other settings than the index."""
    differing = [name for name in theirs.keys() | ours.keys() if theirs.get(name) != ours.get(name)]
    if not differing:
        return
    if "words" in differing:
        raise DedupError(
            f"{path}: was made by a version of dedup that reads words otherwise. "
            "Use that version, or index the documents anew."
        )
    said = ", ".join(f"{FLAGS.get(n, n)} {theirs.get(n)} in the index, {ours.get(n)} here" for n in sorted(differing))
    raise DedupError(f"{path}: was made with other settings: {said}. Give those of the index, or name another index.")
