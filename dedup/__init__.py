"""Find what was copied in a news corpus, and show what was changed.

The public names are loaded when they are first used: `import dedup` imports nothing heavy.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dedup import compare
    from dedup.config import KeepPolicy, NearConfig, PassageConfig
    from dedup.diff.engine import compare_texts as diff
    from dedup.errors import DedupError
    from dedup.model.documents import Cluster, Document, Member, Passage, Removal
    from dedup.model.index_results import Match
    from dedup.near.bands import candidate_probability, choose_bands
    from dedup.near.signature import Signature
    from dedup.near.sketcher import sign_text
    from dedup.pipeline.deduplicate import Deduplication, deduplicate
    from dedup.pipeline.find_passages import find_passages
    from dedup.pipeline.text_index import Index

__version__ = "0.1.0"

_HOMES = {
    "Cluster": "dedup.model.documents",
    "DedupError": "dedup.errors",
    "Deduplication": "dedup.pipeline.deduplicate",
    "Document": "dedup.model.documents",
    "Index": "dedup.pipeline.text_index",
    "KeepPolicy": "dedup.config",
    "Match": "dedup.model.index_results",
    "Passage": "dedup.model.documents",
    "PassageConfig": "dedup.config",
    "find_passages": "dedup.pipeline.find_passages",
    "Member": "dedup.model.documents",
    "NearConfig": "dedup.config",
    "Removal": "dedup.model.documents",
    "Signature": "dedup.near.signature",
    "candidate_probability": "dedup.near.bands",
    "choose_bands": "dedup.near.bands",
    "deduplicate": "dedup.pipeline.deduplicate",
    "sign_text": "dedup.near.sketcher",
}

__all__ = [
    "Cluster",
    "DedupError",
    "Deduplication",
    "Document",
    "Index",
    "KeepPolicy",
    "Match",
    "Member",
    "NearConfig",
    "Passage",
    "PassageConfig",
    "Removal",
    "Signature",
    "candidate_probability",
    "choose_bands",
    "compare",
    "deduplicate",
    "diff",
    "find_passages",
    "sign_text",
]


def __getattr__(name: str) -> object:
    """Import a public name on first use; `dedup.diff` and `dedup.compare` are packages that can be called."""
    if name in {"compare", "diff"}:
        return import_module(f"dedup.{name}")
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
