"""The database: transactions, its clock, its version."""

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal, TypeVar

from sqlalchemy import Connection, func, inspect, literal_column, select, text
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError

from digest.errors import GaveWay, StorageError
from digest.storage.db.engine import WRITES, engine, file_of, located, make_file, parse
from digest.storage.db.errors import explain, is_missing

_MIGRATIONS = Path(__file__).parents[1] / "migrations"
_UPGRADE_LOCK = 0x64696765  # any number that nothing else in the database locks

__all__ = ["Database", "RevisionState", "located", "read_clock", "revision_state", "upgrade"]

_TIMES = 5  # that a transaction is done again after it gave way

T = TypeVar("T")
RevisionState = Literal["empty", "old", "current", "newer"]


def read_clock(connection: Connection) -> dt.datetime:
    """The database's own clock: on PostgreSQL all hosts share it."""
    if connection.dialect.name == "sqlite":
        stamp = connection.execute(select(func.strftime("%Y-%m-%dT%H:%M:%f+00:00", "now"))).scalar_one()
        return dt.datetime.fromisoformat(stamp)
    moment: dt.datetime = connection.execute(select(literal_column("clock_timestamp()"))).scalar_one()
    return moment.astimezone(dt.UTC)


class Database:
    """One database, for any number of threads.

    Args:
        url: `sqlite:///FILE` or `postgresql://...`.
        clock: Says the time; the database's own clock unless a test fixes it.

    Raises:
        ConfigError: *url* is of neither kind.

    Opens nothing before the first transaction.
    """

    def __init__(self, url: str, clock: Callable[[Connection], dt.datetime] = read_clock) -> None:
        self._url = parse(url)
        self._engine = engine(self._url)
        self._clock = clock
        self._reading = (
            {} if self._engine.dialect.name == "sqlite"
            else {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
        )  # fmt: skip

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A transaction that sees one moment of the database throughout, and changes nothing.

        Raises:
            StorageError: The database can't be reached or used.
        """
        with (
            self._explained(),
            self._engine.connect() as connection,
            connection.execution_options(**self._reading).begin(),
        ):
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A transaction that is durable once the block is left without an error, and undone otherwise.

        On SQLite it holds the only write lock from its start, so keep it short.

        Raises:
            StorageError: The database can't be reached or written.
        """
        with (
            self._explained(),
            self._engine.connect() as connection,
            connection.execution_options(**{WRITES: True}).begin(),
        ):
            yield connection

    def transact(self, work: Callable[[Connection], T]) -> T:
        """
        Do *work* in a transaction of `write`, and again if it gave way to another one that waited for it.

        Args:
            work: Changes nothing but the database.

        Raises:
            StorageError: As `write`; GaveWay if it had to give way again and again.
        """
        for _ in range(_TIMES):
            try:
                with self.write() as connection:
                    return work(connection)
            except GaveWay:
                continue
        with self.write() as connection:
            return work(connection)

    def now(self, connection: Connection) -> dt.datetime:
        """The time in UTC, from the database's clock."""
        return self._clock(connection)

    def dispose(self) -> None:
        """Close all connections that are not in use."""
        self._engine.dispose()

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except (DataError, IntegrityError):
            raise  # a bug, not for the operator to fix
        except DBAPIError as error:
            raise explain(error, self._url) from error


def upgrade(url: str) -> None:
    """Bring the tables to the newest version, in one transaction; make a SQLite file (mode 0600) and its folder.

    Does nothing if they are there already. Two processes may do it at once.

    Raises:
        ConfigError: *url* is of neither kind.
        StorageError: The database can't be reached or written, or is of a newer version of this program.
    """
    from alembic import command  # noqa: PLC0415  slow to import, and few commands need it

    parsed = parse(url)
    if parsed.drivername.startswith("sqlite"):
        make_file(file_of(parsed))
    database = Database(url)
    try:
        with database.write() as connection:
            if connection.dialect.name == "postgresql":
                connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _UPGRADE_LOCK})
            if _state(connection) == "newer":
                raise StorageError("the database is of a newer version of digest: install that version")
            command.upgrade(_alembic(connection), "head")
    finally:
        database.dispose()


def revision_state(url: str) -> RevisionState:
    """How the tables stand to this version of the program: none yet, older, the same, or newer.

    Raises:
        ConfigError, StorageError: As `upgrade`.
    """
    if is_missing(parse(url)):
        return "empty"
    database = Database(url)
    try:
        with database.read() as connection:
            return _state(connection)
    finally:
        database.dispose()


def _alembic(connection: Connection):  # type: ignore[no-untyped-def]  # noqa: ANN202  alembic is imported late
    from alembic.config import Config  # noqa: PLC0415

    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    return config


def _state(connection: Connection) -> RevisionState:
    if not inspect(connection).has_table("alembic_version"):
        return "empty"
    found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one_or_none()
    if found is None:
        return "empty"
    known = _revisions()
    if found == known[-1]:
        return "current"
    return "old" if found in known else "newer"


def _revisions() -> list[str]:
    """The numbers of the migrations, oldest first. File names have them: loading alembic would slow every command."""
    return sorted(path.name.partition("_")[0] for path in (_MIGRATIONS / "versions").glob("[0-9]*.py"))
