"""What is found, as JSON that people can read too."""

import msgspec


def encode_json(found: object) -> str:
    """Return one JSON value, indented, with a line end."""
    return msgspec.json.format(msgspec.json.encode(found), indent=1).decode() + "\n"
