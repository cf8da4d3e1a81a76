"""Files with people's data: readable by their owner only, and there whole or not at all."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from digest.errors import Conflict


def free_or_refuse(path: Path, *, force: bool = False) -> None:
    """
    Require that a file may be written.

    Raises:
        Conflict: It is there already and *force* is false, or it is no file.
    """
    if path.is_dir() or (path.exists() and not path.is_file()):
        raise Conflict(f"{path} is not a file: name another one")
    if path.exists() and not force:
        raise Conflict(f"{path} already exists: name another file, or add --force to replace it")


@contextmanager
def new_file(path: Path, *, force: bool) -> Iterator[Path]:
    """
    Gives an empty file beside *path*, of mode 0600, which takes its place once the block is left without an error.

    Raises:
        Conflict: See `free_or_refuse`.
        OSError: The folder can't be written.
    """
    free_or_refuse(path, force=force)
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    os.close(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    try:
        yield part
        _on_disk(part)
        free_or_refuse(path, force=force)
        part.replace(path)
        _on_disk(path.parent)
    finally:
        part.unlink(missing_ok=True)


def _on_disk(path: Path) -> None:
    opened = os.open(path, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
