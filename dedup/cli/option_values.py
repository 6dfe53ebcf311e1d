"""What the values of shared options are read as: settings, sizes, encodings, texts, names of outputs."""

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from dedup.config import CleanSettings, InputConfig, NearConfig, PassageConfig

SIZE = re.compile(r"(\d{1,12})([KMG]?)B?")
SIZE_BITS = {"": 0, "K": 10, "M": 20, "G": 30}
PATHS = {"FILE", "DIR", "OUT/", "FOLDER", "NEW", "FILE|OUTLET|FIELD=VALUE"}
PATHS_TOO = {"base"}  # a text is named by its path


def make_near(keep: str, remove: str, max_novel: str, **settings: Any) -> "NearConfig":
    """Return the settings that `near_options` stand for."""
    from dedup.config import KeepPolicy, NearConfig, parse_remove
    from dedup.errors import DedupError

    share, _, words = max_novel.partition(",")
    try:
        settings |= {"max_novel": float(share)} | ({"max_novel_run": int(words)} if words else {})
    except ValueError:
        raise DedupError(
            f'--max-novel "{max_novel}" is not a share, or a share and a number of words: 0.3,200.'
        ) from None
    return NearConfig(keep=KeepPolicy.parse(keep), remove=parse_remove(remove), **settings)


def make_passages(passages: str, **settings: Any) -> "PassageConfig":
    """Return the settings that `passage_options` stand for."""
    from dedup.config import PassageConfig

    return PassageConfig(scope=passages, **settings)


def make_settings(near: "NearConfig", passages: "PassageConfig", records: "InputConfig") -> "CleanSettings":
    """Return the settings of all stages of a run."""
    from dedup.config import CleanSettings

    return CleanSettings(near, passages, records)


RECORD_FIELDS = ("text_field", "id_field", "date_field", "title_field", "outlet_field", "url_field")


def make_records(series_field: str | None = None, **settings: Any) -> "InputConfig":
    """Return the settings that `record_options` or `text_options` stand for."""
    from dedup.config import InputConfig

    context = click.get_current_context()
    sources = {click.core.ParameterSource.COMMANDLINE, click.core.ParameterSource.DEFAULT_MAP}
    given = {name for name in RECORD_FIELDS if context.get_parameter_source(name) in sources}
    if series_field:  # is another name of --outlet-field
        settings["outlet_field"] = series_field
        given.add("outlet_field")
    return InputConfig(**settings, given=tuple(sorted(given)))


def parse_encoding(_context: click.Context, _parameter: click.Parameter, value: str | None) -> str | None:
    """Return the name of an encoding as Python has it, None for UTF-8."""
    if value is None:
        return None
    from dedup.corpus.encodings import name_encoding

    name = name_encoding(value or "utf-8")
    if name is None:
        raise click.BadParameter(f'"{value}" is no encoding of text that is known. Write it like cp1252.')
    return None if name in {"utf-8", "ascii"} else name


def parse_size(_context: click.Context, _parameter: click.Parameter, value: str | None) -> int | None:
    """Return the bytes of a size such as 512MB: a number of bytes, or of KB, MB or GB of 1024, 1024^2, 1024^3."""
    if value is None:
        return None
    found = SIZE.fullmatch(value.upper())
    if not found:
        raise click.BadParameter(f'"{value}" is no size. Write it like 512MB.')
    return int(found[1]) << SIZE_BITS[found[2]]


def refuse_dash(_context: click.Context, parameter: click.Parameter, value: str | None) -> str | None:
    """Return the name of an output; - is none, though it is standard input where an input is named."""
    if value == "-":
        raise click.BadParameter(f"- is not the name of an output. Name {parameter.metavar}.")
    return value


def or_off(kind: type[float], what: str) -> Callable[[click.Context, click.Parameter, str], float | None]:
    """Return the reader of an option that is a number of a kind, `what` in words, or off: None."""

    def parse(_context: click.Context, _parameter: click.Parameter, value: str) -> float | None:
        try:
            return None if value == "off" else kind(value)
        except ValueError:
            raise click.BadParameter(f'"{value}" is neither {what} nor off.') from None

    return parse


class TextValue(click.types.StringParamType):
    """Text in UTF-8: what a reader looks for and a summary records."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return the text, or fail where it has bytes that are no UTF-8."""
        text = super().convert(value, param, ctx)
        if any("\ud800" <= mark <= "\udfff" for mark in text):
            self.fail(f"{text!a} is no text in UTF-8.", param, ctx)
        return text


def require_text(command: click.Command) -> None:
    """Let options of a command, and of those below it, take text in UTF-8 where they name no file."""
    for below in getattr(command, "commands", {}).values():
        require_text(below)
    for option in command.params:
        is_text = isinstance(option, click.Option) and isinstance(option.type, click.types.StringParamType)
        if is_text and option.metavar not in PATHS and option.name not in PATHS_TOO:
            option.type = TextValue()
