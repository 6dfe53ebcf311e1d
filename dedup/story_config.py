"""Settings of `stories` and `compare`: one frozen dataclass each, checked once when it is made."""

from dataclasses import dataclass

from dedup.config import check
from dedup.model.argument_types import require_types

MAX_TEXTS = 50  # that `compare` takes


@dataclass(frozen=True)
class StoryConfig:
    """How documents are grouped into stories. Similarities are cosines of weighted terms, 0 to 1.

    threshold        mean similarity inside a topic from which two groups are one story
    topic_threshold  mean similarity from which two groups are on one topic
    window           most days between two dated documents whose likeness makes them one story; None: any number
    topic_window     the same for topics, where it is no less than `window`
    min_size         documents of a story
    name_weight      how much more a name weighs than another word
    topic_discount   share of its weight that a term loses if all documents of a topic have it
    topic_prior      documents added to a topic when that share is taken: a small topic proves little
    contrast         how much a similarity is taken against those of the nearest documents; 0: not at all
    num_nearest      documents of the topic whose mean similarity that is
    outlet_prior     the same for outlets, where a term of all documents loses all its weight
    copy_similarity  share of common distinct words from which the later of two documents follows the earlier into its
                     story
    floor            smaller similarities count as 0
    key_terms        terms of a document by which similar ones are looked up: the heaviest
    max_bucket       documents that one such look-up visits: the last ones
    max_neighbours   candidates of a document that are compared
    max_topic        documents of a topic, copies not counted
    """

    threshold: float = 0.1
    topic_threshold: float = 0.06
    window: int | None = 3
    topic_window: int = 14
    min_size: int = 2
    name_weight: float = 2.0
    topic_discount: float = 0.8
    topic_prior: float = 4.0
    contrast: float = 0.3
    num_nearest: int = 4
    outlet_prior: float = 20.0
    copy_similarity: float = 0.75
    floor: float = 0.02
    key_terms: int = 64
    max_bucket: int = 500
    max_neighbours: int = 256
    max_topic: int = 500

    def __post_init__(self) -> None:
        require_types(self)
        check(0 < self.threshold <= 1, f"--threshold {self.threshold:g} is not between 0 (excluded) and 1.")
        check(
            self.window is None or 0 <= self.window < 10**9,
            f"--window {self.window} is neither off nor 0 days or more.",
        )
        check(self.min_size >= 1, f"--min-size {self.min_size} is less than 1.")


@dataclass(frozen=True)
class CompareConfig:
    """How texts about one event are compared.

    engine  "lexical" goes by words, "semantic" by a sentence model, "auto" takes the model where it is installed
    base    name of the text that the others are compared with; None: the earliest, else the medoid
    model   folder of an ONNX sentence model to use instead of the one that comes with the extra
    """

    engine: str = "auto"
    base: str | None = None
    model: str | None = None

    def __post_init__(self) -> None:
        require_types(self)
        known = self.engine in {"auto", "lexical", "semantic"}
        check(known, f'--engine "{self.engine}" is none of auto, lexical and semantic.')
        fits = self.model is None or self.engine != "lexical"
        check(fits, "--model is for the semantic engine, not for the lexical one.")
