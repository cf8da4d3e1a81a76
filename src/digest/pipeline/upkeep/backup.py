"""Backups: copy a SQLite database, or check a dump that pg_dump made of a PostgreSQL database."""

import re
import shlex
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

from sqlalchemy import URL

from digest.errors import Conflict, StorageError
from digest.pipeline.new_file import new_file
from digest.storage.db.backup import copy_sqlite
from digest.storage.db.engine import file_of, parse
from digest.storage.tables.metadata import metadata

_MARK = b"PGDMP"  # how a dump in the custom format begins
_DATA = re.compile(r" TABLE DATA \S+ (\S+) ")


def copies_itself(url: str) -> bool:
    """Whether the database is a file that `copy` can copy."""
    return parse(url).drivername.startswith("sqlite")


def copy(url: str, file: Path, *, force: bool, progress: Callable[[int, int], None]) -> int:
    """
    Copy a SQLite database to *file*, checked, of mode 0600, there whole or not at all; bytes of the copy.

    Raises:
        Conflict: *file* is there already and *force* is false, or it is the database itself.
        StorageError: The database can't be read, or the copy can't be written or is damaged.
    """
    database = file_of(parse(url))
    if file.exists() and database.exists() and file.samefile(database):
        raise Conflict(f"{file} is the database itself: name another file")
    with new_file(file, force=force) as part:
        copy_sqlite(database, part, progress)
    return file.stat().st_size


def dump_command(url: str, file: Path) -> str:
    """The command that saves a PostgreSQL database; without its password, which PGPASSWORD or ~/.pgpass gives."""
    full = parse(url)
    address = URL.create("postgresql", full.username, None, full.host, full.port, full.database, full.query)
    return shlex.join(["pg_dump", "--format=custom", f"--file={file}", address.render_as_string()])


def check_dump(file: Path) -> int:
    """
    Read a dump to its end, without restoring it; how many tables' data it holds.

    Raises:
        StorageError: It is no dump in the custom format, is cut off, lacks a table, or there is no pg_restore to read
            it with.
    """
    with file.open("rb") as dump:
        if dump.read(len(_MARK)) != _MARK:
            raise StorageError(f"{file} is not a dump in pg_dump's custom format: add --format=custom")
    listed = set(_DATA.findall(_pg_restore("--list", str(file))))
    if missing := sorted(metadata.tables.keys() - listed):
        raise StorageError(f"{file} lacks the data of {', '.join(missing)}: dump the whole database again")
    _pg_restore("--file=/dev/null", str(file))  # reads all data: a list alone says nothing of a dump that is cut off
    return len(listed)


def _pg_restore(*arguments: str) -> str:
    program = shutil.which("pg_restore")
    if program is None:
        raise StorageError("pg_restore is not installed, so the dump can't be checked: install PostgreSQL's programs")
    done = subprocess.run([program, *arguments], capture_output=True, text=True, check=False)  # noqa: S603  a fixed program
    if done.returncode != 0:
        raise StorageError(f"{arguments[-1]} can't be read: {' '.join(done.stderr.split())}: dump the database again")
    return done.stdout
