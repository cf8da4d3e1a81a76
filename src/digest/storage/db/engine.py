"""Connections to SQLite and PostgreSQL, set up so that a committed claim survives a power cut."""

import os
import sqlite3
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError

from digest.errors import ConfigError, StorageError

_BUSY_SECONDS = 30  # how long a writer of SQLite waits for another one
_PATIENCE: dict[str, int] = {  # libpq, "Parameter Key Words": a server that vanished is noticed within half a minute
    "connect_timeout": 10,
    "tcp_user_timeout": 30_000,
    "keepalives_idle": 15,
    "keepalives_interval": 5,
    "keepalives_count": 3,
}
WRITES = "digest_writes"  # the execution option that makes a transaction of SQLite take the write lock at once


def parse(url: str) -> URL:
    """Read a database URL, `sqlite:///FILE` or `postgresql://...`.

    Raises:
        ConfigError: It is neither.
    """
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise ConfigError("database.url: not a URL: write sqlite:///FILE or postgresql://HOST/NAME") from error
    family = parsed.drivername.partition("+")[0]
    if family in {"postgresql", "postgres"}:
        return parsed.set(drivername="postgresql+psycopg")
    if family == "sqlite" and parsed.database and parsed.database != ":memory:":
        return parsed
    raise ConfigError(f"database.url: can't use {parsed.drivername}: write sqlite:///FILE or postgresql://HOST/NAME")


def located(url: str, folder: Path) -> str:
    """*url* with the path of a SQLite file counted from *folder*."""
    parsed = parse(url)
    if not parsed.drivername.startswith("sqlite"):
        return url
    return parsed.set(database=str(folder / file_of(parsed))).render_as_string(hide_password=False)


def shown(url: URL) -> str:
    """The URL for people, without its password."""
    return str(file_of(url)) if url.drivername.startswith("sqlite") else url.render_as_string(hide_password=True)


def file_of(url: URL) -> Path:
    """The file of a SQLite URL."""
    return Path(url.database or "")


def make_file(path: Path) -> None:
    """Make an empty database file, readable by its owner only, and its folder; leave an existing one alone."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        # SQLite gives its -wal and -shm files the mode of this one
        os.close(os.open(path, os.O_CREAT | os.O_WRONLY, 0o600))
    except OSError as error:
        raise StorageError(f"can't make the database {path}: {error.strerror}: check the folder") from error


def engine(url: URL) -> Engine:
    """An engine with the settings that the outbox relies on. Opens nothing yet."""
    return _sqlite(url) if url.drivername.startswith("sqlite") else _postgresql(url)


def _postgresql(url: URL) -> Engine:
    patience = {name: value for name, value in _PATIENCE.items() if name not in url.query}
    return create_engine(url, pool_pre_ping=True, hide_parameters=True, connect_args=patience)


def _sqlite(url: URL) -> Engine:
    # mode=rw: a missing file is an error, not an empty database with everybody's mode
    target = URL.create("sqlite", database=file_of(url).resolve().as_uri(), query={"mode": "rw", "uri": "true"})
    made = create_engine(target, hide_parameters=True)
    event.listen(made, "connect", _set_up)
    event.listen(made, "begin", _begin)
    return made


def _set_up(connection: sqlite3.Connection, _record: Any) -> None:
    connection.isolation_level = None  # the driver must not begin transactions of its own accord
    for pragma in (
        f"busy_timeout = {_BUSY_SECONDS * 1000}",
        "journal_mode = WAL",
        "synchronous = FULL",
        "foreign_keys = ON",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin(connection: Connection) -> None:
    writes = connection.get_execution_options().get(WRITES, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
