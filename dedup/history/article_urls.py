"""URLs that name one article are one URL."""

import re
from urllib.parse import urlsplit

_HOSTS = re.compile(r"^(www\d?|m|mobile|amp|edition)\.")
_AMP = re.compile(r"[./]amp(?=/|$)|(?<=/)amp/")
_AMP_QUERY = re.compile(r"(?:^|&)(amp|outputType=amp|amp=\w+)(?=&|$)")


def normalise_url(url: str) -> str:
    """Return a URL without what does not name the article: scheme, tracking parameters, fragment, AMP, mobile hosts.

    What is no URL is returned as it is.

    >>> normalise_url("http://m.example.com/news/1/amp/?utm_source=x&id=3#top"), normalise_url("story 7")
    ('example.com/news/1?id=3', 'story 7')
    """
    from courlan import normalize_url  # noqa: PLC0415 (it takes 50 ms)

    text = url.strip()
    try:
        parts = urlsplit(normalize_url(text)) if "//" in text else None
        host = parts.hostname if parts else None
    except ValueError:
        return text
    if parts is None or not host:
        return text
    while (short := _HOSTS.sub("", host)) != host and "." in short:
        host = short
    path = _AMP.sub("", parts.path).rstrip("/")
    query = _AMP_QUERY.sub("", parts.query).strip("&")
    return f"{host}{path}?{query}" if query else f"{host}{path}"
