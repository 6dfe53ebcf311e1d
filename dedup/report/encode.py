"""What is found, as JSON that people can read too."""

import msgspec


def encode_json(found: object, indent: int = 1) -> str:
    """Return one JSON value, indented, with a line end."""
    return msgspec.json.format(msgspec.json.encode(found), indent=indent).decode() + "\n"
