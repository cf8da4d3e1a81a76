"""SIGTERM and Ctrl-C while requests are under way: digest finishes them first."""

import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import FrameType

_SIGNALLED = 128  # plus the signal's number: the exit code of a process that a signal ended


class Stop(threading.Event):
    """Set by a signal.

    Attributes:
        exit_code: The exit code if work is left: 130 after Ctrl-C, 143 after SIGTERM; None: not stopped.
    """

    exit_code: int | None = None


@contextmanager
def stopped_by_signals() -> Iterator[Stop]:
    """Give an event that the first SIGTERM or Ctrl-C sets; the second one interrupts at once."""
    stop = Stop()

    def request_stop(number: int, _frame: FrameType | None) -> None:
        if stop.is_set():
            raise KeyboardInterrupt
        stop.exit_code = _SIGNALLED + number
        stop.set()
        _tell(f"{signal.Signals(number).name}: finishing the current requests; send it again to stop immediately")

    before = {number: signal.signal(number, request_stop) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _tell(text: str) -> None:
    # bypasses Python's buffer, which refuses a second writer: the signal may have come during a write
    with suppress(OSError, ValueError):
        os.write(sys.stderr.fileno(), f"{text}\n".encode())
