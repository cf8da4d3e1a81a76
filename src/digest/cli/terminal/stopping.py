"""SIGTERM and Ctrl-C while requests are under way: they are finished first."""

import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import FrameType

_SAID_BY_SHELLS = 128  # and the signal's number: the exit code of a process that a signal ended


class Stop(threading.Event):
    """Set by a signal.

    Attributes:
        exit_code: What to end with if something is left to do: 130 after Ctrl-C, 143 after SIGTERM; None: not stopped.
    """

    exit_code: int | None = None


@contextmanager
def stopped_by_signals() -> Iterator[Stop]:
    """Give an event that the first SIGTERM or Ctrl-C sets; the second one interrupts at once."""
    stop = Stop()

    def ask(number: int, _frame: FrameType | None) -> None:
        if stop.is_set():
            raise KeyboardInterrupt
        stop.exit_code = _SAID_BY_SHELLS + number
        stop.set()
        _tell(f"{signal.Signals(number).name}: finishing what is under way; once more to stop at once")

    before = {number: signal.signal(number, ask) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _tell(text: str) -> None:
    # past Python's buffer, which refuses a second writer: the signal may have come while somebody writes to it
    with suppress(OSError, ValueError):
        os.write(sys.stderr.fileno(), f"{text}\n".encode())
