"""A record of erasures outside the database, so that a restored backup does not bring an erased person back."""

import datetime as dt
import errno
import os
from collections.abc import Iterator
from pathlib import Path

from digest.errors import StorageError


class Erasures:
    """A file with one line for each erasure: hash of the address, a space, the time in UTC. It only grows."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def append(self, address_hash: str, time: dt.datetime) -> None:
        """Record an erasure; it is on the disk when this returns.

        Raises:
            StorageError: The file can't be written.
        """
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            descriptor = os.open(self._path, os.O_CREAT | os.O_APPEND | os.O_WRONLY, 0o600)
            try:
                _append(descriptor, f"{address_hash} {time.isoformat()}\n".encode())
            finally:
                os.close(descriptor)
        except OSError as error:
            raise StorageError(f"{self._path} can't be written: {error.strerror}: nobody was erased") from error

    def __iter__(self) -> Iterator[tuple[str, dt.datetime]]:
        """Yield hash and time of each erasure, oldest first; a line truncated by a power failure is left out.

        Raises:
            StorageError: The file can't be read.
        """
        try:
            lines = self._path.read_text(encoding="ascii").splitlines() if self._path.exists() else []
        except (OSError, UnicodeDecodeError) as error:
            raise StorageError(f"{self._path} can't be read: {error}") from error
        for line in lines:
            address_hash, _, stamp = line.partition(" ")
            try:
                yield address_hash, dt.datetime.fromisoformat(stamp)
            except ValueError:
                continue


def _append(descriptor: int, line: bytes) -> None:
    before = os.fstat(descriptor).st_size
    try:
        if os.write(descriptor, line) < len(line):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))  # a full disk writes the beginning without an error
        os.fsync(descriptor)
    except OSError:
        os.ftruncate(descriptor, before)  # the next line must not be joined to half of this one
        raise
