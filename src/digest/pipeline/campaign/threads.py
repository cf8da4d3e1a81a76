"""The threads of a worker that make its requests. Each one runs before a batch is claimed for it."""

import logging
import queue
import threading
from collections.abc import Callable
from types import TracebackType
from typing import Self

Job = Callable[[], None]

log = logging.getLogger("digest.worker")


class RequestThreads:
    """
    Up to *most* threads. A machine at its limit of memory or processes may allow fewer, or none.

    Args:
        start: Starts a thread; raises RuntimeError or MemoryError if the machine refuses.

    Leaving the block waits for jobs that are under way, except after Ctrl-C.
    """

    def __init__(self, most: int, start: Callable[[threading.Thread], None] = threading.Thread.start) -> None:
        self._most = most
        self._start = start
        self._jobs: queue.SimpleQueue[Job | None] = queue.SimpleQueue()
        self._threads: list[threading.Thread] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for _ in self._threads:
            self._jobs.put(None)
        if kind is None or not issubclass(kind, KeyboardInterrupt):
            for thread in self._threads:
                thread.join()

    def ready(self, wanted: int) -> int:
        """Start threads until *wanted* of them run, and return how many do. After a refusal, start no more."""
        while len(self._threads) < min(wanted, self._most):
            try:
                # daemon: Ctrl-C ends the process without waiting for them
                thread = threading.Thread(target=self._work, name=f"hand-over-{len(self._threads)}", daemon=True)
                self._start(thread)
            except (RuntimeError, MemoryError) as error:
                self.limit(len(self._threads), error)
            else:
                self._threads.append(thread)
        return min(len(self._threads), self._most)

    def limit(self, most: int, error: BaseException) -> None:
        """Use at most *most* threads from now on, since the machine refused one with *error*."""
        why, remedy = str(error) or type(error).__name__, "raise the limits of processes and memory (ulimit -u, -v)"
        log.warning("%d requests at once instead of %d: %s: %s", most, self._most, why, remedy)
        self._most = most

    def give(self, job: Job) -> None:
        """Let a thread do *job*, which must not raise. If this call raises, the job is not done."""
        self._jobs.put(job)

    def _work(self) -> None:
        while (job := self._jobs.get()) is not None:
            job()
