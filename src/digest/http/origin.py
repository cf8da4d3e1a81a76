"""Whether a form was sent from one of our own pages."""

from collections.abc import Mapping
from urllib.parse import urlsplit


def sent_from_own_page(headers: Mapping[str, str], base_url: str) -> bool:
    """
    Tell whether a browser sent a form from a page of this site; no cookie or hidden token is needed for that.

    `Sec-Fetch-Site`, which no page can write, decides where there is one. A browser too old to send it must name our
    own address as `Origin`. A request with neither is refused: nothing tells that one of our pages sent it.

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
