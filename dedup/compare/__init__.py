"""N texts about one event: who says what, in which words.

`dedup.compare` is this package and the function of the same name at once, as `dedup.diff` is: see there for why.
"""

import sys
from collections.abc import Mapping
from types import ModuleType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dedup.compare.model import Comparison


class _CallablePackage(ModuleType):
    """A package that can be called."""

    def __call__(
        self,
        texts: Mapping[str, str],
        *,
        base: str | None = None,
        engine: str = "auto",
        model: str | None = None,
        dates: Mapping[str, str] | None = None,
    ) -> "Comparison":
        """Compare 2 to 50 texts, by name of the outlet.

        base    name of the text that the others are compared with; None: the earliest by `dates` (ISO 8601, by name),
                else the one that says most of what the others say
        engine  "lexical", "semantic" (needs the extra `dedup[semantic]`) or "auto"; `result.engine` says what ran
        model   folder of an ONNX sentence model

        Raises `DedupError` on what cannot be compared, or where the engine that was asked for cannot run.
        """
        from dedup.compare.engine import compare  # noqa: PLC0415 (importing the package must not load nupunkt)
        from dedup.compare.model import Article  # noqa: PLC0415 (the same)
        from dedup.config import CompareConfig  # noqa: PLC0415 (the same)

        sources = [Article(name, text, (dates or {}).get(name)) for name, text in texts.items()]
        return compare(sources, CompareConfig(engine=engine, base=base, model=model))


sys.modules[__name__].__class__ = _CallablePackage
