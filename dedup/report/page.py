"""What every page that runs a script has in common: files inlined, hashes that allow them, texts made safe."""

from base64 import b64encode
from collections.abc import Sequence
from functools import cache
from hashlib import sha256
from importlib.resources import files

from jinja2 import DictLoader, Environment, StrictUndefined
from markupsafe import Markup

from dedup.report.wrapping import make_safe


@cache
def read_template(name: str) -> str:
    """Return a file of the package."""
    return files("dedup.report").joinpath("templates", name).read_text(encoding="utf-8")


def hash_source(source: str) -> str:
    """Return the hash by which a content security policy allows an inlined file."""
    return b64encode(sha256(source.encode()).digest()).decode()


def load_environment(templates: Sequence[str]) -> Environment:
    """Return Jinja with autoescape on, and every text that is shown made safe first."""
    return Environment(
        loader=DictLoader({name: read_template(name) for name in templates}),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=lambda value: make_safe(value) if type(value) is str else value,
    )


def inline(source: str) -> Markup:
    """Return one of our own files as it stands, for a style or script element."""
    return Markup(source)  # noqa: S704 (our own file)


def encode_data(raw: bytes) -> Markup:
    """Return JSON so that it can stand in a script element of type application/json, whatever it holds."""
    text = raw.decode().replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")
    return Markup(text)  # noqa: S704 (no character is left that could end the element)
