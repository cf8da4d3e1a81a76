"""The log of what runs until it is stopped."""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass

_BY_STRANGERS = ("asyncio", "digest.server", "digest.web", "uvicorn")
_MOST = 5  # lines of one kind within a span
_SPAN = 60.0  # seconds


def start_log() -> None:
    """Log to stderr; libraries only what is wrong, and what strangers can cause only a few times a minute."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    for chatty in ("apscheduler", "alembic", "uvicorn"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
    for handler in logging.getLogger().handlers:
        handler.addFilter(FewOfAKind(time.monotonic))


@dataclass
class _Span:
    began: float
    lines: int = 0


class FewOfAKind(logging.Filter):
    """Leaves out what a request of a stranger logs again and again, so that nobody can fill the disk with it.

    Lines are of one kind if one place in the code logs them. Five a minute pass; the first line of the next minute
    says how many were left out. What does not come from serving pages passes always.

    Args:
        clock: Seconds, which never go back.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        super().__init__()
        self._clock = clock
        self._spans: dict[tuple[str, int], _Span] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether *record* is logged."""
        if not any(record.name == name or record.name.startswith(f"{name}.") for name in _BY_STRANGERS):
            return True
        place, now = (record.pathname, record.lineno), self._clock()
        span = self._spans.setdefault(place, _Span(now))
        if now - span.began >= _SPAN:
            if span.lines > _MOST:
                record.msg = f"{record.msg} ({span.lines - _MOST} lines like this were left out before)"
            self._spans[place] = span = _Span(now)
        span.lines += 1
        return span.lines <= _MOST
