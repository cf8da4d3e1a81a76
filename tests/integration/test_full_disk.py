"""A disk without room leaves no half-written file behind, and mails are readable by their owner only."""

import contextlib
import os
import resource
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from factories import NOON, ORIGIN, make_edition
from services.site import make_renderer, make_taxonomy

from digest.bootstrap.erasures import Erasures
from digest.bootstrap.project import start_project
from digest.content.library import Library
from digest.delivery.handover import Batch, Note, Recipient
from digest.errors import ContentError, Refused, StorageError
from digest.months import Month
from digest.pipeline.process import is_running
from digest.pipeline.upkeep.backup import copy
from digest.storage.db.database import upgrade
from digest.transports.files import FilesTransport

MONTH = Month(2026, 11)
ANN = Recipient(1, "ann@example.org", "Ann", "Dear Ann,", "https://x/u", "https://x/p")
BATCH = Batch(1, make_edition(), [ANN], ORIGIN)


@contextlib.contextmanager
def room_for(size: int) -> Iterator[None]:
    """No file grows beyond *size* bytes."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def files_in(folder: Path) -> set[str]:
    return {path.name for path in folder.rglob("*") if path.is_file()}


def transport(folder: Path) -> FilesTransport:
    return FilesTransport(folder, "a campaign", make_renderer(), is_running)


def test_mail_that_finds_no_room_leaves_no_temporary_file(tmp_path: Path):
    with room_for(100), pytest.raises(Refused, match="can't be written"):
        transport(tmp_path / "outbox").hand_over(BATCH, lambda _: None)
    assert files_in(tmp_path) == {".campaign"}

    transport(tmp_path / "outbox").hand_over(BATCH, lambda _: None)
    assert "1.eml" in files_in(tmp_path)


def test_index_that_finds_no_room_leaves_no_temporary_file(tmp_path: Path):
    outbox = transport(tmp_path)
    outbox.hand_over(BATCH, lambda _: None)
    before = files_in(tmp_path)
    with room_for(100), pytest.raises(Refused):
        outbox.finish()

    assert files_in(tmp_path) == before


@pytest.mark.parametrize("mode", [0o000, 0o022])
def test_mails_are_readable_by_their_owner_only(tmp_path: Path, mode: int):
    folder, before = tmp_path / "outbox" / "2026-11", os.umask(mode)
    try:
        outbox = transport(folder)
        outbox.hand_over(BATCH, lambda _: None)
        outbox.hand_over_note(
            Note(7, "ann@example.org", "Subject", "<p>Hello</p>", "Hello", [("From", "digest@example.org")], ORIGIN)
        )
        outbox.finish()
    finally:
        os.umask(before)

    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()}
    assert set(modes.values()) == {0o600}
    assert {"1.eml", "7.eml", "index.html"} < set(modes)
    assert {stat.S_IMODE(path.stat().st_mode) for path in (folder, folder.parent)} == {0o700}


def test_folder_that_others_could_read_is_closed_to_them(tmp_path: Path):
    tmp_path.chmod(0o755)
    transport(tmp_path).hand_over(BATCH, lambda _: None)

    assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o700


def test_article_that_finds_no_room_leaves_no_draft(tmp_path: Path):
    library = Library(tmp_path, make_taxonomy())
    library.create(MONTH, "there", "short")
    with room_for(100):
        with pytest.raises(ContentError, match="free disk space"):
            library.create(MONTH, "new", "long " * 100)
        with pytest.raises(ContentError, match="free disk space"):
            library.replace(MONTH, "there", "long " * 100)

    assert files_in(tmp_path) == {"there.md"}
    assert (tmp_path / str(MONTH) / "there.md").read_text() == "short"


def test_project_that_finds_no_room_can_be_started_again(tmp_path: Path):
    with room_for(100), pytest.raises(OSError, match=r"."):
        start_project(tmp_path)
    assert "config.yaml" not in files_in(tmp_path)

    start_project(tmp_path)
    assert files_in(tmp_path) == {"config.yaml", ".gitignore"}


def test_erasure_that_finds_no_room_is_refused_and_leaves_no_half_line(tmp_path: Path):
    erasures = Erasures(tmp_path / "erasures.txt")
    erasures.append("first", NOON)
    with room_for(40), pytest.raises(StorageError, match="nobody was erased"):
        erasures.append("second", NOON)
    erasures.append("third", NOON)

    assert [address_hash for address_hash, _ in erasures] == ["first", "third"]


def test_backup_that_finds_no_room_leaves_nothing(tmp_path: Path):
    url = f"sqlite:///{tmp_path}/digest.db"
    upgrade(url)
    with room_for(20_000), pytest.raises(StorageError, match="make room"):
        copy(url, tmp_path / "copy.db", force=False, progress=lambda _done, _all: None)

    assert not [name for name in files_in(tmp_path) if "copy" in name]
