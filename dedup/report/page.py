"""What every page has in common: files inlined, hashes that allow them, texts made safe."""

from base64 import b64encode
from collections.abc import Mapping
from functools import cache
from hashlib import sha256
from importlib.resources import files

from jinja2 import Environment, FunctionLoader, StrictUndefined
from markupsafe import Markup

from dedup.report.wording import clip, count_things, format_share
from dedup.text.control_characters import escape_json, make_safe
from dedup.version import __version__


@cache
def read_template(name: str) -> str:
    """Return a file of the package."""
    return files("dedup.report").joinpath("templates", name).read_text(encoding="utf-8")


def hash_source(source: str) -> str:
    """Return the hash by which a content security policy allows an inlined file."""
    return b64encode(sha256(source.encode()).digest()).decode()


@cache
def load_environment() -> Environment:
    """Return Jinja with autoescape on, and every text that is shown made safe first."""
    environment = Environment(
        loader=FunctionLoader(read_template),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=lambda value: make_safe(value) if type(value) is str else value,
    )
    environment.filters |= {"number": "{:,}".format, "similarity": "{:.3f}".format, "clip": clip}
    environment.filters |= {"share": format_share, "things": count_things}
    return environment


def render_page(template: str, values: Mapping[str, object], styles: tuple[str, ...], script: str = "") -> str:
    """Return a page; `styles` and `script` are the files that are inlined, and the only ones that it may use."""
    style = "".join(map(read_template, styles))
    code = read_template(script) if script else ""
    return (
        load_environment()
        .get_template(template)
        .render(
            values,
            version=__version__,
            style=Markup(style),  # noqa: S704 (our own file)
            style_hash=hash_source(style),
            script=Markup(code),  # noqa: S704 (the same)
            script_hash=hash_source(code) if code else "",
        )
    )


def encode_data(raw: bytes) -> Markup:
    """Return JSON that is safe in a script element of type application/json, for any content."""
    text = escape_json(raw.decode()).replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")
    return Markup(text)  # noqa: S704 (no character is left that could end the element)
