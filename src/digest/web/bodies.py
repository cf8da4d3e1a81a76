"""Reads the body of a request, with limits on size, fields and time."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from email.message import Message
from urllib.parse import parse_qsl

from starlette.requests import ClientDisconnect, Request

from digest.characters import WHITE_SPACE

LONGEST_BODY = 64 * 1024  # bytes; a mail program sends 26, our longest form about 3,000
MOST_FIELDS = 200
_FORM = "application/x-www-form-urlencoded"
_CHARSETS = {"utf-8", "utf8", "us-ascii"}


class Unreadable(Exception):
    """The request can't be read as a form. Nothing was changed.

    Attributes:
        status: The status of the response, 4xx.
    """

    def __init__(self, status: int, problem: str) -> None:
        self.status = status
        super().__init__(problem)


@dataclass(frozen=True)
class Form:
    """The fields of a form, in order. A name may appear more than once."""

    fields: Sequence[tuple[str, str]]

    def get(self, name: str) -> str:
        """The first value of *name*, without surrounding space; empty if there is none."""
        return next((value.strip(WHITE_SPACE) for field, value in self.fields if field == name), "")

    def all(self, name: str) -> tuple[str, ...]:
        """Every value of *name*."""
        return tuple(value.strip(WHITE_SPACE) for field, value in self.fields if field == name)


async def read_body(request: Request, patience: float, longest: int = LONGEST_BODY) -> bytes:
    """
    Read the body.

    Args:
        patience: Seconds to wait for the whole body.
        longest: The largest size in bytes.

    Raises:
        Unreadable: The body is longer than *longest* (413), too slow (408) or incomplete (400).
    """
    try:
        async with asyncio.timeout(patience):
            return await _whole(request, longest)
    except TimeoutError as error:
        raise Unreadable(408, "the request took too long") from error
    except ClientDisconnect as error:
        raise Unreadable(400, "the request broke off") from error


async def read_form(request: Request, patience: float) -> Form:
    """
    Read the fields of a form as our pages send them.

    Raises:
        Unreadable: As for `read_body`; also if the encoding is wrong (415), the text is not UTF-8 (400), or there are
            more than 200 fields (413).

    Source: HTML, 4.10.22.7; RFC 9110, 15.5.16.
    """
    header = Message()
    header["content-type"] = request.headers.get("content-type", "")
    if header.get_content_type() != _FORM or str(header.get_param("charset", "utf-8")).lower() not in _CHARSETS:
        raise Unreadable(415, f"send the form as {_FORM} in UTF-8")
    body = await read_body(request, patience)
    if body.count(b"&") >= MOST_FIELDS:
        raise Unreadable(413, f"the form has more than {MOST_FIELDS} fields")
    try:
        fields = parse_qsl(body.decode("utf-8"), keep_blank_values=True, errors="strict")
    except ValueError as error:
        raise Unreadable(400, "the form is not valid UTF-8") from error
    return Form(fields)


async def _whole(request: Request, longest: int) -> bytes:
    parts: list[bytes] = []
    length = 0
    async for part in request.stream():
        length += len(part)
        if length > longest:
            raise Unreadable(413, f"the request is longer than {longest} bytes")
        parts.append(part)
    return b"".join(parts)
