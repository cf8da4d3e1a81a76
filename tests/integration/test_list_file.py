"""What the file of a list is, found out before anything is made of it."""

from pathlib import Path

import pytest

from digest.errors import DigestError
from digest.pipeline.people.list_file import inspect


def written(folder: Path, content: bytes) -> Path:
    path = folder / "people.csv"
    path.write_bytes(content)
    return path


def test_utf_8_is_read_with_or_without_a_byte_order_mark(tmp_path):
    for start in (b"", b"\xef\xbb\xbf"):
        found = inspect(written(tmp_path, start + "email,name\nann@example.org,Étienne\n".encode()))

        assert (found.lines, found.guessed) == (2, None)
        with found.open() as lines:
            assert lines.read().endswith("Étienne\n")


def test_windows_1252_is_read_and_said(tmp_path):
    found = inspect(written(tmp_path, "email,name\nann@example.org,Ann\nbea@example.org,Étienne\n".encode("cp1252")))

    assert (found.encoding, found.guessed) == ("cp1252", 3)
    with found.open() as lines:
        assert "Étienne" in lines.read()


def test_broken_utf_8_is_not_taken_for_another_encoding(tmp_path):
    content = "email,name\nann@example.org,Étienne\n".encode() + b"bea@example.org,\xc9mile\n"

    with pytest.raises(DigestError, match=r"people\.csv:3: not UTF-8"):
        inspect(written(tmp_path, content))


def test_bad_byte_is_found_far_down_and_across_blocks(tmp_path):
    row = "p@example.org,Étienne Gagnon\r\n".encode()
    content = b"email,name\r\n" + row * 80_000

    assert inspect(written(tmp_path, content)).lines == 80_001
    with pytest.raises(DigestError, match=r"people\.csv:80002: not UTF-8"):
        inspect(written(tmp_path, content + b"q@example.org,\xff\r\n"))


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("email\nann@example.org\n".encode("utf-16"), "UTF-16.*CSV UTF-8"),
        ("email\nann@example.org\n".encode("utf-16-le"), "UTF-16"),
        (b"PK\x03\x04" + b"x" * 50, "workbook or an archive.*CSV UTF-8"),
        (b"\xd0\xcf\x11\xe0" + b"x" * 50, "workbook"),
        (b"\x1f\x8b\x08" + b"x" * 50, "unpack"),
        (b"email\n" + b"x" * 3_000_000, ":2: a line of more than a million bytes"),
        (b"email\nann@example.org,\x81\n", "neither UTF-8 nor Windows-1252"),
    ],
)
def test_what_is_no_list_is_refused_with_what_to_do(tmp_path, content, words):
    with pytest.raises(DigestError, match=words):
        inspect(written(tmp_path, content))


def test_missing_file_and_folder_are_named(tmp_path):
    for path in (tmp_path / "none.csv", tmp_path):
        with pytest.raises(DigestError, match="can't be read"):
            inspect(path)


def test_empty_file_is_a_list_without_lines(tmp_path):
    assert inspect(written(tmp_path, b"")).lines == 0
