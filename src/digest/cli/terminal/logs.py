"""The log of long-running commands."""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass

_CAUSED_BY_VISITORS = ("asyncio", "digest.server", "digest.web", "uvicorn")
_MOST = 5  # lines of one kind within a span
_SPAN = 60.0  # seconds


def start_log() -> None:
    """Log to stderr: of libraries only problems, and of messages that visitors can cause a few a minute."""
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
    """Limits messages that visitors' requests cause, so that nobody can fill the disk with them.

    Lines are of one kind if one place in the code logs them. Five a minute pass; the first line of the next minute
    says how many were dropped. Lines that do not come from serving pages always pass.

    Args:
        clock: A monotonic clock, in seconds.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        super().__init__()
        self._clock = clock
        self._spans: dict[tuple[str, int], _Span] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether *record* is logged."""
        if not any(record.name == name or record.name.startswith(f"{name}.") for name in _CAUSED_BY_VISITORS):
            return True
        place, now = (record.pathname, record.lineno), self._clock()
        span = self._spans.setdefault(place, _Span(now))
        if now - span.began >= _SPAN:
            if span.lines > _MOST:
                record.msg = f"{record.msg} ({span.lines - _MOST} similar lines were dropped before)"
            self._spans[place] = span = _Span(now)
        span.lines += 1
        return span.lines <= _MOST
