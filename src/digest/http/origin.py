"""Checks that a form was sent from one of our own pages."""

from collections.abc import Mapping
from urllib.parse import urlsplit


def sent_from_own_page(headers: Mapping[str, str], base_url: str) -> bool:
    """
    Tell whether a browser sent a form from a page of this site. This needs no cookie and no hidden token.

    If there is a `Sec-Fetch-Site` header, it decides, because no page can forge it. Older browsers must send our own
    address as `Origin`. A request with neither is rejected, because nothing shows where it came from.

    Args:
        headers: Names in lower case.
        base_url: The configured address of the site; its path does not matter.

    Source: Fetch Metadata Request Headers, 2.3; RFC 6454, 7.
    """
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site in {"same-origin", "none"}
    parts = urlsplit(base_url)
    return headers.get("origin") == f"{parts.scheme}://{parts.netloc}".lower()
