"""Responses that caches may keep: compressed, with entity tags, and 304 for readers who have them."""

import datetime as dt
import gzip
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from email.utils import format_datetime, parsedate_to_datetime
from functools import cached_property, lru_cache

from starlette.requests import Request
from starlette.responses import Response

HTML = "text/html; charset=utf-8"
_PAGE = "public, max-age=300"
_FOREVER = "public, max-age=31536000, immutable"
NO_HEADERS: Mapping[str, str] = {}
_SMALL = 512  # bytes: compressing less saves no packet


@dataclass(frozen=True)
class PublicAnswer:
    """A response without anything personal, as it is kept in memory: the same for every reader of its language.

    Attributes:
        packed: The content, compressed with gzip; nearly every reader takes it so.
        length: Of the content as it is, in bytes.
        tag: A hash of the content.
        changed_at: When it last changed; None: not known.
        vary: The request headers on which the content depends.
        headers: Further headers of the response.
    """

    packed: bytes
    length: int
    tag: str
    media_type: str
    status: int = 200
    changed_at: dt.datetime | None = None
    cache_control: str = _PAGE
    vary: tuple[str, ...] = ("Accept-Language",)
    headers: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def modified(self) -> str:
        """The value of `Last-Modified`; empty if it is not known."""
        return format_datetime(self.changed_at.astimezone(dt.UTC), usegmt=True) if self.changed_at else ""

    def response(self, headers: Mapping[str, str]) -> Response:
        """Answer a request with these headers; 304 without content if the reader has this very content.

        Source: RFC 9110, 8.8 (validators), 12.5.3 (Accept-Encoding), 13.1 and 15.4.5.
        """
        packed = max(_SMALL, len(self.packed)) <= self.length and takes_gzip(headers.get("accept-encoding", ""))
        said = {
            "Cache-Control": self.cache_control,
            "ETag": f'"{self.tag}-gzip"' if packed else f'"{self.tag}"',
            "Vary": ", ".join((*self.vary, "Accept-Encoding")),
            **self.headers,
        }
        if self.modified:
            said["Last-Modified"] = self.modified
        if self.status == 200 and self._is_known(headers):  # noqa: PLR2004
            return Response(status_code=304, headers=said)
        said["Content-Type"] = self.media_type
        if packed:
            said["Content-Encoding"] = "gzip"
        return Response(self.packed if packed else gzip.decompress(self.packed), self.status, said)

    def _is_known(self, headers: Mapping[str, str]) -> bool:
        known = headers.get("if-none-match")
        if known is not None:
            tags = {one.strip().removeprefix("W/") for one in known.split(",")}
            return known.strip() == "*" or not tags.isdisjoint({f'"{self.tag}"', f'"{self.tag}-gzip"'})
        since = _moment(headers.get("if-modified-since", ""))
        return since is not None and self.changed_at is not None and self.changed_at.replace(microsecond=0) <= since


def public_answer(
    content: bytes,
    media_type: str,
    status: int = 200,
    *,
    changed_at: dt.datetime | None = None,
    vary: tuple[str, ...] = ("Accept-Language",),
    headers: Mapping[str, str] = NO_HEADERS,
) -> PublicAnswer:
    """A public response with this content, which any cache may keep for five minutes."""
    packed = gzip.compress(content, mtime=0)  # without a time, the same content gives the same bytes
    tag = hashlib.sha256(content).hexdigest()[:32]
    return PublicAnswer(packed, len(content), tag, media_type, status, changed_at, vary=vary, headers=headers)


def public_page(request: Request, html: str, status: int = 200) -> Response:
    """Return a page that any cache may keep for five minutes. If the browser has it and *status* is 200, return 304."""
    return public_answer(html.encode(), HTML, status).response(request.headers)


@lru_cache(maxsize=64)
def _file(content: bytes, media_type: str, *, is_final: bool) -> PublicAnswer:
    answer = public_answer(content, media_type, vary=())
    return replace(answer, cache_control=_FOREVER) if is_final else answer


def content_version(content: bytes) -> str:
    """What the address of a file says of its content, as `?v=`."""
    return hashlib.sha256(content).hexdigest()[:12]


def public_file(request: Request, content: bytes, media_type: str) -> Response:
    """Return a style sheet, script or image: kept a year if its address names its content (`?v=`), else five minutes.

    Source: RFC 8246.
    """
    is_final = request.query_params.get("v") == content_version(content)
    return _file(content, media_type, is_final=is_final).response(request.headers)


@lru_cache(maxsize=256)
def takes_gzip(accepted: str) -> bool:
    """Whether `Accept-Encoding` allows gzip.

    Source: RFC 9110, 12.5.3.
    """
    weights: dict[str, str] = {}
    for part in accepted.lower().split(","):
        coding, _, weight = part.partition(";")
        weights[coding.strip()] = weight.strip().replace(" ", "")
    allowed = weights.get("gzip", weights.get("*"))
    return allowed is not None and allowed not in {"q=0", "q=0.0", "q=0.00", "q=0.000"}


@lru_cache(maxsize=256)
def _moment(text: str) -> dt.datetime | None:
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)
