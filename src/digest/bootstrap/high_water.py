"""The newest attempt of a SQLite database, recorded in a file beside it."""

import errno
import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from digest.errors import StorageError
from digest.pipeline.campaign.high_water import Mark

_LENGTH = 128  # bytes; constant, so that an update needs no room on the disk


class AttemptsFile:
    """One line beside the database: name of the installation and number of its newest attempt.

    It is written in place, under a lock that all processes of this machine take. Nobody reads a number that is not on
    the disk yet.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self.name = path.name

    def read(self) -> Mark | None:
        """See `HighWater`."""
        if not self._path.exists():
            return None
        with self._opened(fcntl.LOCK_SH) as file:
            return self._read(file)

    def rise(self, mark: Mark) -> None:
        """See `HighWater`."""
        with self._opened(fcntl.LOCK_EX) as file:
            kept = self._read(file)
            if kept is None or kept.installation != mark.installation or kept.attempt < mark.attempt:
                _write(file, mark)

    def reset(self, mark: Mark) -> None:
        """See `HighWater`."""
        with self._opened(fcntl.LOCK_EX) as file:
            _write(file, mark)

    @contextmanager
    def _opened(self, lock: int) -> Iterator[int]:
        try:
            with _descriptor(self._path) as file:
                fcntl.flock(file, lock)
                yield file
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            raise StorageError(f"{self._path} can't be used ({reason}): check the folder and the disk") from error

    def _read(self, file: int) -> Mark | None:
        content = os.pread(file, _LENGTH, 0)
        if not content:
            return None  # created by a process that was killed before it wrote
        name, _, number = content.decode("ascii", "replace").strip().rpartition(" ")
        if not name or not number.isdecimal():
            raise StorageError(f"{self._path} is damaged: run `digest db restored`, which writes it again")
        return Mark(name, int(number))


@contextmanager
def _descriptor(path: Path) -> Iterator[int]:
    is_new = not path.exists()
    file = os.open(path, os.O_CREAT | os.O_RDWR, 0o600)
    try:
        if is_new:
            _sync(path.parent)  # otherwise a power failure could remove the file
        yield file
    finally:
        os.close(file)


def _write(file: int, mark: Mark) -> None:
    line = f"{mark.installation} {mark.attempt}"
    if os.pwrite(file, line.ljust(_LENGTH - 1).encode("ascii") + b"\n", 0) < _LENGTH:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    os.fsync(file)


def _sync(folder: Path) -> None:
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
