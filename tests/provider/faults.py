"""The faults that the provider can be told to have, by name."""

import random
import time
from collections import deque
from collections.abc import Iterable, Mapping
from typing import NamedTuple

HANG = "hang"  # no answer, the connection stays open
RESET = "reset"  # no answer, the connection is torn down
CUT = "cut"  # only the beginning of the answer, then an orderly close


class Fault(NamedTuple):
    """
    Attributes:
        accepts: Whether the request is accepted all the same, if it is a valid one.
        status: What is answered.
        body: What stands in the answer; None for what belongs to the status.
        headers: More headers; a number in braces is seconds from now, as a time of the day.
        ending: What happens instead of an answer, or to it.
        kept: Where an answer without a body is cut: bytes of its head, from the end if negative.
        interim: What comes a moment before the answer.
        delay: Seconds before the answer.
    """

    accepts: bool = False
    status: int = 202
    body: bytes | None = None
    headers: tuple[tuple[str, str], ...] = ()
    ending: str = ""
    kept: int = 14  # in the middle of the first line
    interim: bytes = b""
    delay: float = 0.0


_FIELD = b'{"errors":[{"message":"%b","field":%b,"help":null}]}'
NONE = "none"
FAULTS: Mapping[str, Fault] = {
    NONE: Fault(accepts=True),
    "limited-past": Fault(status=429, headers=(("X-RateLimit-Reset", "{-60}"),)),
    "limited-soon": Fault(status=429, headers=(("X-RateLimit-Reset", "{1}"),)),
    "limited-far": Fault(status=429, headers=(("X-RateLimit-Reset", "{86400}"),)),
    "limited-absent": Fault(status=429),
    "limited-garbage": Fault(status=429, headers=(("X-RateLimit-Reset", "tomorrow"),)),
    "500": Fault(status=500),
    "503": Fault(status=503, body=b"<html><body>try later</body></html>"),
    "accept-then-reset": Fault(accepts=True, ending=RESET),
    "accept-then-hang": Fault(accepts=True, ending=HANG),
    "500-after-accept": Fault(accepts=True, status=500),
    "truncated-202": Fault(accepts=True, body=b"0123456789", ending=CUT),
    "truncated-head": Fault(accepts=True, ending=CUT),
    "truncated-in-field": Fault(accepts=True, ending=CUT, kept=-24),
    "truncated-after-field": Fault(accepts=True, ending=CUT, kept=-4),
    "truncated-before-end": Fault(accepts=True, ending=CUT, kept=-2),
    "102-then-202": Fault(accepts=True, interim=b"HTTP/1.1 102 Processing\r\n\r\n"),
    "103-then-202": Fault(accepts=True, interim=b"HTTP/1.1 103 Early Hints\r\nLink: </a>; rel=preload\r\n\r\n"),
    "103-then-500": Fault(accepts=True, status=500, interim=b"HTTP/1.1 103 Early Hints\r\n\r\n"),
    "101": Fault(accepts=True, status=101),
    "408": Fault(accepts=True, status=408),
    "reset": Fault(ending=RESET),
    "hang": Fault(ending=HANG),
    "redirect": Fault(status=307, headers=(("Location", "/elsewhere"),)),
    "slow": Fault(accepts=True, delay=0.5),
    "400-first": Fault(
        status=400, body=_FIELD % (b"Does not contain a valid address.", b'"personalizations.0.to.0.email"')
    ),
    "400-body": Fault(status=400, body=_FIELD % (b"The content value is no good.", b'"content.0.value"')),
    "400-unnamed": Fault(status=400, body=_FIELD % (b"Bad Request", b"null")),
    "400-html": Fault(status=400, body=b"<html>bad request</html>"),
    "400-empty": Fault(status=400, body=b""),
    "401": Fault(status=401, body=_FIELD % (b"The provided authorization grant is invalid", b"null")),
    "403": Fault(status=403, body=_FIELD % (b"The from address is not verified", b'"from"')),
    "413": Fault(status=413),
    "200-unasked": Fault(status=200),
}


class Script:
    """
    Which fault each request meets.

    Args:
        first: Faults of the first requests, in order.
        chances: Fault to its share of all later requests; the rest meets none.
        quiet_after: Seconds after which no fault happens any more.
    """

    def __init__(
        self,
        first: Iterable[str] = (),
        chances: Mapping[str, float] | None = None,
        seed: int = 0,
        quiet_after: float = float("inf"),
    ) -> None:
        self._first = deque(first)
        self._chances = dict(chances or {})
        self._random = random.Random(seed)
        self._until = time.monotonic() + quiet_after
        for name in (*self._first, *self._chances):
            FAULTS[name]

    def add(self, *names: str) -> None:
        """Let the next requests meet these."""
        self._first.extend(FAULTS[name] and name for name in names)

    def next(self) -> str:
        if self._first:
            return self._first.popleft()
        if time.monotonic() > self._until:
            return NONE
        share = self._random.random()
        for name, chance in self._chances.items():
            if (share := share - chance) < 0:
                return name
        return NONE
