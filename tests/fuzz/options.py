"""Options of a command, drawn from its own declaration: a new option is tried from the day it is declared."""

import click

from dedup.cli.main import COMMANDS, load_command

from .texts import MARKS

DRAWN_ELSEWHERE = {
    *(
        "inputs",
        "out",
        "output",
        "index",
        "old",
        "new",
        "patch",
        "texts",
        "corpus",
        "run",
        "cluster",
        "stories",
        "story",
    ),
    *("ids", "run_name", "model", "base"),
    *("engine", "master", "spark_conf"),  # Spark takes seconds to start, a model too
}
NUMBERS = ["-1", "0", "1", "2", "3", "7", "100", "2147483648", "1" + "0" * 20, "x", ""]
VALUES = {
    "keep": [
        "first",
        "longest",
        "newest:date",
        "oldest:date",
        "prefer:outlet=a,b",
        "newest:",
        "prefer:x",
        "newest:\x1b",
    ],
    "contained": ["off", "0.9", "0", "1", "nan", "-1", "x"],
    "window": ["off", "0", "3", "-1", "99999999999", "x"],
    "threshold": ["1e-320", "0.1", "0.5", "0.7", "1", "0", "1.5", "-1", "nan", "inf", "x"],
    "workers": ["1", "1", "2", "3"],
    "shard_size": ["200", "1000", "5000"],
    "width": ["39", "40", "80", "200", "5000"],
    "num_perm": ["0", "1", "16", "256", "4097"],
    "shingle_size": ["0", "1", "2", "100", "101"],
    "min_tokens": ["0", "1", "5", "1000000", "9999999999999", "1" + "0" * 30],
}
FIELD_NAMES = ["text", "id", "date", "title", "outlet", "url", "body", "", "caf\udce9"]


def list_commands():
    """Return {name: click command} of all commands; those of a group as `index add`."""
    found = {}
    for name in COMMANDS:
        command = load_command(name)
        below = getattr(command, "commands", None)
        found |= {f"{name} {each}": below[each] for each in below} if below else {name: command}
    return found


def draw_options(source, name, share=0.1, without=()):
    """Return some options of a command with values that are mostly valid."""
    options = []
    for parameter in list_commands()[name].params:
        if isinstance(parameter, click.Option) and parameter.name not in {*DRAWN_ELSEWHERE, *without}:
            draw = share if parameter.name not in {"text_field", "id_field", "input_format"} else share / 3
            if source.random() < draw:
                options += draw_option(source, parameter)
    return options


def draw_option(source, parameter):
    """Return an option with a value."""
    if parameter.is_flag:
        return [source.choice([*parameter.opts, *parameter.secondary_opts])]
    if parameter.name in VALUES:
        value = source.choice(VALUES[parameter.name])
    elif isinstance(parameter.type, click.Choice):
        value = source.choice([*parameter.type.choices])
    elif isinstance(parameter.type, (click.types.IntParamType, click.types.FloatParamType)):
        return [parameter.opts[0], *(source.choice(NUMBERS) for _ in range(parameter.nargs))]
    else:
        value = source.choice(FIELD_NAMES if source.random() < 0.7 else MARKS).replace("\0", "")
    return [parameter.opts[0], value]
