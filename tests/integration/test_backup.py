"""Backups are whole, checked, private, and made while the database is in use."""

import os
import sqlite3
import subprocess
import threading
from contextlib import closing
from pathlib import Path

import pytest
from factories import NOON
from services import postgres
from sqlalchemy import make_url
from storage_samples import add_people, make_person

from digest.errors import Conflict, StorageError
from digest.pipeline.upkeep.backup import check_dump, copy, dump_command
from digest.storage.db.database import Database, revision_state
from digest.storage.people import adding, subscribers


def quiet(_done: int, _whole: int) -> None:
    pass


def test_copy_is_a_database_of_its_own_that_only_its_owner_reads(sqlite_url, tmp_path):
    database = Database(sqlite_url)
    person = make_person("ann")
    with database.write() as connection:
        add_people(connection, person)
    file = tmp_path / "backups" / "copy.db"
    file.parent.mkdir()

    assert copy(sqlite_url, file, force=False, progress=quiet) == file.stat().st_size

    database.dispose()
    assert [path.name for path in file.parent.iterdir()] == ["copy.db"]
    assert file.stat().st_mode & 0o777 == 0o600
    assert revision_state(f"sqlite:///{file}") == "current"
    copied = Database(f"sqlite:///{file}")
    with copied.read() as connection:
        assert subscribers.find(connection, person.address_hash)
    copied.dispose()


def test_copy_is_one_moment_though_others_write_on(sqlite_url, tmp_path):
    """Every transaction adds a pair: half of one in the copy would be seen."""
    database = Database(sqlite_url)
    stop = threading.Event()

    def write_on() -> None:
        number = 0
        while not stop.is_set():
            with database.write() as connection:
                for half in "ab":
                    person = make_person(f"p{number}{half}")
                    adding.add_many(connection, [person], update=False, now=NOON)
            number += 1

    writer = threading.Thread(target=write_on)
    writer.start()
    try:
        for attempt in range(5):
            file = tmp_path / f"copy-{attempt}.db"
            copy(sqlite_url, file, force=False, progress=quiet)
            with closing(sqlite3.connect(file)) as copied:
                (count,) = copied.execute("SELECT count(*) FROM subscriber").fetchone()
                assert count % 2 == 0
    finally:
        stop.set()
        writer.join()
        database.dispose()


def test_copy_replaces_nothing_unless_told_to_and_never_the_database(sqlite_url, tmp_path):
    file = tmp_path / "copy.db"
    file.write_text("something dear")

    with pytest.raises(Conflict, match="--force"):
        copy(sqlite_url, file, force=False, progress=quiet)
    assert file.read_text() == "something dear"
    copy(sqlite_url, file, force=True, progress=quiet)
    assert revision_state(f"sqlite:///{file}") == "current"
    with pytest.raises(Conflict, match="the database itself"):
        copy(sqlite_url, tmp_path / "digest.db", force=True, progress=quiet)


def test_copy_of_a_damaged_database_is_not_kept(sqlite_url, tmp_path):
    path = tmp_path / "digest.db"
    path.write_bytes(path.read_bytes()[:4096] + b"\x55" * (path.stat().st_size - 4096))

    with pytest.raises(StorageError, match=r"damaged|malformed"):
        copy(sqlite_url, tmp_path / "copy.db", force=False, progress=quiet)
    assert not list(tmp_path.glob("*copy*"))


def test_command_for_postgresql_shows_no_password():
    command = dump_command("postgresql://ann:secret@db.example.org/digest", Path("a b.dump"))

    assert command == "pg_dump --format=custom '--file=a b.dump' postgresql://ann@db.example.org/digest"


def test_dump_is_checked_to_its_end(postgresql_url, tmp_path, monkeypatch):
    programs = postgres.wheel_programs()
    monkeypatch.setenv("PATH", f"{programs}:{os.environ['PATH']}")
    file = tmp_path / "digest.dump"
    address = make_url(postgresql_url).set(drivername="postgresql").render_as_string(hide_password=False)
    subprocess.run([programs / "pg_dump", "--format=custom", f"--file={file}", address], check=True)

    assert check_dump(file) > 10
    cut = tmp_path / "cut.dump"
    cut.write_bytes(file.read_bytes()[:-600])
    with pytest.raises(StorageError, match="can't be read"):
        check_dump(cut)
    cut.write_bytes(b"-- a dump as text")
    with pytest.raises(StorageError, match="--format=custom"):
        check_dump(cut)


def test_dump_of_another_database_is_no_backup(postgres_server, tmp_path, monkeypatch):
    programs = postgres.wheel_programs()
    monkeypatch.setenv("PATH", f"{programs}:{os.environ['PATH']}")
    file = tmp_path / "other.dump"
    address = make_url(postgres_server.url).set(drivername="postgresql").render_as_string(hide_password=False)
    subprocess.run([programs / "pg_dump", "--format=custom", "--schema-only", f"--file={file}", address], check=True)

    with pytest.raises(StorageError, match="lacks the data of"):
        check_dump(file)


def test_dump_can_only_be_checked_with_the_programs_of_postgresql(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    file = tmp_path / "digest.dump"
    file.write_bytes(b"PGDMP")

    with pytest.raises(StorageError, match="pg_restore is not installed"):
        check_dump(file)
