"""Values of options that are text: names of fields, policies, numbers. A file may have any name."""

from typing import Any

import click

PATHS = {"FILE", "DIR", "OUT/", "FOLDER", "NEW", "FILE|OUTLET|FIELD=VALUE"}
PATHS_TOO = {"base"}  # a text is named by its path


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
