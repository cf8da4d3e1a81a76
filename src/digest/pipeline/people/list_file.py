"""The file of a subscriber list: its type, encoding and length, checked before it is imported."""

import codecs
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from digest.errors import DigestError

_BLOCK = 1 << 20  # bytes read at once; no line can be longer than two of them
_UTF_8, _WINDOWS = "utf-8-sig", "cp1252"
_SAVE_AS = "save it again as CSV in UTF-8 (in Excel: Save as, CSV UTF-8; in LibreOffice: Text CSV, character set UTF-8)"
_OTHERS = {
    b"PK\x03\x04": "it is a workbook or an archive, not CSV: open it and save the list as CSV UTF-8",
    b"\xd0\xcf\x11\xe0": "it is a workbook, not CSV: open it and save the list as CSV UTF-8",
    b"\x1f\x8b": "it is compressed: unpack it first",
    codecs.BOM_UTF16_LE: f"it is in UTF-16: {_SAVE_AS}",
    codecs.BOM_UTF16_BE: f"it is in UTF-16: {_SAVE_AS}",
}
_LOOKED_AT = 1000  # bytes at the start that identify other file types


@dataclass(frozen=True)
class ListFile:
    """
    A file that can be read to its end.

    Attributes:
        encoding: As Python calls it.
        lines: Number of line ends.
        guessed: The first line that is not UTF-8, so that the file is taken for Windows-1252; None: it is UTF-8.
    """

    path: Path
    encoding: str
    lines: int
    guessed: int | None = None

    @contextmanager
    def open(self) -> Iterator[TextIO]:
        """The text, for `digest.subscribers.lists.read_list`."""
        with self.path.open(encoding=self.encoding, newline="") as lines:
            yield lines


def inspect(path: Path) -> ListFile:
    """
    Read a file once, in constant memory.

    Raises:
        DigestError: It can't be read, is not text, or has an unknown encoding.
    """
    try:
        return _inspected(path)
    except OSError as error:
        raise DigestError(f"{path} can't be read: {error.strerror}") from error


def _inspected(path: Path) -> ListFile:
    scan = _Scan(path)
    with path.open("rb") as file:
        for block in iter(lambda: file.read(_BLOCK), b""):
            scan.take(block)
    scan.end()
    if scan.first_bad is None:
        return ListFile(path, _UTF_8, scan.lines)
    if scan.good >= scan.bad:
        raise DigestError(f"{path}:{scan.first_bad}: not UTF-8, though other lines are: fix this line, or {_SAVE_AS}")
    try:
        with path.open(encoding=_WINDOWS) as text:
            while text.read(_BLOCK):
                pass
    except UnicodeDecodeError as error:
        raise DigestError(f"{path}:{scan.first_bad}: neither UTF-8 nor Windows-1252: {_SAVE_AS}") from error
    return ListFile(path, _WINDOWS, scan.lines, scan.first_bad)


class _Scan:
    """Scans a file block by block."""

    def __init__(self, path: Path) -> None:
        self.lines = 0
        self.first_bad: int | None = None  # line of the first byte that is not UTF-8
        self.good = 0  # bytes of letters outside ASCII in UTF-8
        self.bad = 0  # bytes that are not UTF-8
        self._path = path
        self._rest: bytes | None = None  # the line that the next block continues

    def take(self, block: bytes) -> None:
        if self._rest is None:
            self._refuse_others(block)
        block = (self._rest or b"") + block
        end = max(block.rfind(b"\n"), block.rfind(b"\r")) + 1
        if not end and len(block) > _BLOCK:
            raise DigestError(f"{self._path}:{self.lines + 1}: a line of more than a million bytes: this is not CSV")
        self._look(block[:end])
        self._rest = block[end:]

    def end(self) -> None:
        self._look(self._rest or b"")
        self.lines += bool(self._rest)

    def _refuse_others(self, block: bytes) -> None:
        start = block[:_LOOKED_AT]
        problem = next((text for mark, text in _OTHERS.items() if start.startswith(mark)), None)
        if start.count(0) * 3 > len(start):
            problem = problem or f"it is in UTF-16, or not text at all: {_SAVE_AS}"
        if problem:
            raise DigestError(f"{self._path} can't be imported: {problem}")

    def _look(self, lines: bytes) -> None:
        try:
            text = lines.decode("utf-8")
        except UnicodeDecodeError as error:
            if self.first_bad is None:
                self.first_bad = self.lines + _ends(lines[: error.start]) + 1
            text = lines.decode("utf-8", "surrogateescape")  # each bad byte becomes one letter
            self.bad += sum("\udc80" <= letter <= "\udcff" for letter in text)
        self.good += len(lines) - len(text)
        self.lines += _ends(lines)


def _ends(lines: bytes) -> int:
    return lines.count(b"\n") or lines.count(b"\r")
