import pytest

from digest.content.reading.decoding import decode, plain_lines
from digest.errors import ContentError, Place


def fault(data: bytes) -> str:
    with pytest.raises(ContentError) as caught:
        decode(data, "x.md")
    return str(caught.value)


def test_every_character_is_kept():
    assert decode("\ufeffa\r\né".encode(), "x.md") == "\ufeffa\r\né"


def test_byte_order_mark_and_line_ends_are_made_plain():
    assert plain_lines("\ufeffa\r\nb\rc\n") == "a\nb\nc\n"


def test_invalid_utf_8_is_told_with_its_line():
    assert fault(b"one\r\ntwo\nth\xe9ree\n") == "x.md:3: byte 0xe9 is not UTF-8: save the file as UTF-8"


def test_nul_is_told_with_its_line():
    assert (
        fault(b"one\ntwo\0\n")
        == "x.md:2: the file contains a NUL byte, so it is not a text file: save the file as UTF-8"
    )


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
def test_utf_16_is_told_as_such(encoding):
    assert fault("---\ntitle: A".encode(encoding)) == "x.md:1: the file is encoded as UTF-16: save the file as UTF-8"


def test_nul_byte_is_found_at_its_line_even_as_the_very_first_byte():
    for data, line in ((b"\0abcdefgh", 1), (b"ab\ncd\0efgh", 2)):
        with pytest.raises(ContentError, match="NUL") as caught:
            decode(data, "a.md")
        assert caught.value.place == Place("a.md", line)


def test_single_byte_is_no_utf_16():
    assert decode(b"a", "a.md") == "a"
    assert decode(b"", "a.md") == ""
