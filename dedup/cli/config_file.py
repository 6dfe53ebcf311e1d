"""`--config`: the options of a command from a file."""

from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import click

from dedup.text.printed_paths import printable

if TYPE_CHECKING:
    from collections.abc import Sequence

STAGES = {
    "near": ("threshold", "shingle_size", "num_perm", "keep", "remove"),
    "passages": ("scope", "min_tokens", "contained", "strip_boilerplate"),
}
NAMES = {"scope": "passages"}
NOT_TAKEN = "dedup.not_taken"  # what of a run is not taken with its settings, in a line
SETTINGS_FILE = "dedup.settings"  # its path, in what a command knows of its call


def read_config(context: click.Context, _parameter: click.Parameter, path: str | None) -> str | None:
    """Take the options that a file names as defaults of the command: flags on the command line come first."""
    if path is not None:
        found = read_summary_config(path, context) if path.endswith(".json") else read_toml(path, context.command)
        context.meta[SETTINGS_FILE] = path
        context.default_map = {**(context.default_map or {}), **found}
    return path


def is_of_run(context: click.Context, name: str) -> bool:
    """Return whether the value of a parameter is taken from a run: nobody gave it here."""
    is_default = context.get_parameter_source(name) is click.core.ParameterSource.DEFAULT_MAP
    return is_default and str(context.meta.get(SETTINGS_FILE, "")).endswith(".json")


def read_toml(path: str, command: click.Command) -> dict[str, Any]:
    """Return the options of a TOML file, by the names of their flags; a table with the name of a command is for it."""
    import tomllib

    from dedup.corpus.text_file import read_whole

    try:
        if Path(path).exists() and not Path(path).is_file():
            raise click.BadParameter(f"{path}: is not a regular file.")
        with open(path, "rb") as file:
            values = tomllib.loads(read_whole(file, path).decode())
    except FileNotFoundError:
        raise click.BadParameter(f"{path}: no such file.") from None
    except (OSError, ValueError) as error:
        raise click.BadParameter(f"{path}: {error}") from error
    except RecursionError:
        raise click.BadParameter(f"{path}: values that are nested too deeply.") from None
    own = values.get(str(command.name), {})
    plain = {name: value for name, value in values.items() if not isinstance(value, dict)}
    return name_options({**plain, **(own if isinstance(own, dict) else {})}, command, path)


def name_options(values: dict[str, Any], command: click.Command, path: str) -> dict[str, Any]:
    """Return values by the names of parameters, those of `no-` flags turned round; what is no flag is an error."""
    flags = {option.lstrip("-"): p for p in command.params for option in (*p.opts, *p.secondary_opts)}
    unknown = [name for name in values if name.replace("_", "-") not in flags]
    if unknown:
        raise click.BadParameter(f'{path}: "{unknown[0]}" is no option of dedup {command.name}.')
    found: dict[str, Any] = {}
    for name, value in values.items():
        parameter = flags[flag := name.replace("_", "-")]
        is_turned = f"--{flag}" in parameter.secondary_opts
        try:
            taken = not click.BOOL.convert(str(value), parameter, None) if is_turned else value
            found[str(parameter.name)] = show(parameter, taken)
        except ValueError:  # Python writes no number of more digits
            raise click.BadParameter(f"{path}: the number of {name} has too many digits.") from None
    return found


def show(parameter: click.Parameter, value: object) -> object:
    """Return a value as the command line has it: numbers as text, so that they are checked as there."""
    if getattr(parameter, "multiple", False) or parameter.nargs != 1:
        return [str(part) for part in value] if isinstance(value, list) else [str(value)]
    return value if isinstance(value, bool) and getattr(parameter, "is_flag", False) else str(value)


def read_summary_config(path: str, context: click.Context) -> dict[str, Any]:
    """Return the settings of a finished run. Its input is not taken: no path that a file names is read unasked."""
    from dedup.output.finished_run import read_summary
    from dedup.output.run_folder import ANNOTATED

    summary = read_summary(Path(path).parent)
    parameters = {p.name: p for p in context.command.params}
    if summary.index and "index" in parameters:
        unused = f"the index of that run, {printable(summary.index.path)}, is not used: name it with --index"
        context.meta[NOT_TAKEN] = unused
    found: dict[str, Any] = {"annotate": True} if (Path(path).parent / ANNOTATED).is_dir() else {}
    for stage, options in STAGES.items():
        values = summary.config.get(stage) or {}
        found |= {NAMES.get(name, name): values[name] for name in options if values.get(name) is not None}
        if stage == "passages":
            found |= {"contained": "off"} if values.get("contained") is None else {}
            found |= {} if values else {"passages": "off"}
    near = summary.config["near"]
    found["max_novel"] = f"{near['max_novel']},{near['max_novel_run']}"
    fields = summary.config["input"]
    given = cast("Sequence[str]", fields.get("given") or ())
    found |= {name: value for name, value in fields.items() if not name.endswith("_field") or name in given}
    return {
        name: show(parameters[name], value) for name, value in found.items() if name in parameters and value is not None
    }


config_option = click.option(
    "--config",
    metavar="FILE",
    is_eager=True,
    expose_value=False,
    callback=read_config,
    help="Take options from a TOML file, by the names of their flags, or those of a run: OUT/summary.json. "
    "Inputs and an index are named anew.",
)
