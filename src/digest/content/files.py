"""Reading the editor's files: with `library`, the only modules of `content` that open files."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from digest.errors import ContentError, Place

LARGEST_TEXT = 256 * 1024  # bytes
LINK = ("this is a symbolic link, and digest does not follow links", "replace the link with the file or folder itself")
# Opening a FIFO would block until someone writes; a link could be swapped in between the check and the open.
_CAREFULLY = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)


def read_carefully(path: Path, file: str, largest: int) -> bytes:
    """
    Read a file in a folder that others may write to. A link is not followed.

    Args:
        file: The name as the editor knows it.
        largest: In bytes.

    Raises:
        FileNotFoundError: There is no such file.
        ContentError: It is not a regular file, is too large, or can't be read.
    """
    return read_bytes(path, file, largest, os.O_RDONLY | _CAREFULLY)


def read_bytes(path: Path, file: str, largest: int, flags: int) -> bytes:
    """Read a file, opened with *flags*; see `read_carefully`."""
    try:
        if not stat.S_ISREG(path.stat().st_mode):  # before opening, because opening a device can have effects
            raise ContentError(Place(file), "this is not a regular file", "remove it or rename it")
        with os.fdopen(os.open(path, flags), "rb") as opened:
            data = opened.read(largest + 1)
    except FileNotFoundError:
        raise
    except OSError as error:
        raise ContentError(
            Place(file), f"the file can't be read ({error.strerror})", "check that it is a readable file"
        ) from None
    if len(data) > largest:
        raise ContentError(Place(file), f"the file is larger than {largest // 1024} KiB", "shorten it")
    return data


def entries(folder: Path) -> Iterator[os.DirEntry[str]]:
    """The entries of the folder by name, without hidden files; none if there is no folder."""
    try:
        with os.scandir(folder) as listed:
            found = sorted(listed, key=lambda entry: entry.name)
    except (FileNotFoundError, NotADirectoryError):
        return
    yield from (entry for entry in found if not entry.name.startswith("."))
