"""DOIs, however they are written: one form for comparing, linking and printing."""

import re
from urllib.parse import unquote

_RESOLVER = r"(?:https?://)?(?:dx\.|www\.)?doi\.org/"
PREFIX = rf"(?:{_RESOLVER}|\bdoi\s*:\s*|\bdoi\s+(?={_RESOLVER}|10\.)|\binfo:doi/)"
"""Prefixes of a DOI, for patterns that ignore case. Source: DOI Handbook, 2.6."""

_PREFIX = re.compile(PREFIX, re.IGNORECASE)
_ADDRESS = re.compile(_RESOLVER, re.IGNORECASE)


def bare_doi(text: str) -> str:
    """
    The DOI without its prefixes: `https://doi.org/`, `http://dx.doi.org/`, `doi:`, `DOI `, or two of them.

    Percent-encoded characters of an address are decoded. Does not check whether the rest is a DOI.
    """
    rest, is_address = text.strip().strip("<>"), False
    while match := _PREFIX.match(rest):
        is_address = is_address or _ADDRESS.fullmatch(match[0]) is not None
        rest = rest[match.end() :].lstrip()
    return unquote(rest) if is_address else rest
