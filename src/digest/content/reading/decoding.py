"""Bytes of a text file to text, or to an error that says which line to look at."""

from digest.errors import ContentError, Place

_UTF_16_MARKS = (b"\xff\xfe", b"\xfe\xff")
_SAVE_AS = "save the file as UTF-8"


def decode(data: bytes, file: str) -> str:
    """
    Decode UTF-8, keeping every character: a byte order mark and the line ends too.

    Raises:
        ContentError: The bytes are UTF-16, hold a NUL or are not UTF-8.
    """
    if data.startswith(_UTF_16_MARKS) or _looks_like_utf_16(data):
        raise ContentError(Place(file, 1), "the file is encoded as UTF-16", _SAVE_AS)
    if (nul := data.find(b"\0")) >= 0:
        raise ContentError(
            Place(file, _line(data, nul)), "the file contains a NUL byte, so it is not a text file", _SAVE_AS
        )
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        found = f"byte 0x{data[error.start]:02x} is not UTF-8"
        raise ContentError(Place(file, _line(data, error.start)), found, _SAVE_AS) from None


def plain_lines(text: str) -> str:
    """The text without a byte order mark, every line ended by a line feed."""
    return text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")


def _looks_like_utf_16(data: bytes) -> bool:
    start = data[:200]
    most = len(start) // 2 * 0.8
    return len(start) > 1 and (start[::2].count(0) >= max(1, most) or start[1::2].count(0) >= max(1, most))


def _line(data: bytes, position: int) -> int:
    return len(plain_lines(data[:position].decode(errors="replace")).split("\n"))
