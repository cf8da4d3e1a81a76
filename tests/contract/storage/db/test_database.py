import datetime as dt
import stat
import threading
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from factories import NOON
from sqlalchemy import insert, inspect, select, text, update
from sqlalchemy.exc import StatementError

from digest import storage
from digest.errors import ConfigError, GaveWay, StorageError
from digest.storage.db import database as database_module
from digest.storage.db.database import Database, revision_state, upgrade
from digest.storage.db.upsert import insert_new
from digest.storage.people import consents, suppressions
from digest.storage.tables.metadata import metadata
from digest.storage.tables.outbox import counter
from digest.storage.tables.people import suppression
from digest.subscribers.consent import ConsentKind, ConsentMethod
from digest.subscribers.suppression import Reason


def test_transaction_that_gave_way_is_done_again(database_url):
    database = Database(database_url)
    tries = []

    def work(connection):
        tries.append(connection)
        if len(tries) < 3:
            raise GaveWay("the other one goes on")
        return "done"

    assert database.transact(work) == "done"
    assert len(tries) == 3
    database.dispose()


def test_two_transactions_that_wait_for_each_other_both_get_through(postgresql_url):
    database = Database(postgresql_url)
    both_have_one = threading.Barrier(2)

    def hold_and_reach(first: str, second: str) -> None:
        met = []

        def work(connection):
            for name in (first, second):
                connection.execute(insert_new(connection, counter).values(name=name, value=0))
                connection.execute(update(counter).where(counter.c.name == name).values(value=counter.c.value + 1))
                if not met:
                    met.append(name)
                    both_have_one.wait(timeout=20)

        database.transact(work)

    threads = [threading.Thread(target=hold_and_reach, args=names) for names in (("a", "b"), ("b", "a"))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)

    with database.read() as connection:
        values = select(counter.c.value).where(counter.c.name.in_(["a", "b"]))
        assert connection.execute(values).scalars().all() == [2, 2]
    database.dispose()


def test_migrations_make_exactly_the_tables_of_the_metadata(database):
    with database.read() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "target_metadata": metadata})
        differences = compare_metadata(context, metadata)

    assert differences == []


def test_every_constraint_has_the_name_of_the_metadata(database):
    with database.read() as connection:
        there = inspect(connection)
        found = {
            constraint["name"]
            for table in metadata.tables
            for constraint in [*there.get_foreign_keys(table), *there.get_unique_constraints(table)]
        }

    assert found == {
        str(constraint.name)
        for table in metadata.tables.values()
        for constraint in table.constraints
        if str(constraint.name).startswith(("fk_", "uq_"))
    }


def test_upgrading_again_changes_nothing(database_url):
    upgrade(database_url)

    assert revision_state(database_url) == "current"


def test_two_processes_may_upgrade_at_once(database_url, database):
    with database.write() as connection:
        metadata.drop_all(connection)
        connection.execute(text("DROP TABLE alembic_version"))
    threads = [threading.Thread(target=upgrade, args=[database_url]) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert revision_state(database_url) == "current"


@pytest.mark.parametrize(("revision", "state"), [("zzzz", "newer"), (None, "empty")])
def test_revision_state_tells_what_to_do(database_url, database, revision, state):
    with database.write() as connection:
        connection.execute(text("DELETE FROM alembic_version"))
        if revision:
            connection.execute(text("INSERT INTO alembic_version VALUES (:revision)"), {"revision": revision})

    assert revision_state(database_url) == state


def test_migrations_are_known_by_the_numbers_of_their_files():
    scripts = ScriptDirectory(str(Path(storage.__file__).parent / "migrations")).walk_revisions()
    found = [(script.revision, Path(script.path).name.partition("_")[0]) for script in scripts]

    assert found
    assert [revision for revision, _ in found] == sorted((number for _, number in found), reverse=True)
    assert [revision for revision, number in found if revision != number] == []


def test_database_of_a_newer_version_is_left_alone(database_url, database):
    with database.write() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = 'zzzz'"))

    with pytest.raises(StorageError, match="newer version"):
        upgrade(database_url)


def test_what_fails_half_way_did_not_happen(database):
    def fail() -> None:
        with database.write() as connection:
            suppressions.add(connection, "a", None, Reason.MANUAL, NOON)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()

    with database.read() as connection:
        assert suppressions.find(connection, "a") is None


def test_reader_sees_one_moment_while_others_write(database):
    with database.read() as reader:
        before = suppressions.find(reader, "a")
        with database.write() as writer:
            suppressions.add(writer, "a", None, Reason.MANUAL, NOON)
        after = suppressions.find(reader, "a")

    assert before is None
    assert after is None


def test_writers_of_one_row_wait_for_each_other(database):
    with database.write() as connection:
        connection.execute(
            insert(suppression), {"address_hash": "a", "address": "0", "reason": Reason.MANUAL, "created_at": NOON}
        )

    def count_up() -> None:
        for _ in range(20):
            with database.write() as connection:
                query = select(suppression.c.address).with_for_update()
                number = int(connection.execute(query).scalar_one())
                connection.execute(update(suppression).values(address=str(number + 1)))

    threads = [threading.Thread(target=count_up) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    with database.read() as connection:
        assert connection.execute(select(suppression.c.address)).scalar_one() == "80"


def test_times_come_back_as_the_same_moment_in_utc(connection):
    montreal = dt.timezone(dt.timedelta(hours=-5))
    moment = dt.datetime(2026, 11, 30, 23, 30, 0, 123456, tzinfo=montreal)
    suppressions.add(connection, "a", None, Reason.MANUAL, moment)
    found = suppressions.find(connection, "a")

    assert found.created_at == moment
    assert found.created_at.tzinfo is dt.UTC


def test_time_without_a_zone_is_refused(connection):
    with pytest.raises(StatementError, match="without a zone"):
        suppressions.add(connection, "a", None, Reason.MANUAL, dt.datetime(2026, 11, 30))


def test_clock_is_the_databases_unless_it_is_fixed(database, database_url):
    fixed = Database(database_url, clock=lambda _conn: NOON)
    before = dt.datetime.now(dt.UTC)
    with database.read() as connection:
        now = database.now(connection)
        assert fixed.now(connection) == NOON
    fixed.dispose()

    minute = dt.timedelta(minutes=1)  # by which the clock of another machine may differ
    assert before - minute < now < dt.datetime.now(dt.UTC) + minute
    assert now.utcoffset() == dt.timedelta(0)


def test_missing_tables_are_told_with_the_command_that_makes_them(database):
    with database.write() as connection:
        connection.execute(text("DROP TABLE suppression"))

    with pytest.raises(StorageError, match="digest db upgrade"), database.read() as connection:
        suppressions.find(connection, "a")


@pytest.mark.parametrize("url", ["", "nonsense", "sqlite://", "sqlite:///:memory:", "mysql://localhost/digest"])
def test_url_of_another_kind_is_refused(url):
    with pytest.raises(ConfigError, match=r"database\.url"):
        Database(url)


def test_sqlite_files_are_for_their_owner_only_and_their_folder_is_made(tmp_path):
    path = tmp_path / "new folder é 50%" / "digest.db"
    upgrade(f"sqlite:///{path}")
    database = Database(f"sqlite:///{path}")
    with database.write() as connection:
        suppressions.add(connection, "a", None, Reason.MANUAL, NOON)
        modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in path.parent.iterdir()}
    database.dispose()

    assert modes == dict.fromkeys(["digest.db", "digest.db-wal", "digest.db-shm"], 0o600)


def test_sqlite_survives_a_power_cut_after_a_commit(sqlite_url):
    database = Database(sqlite_url)
    with database.read() as connection:
        found = {
            name: connection.execute(text(f"PRAGMA {name}")).scalar_one()
            for name in ("journal_mode", "synchronous", "foreign_keys")
        }
    database.dispose()

    assert found == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}


def test_sqlite_file_that_is_missing_is_not_made_by_reading(tmp_path):
    path = tmp_path / "digest.db"
    assert revision_state(f"sqlite:///{path}") == "empty"

    with pytest.raises(StorageError, match="digest db upgrade"), Database(f"sqlite:///{path}").read():
        pass

    assert not path.exists()


def test_folder_that_cannot_be_made_is_told(tmp_path):
    (tmp_path / "file").touch()

    with pytest.raises(StorageError, match="check the folder"):
        upgrade(f"sqlite:///{tmp_path}/file/digest.db")


def test_file_that_is_no_database_is_told_and_left_alone(tmp_path):
    path = tmp_path / "digest.db"
    path.write_text("subscribers, please keep this\n" * 100)

    with pytest.raises(StorageError, match="not a database"):
        upgrade(f"sqlite:///{path}")

    assert path.read_text().startswith("subscribers, please")


@pytest.mark.parametrize(
    ("pragma", "said"), [("max_page_count = 1", "make room"), ("query_only = on", "check its owner and mode")]
)
def test_disk_that_cannot_be_written_undoes_the_transaction_and_is_told(sqlite_url, pragma, said):
    database = Database(sqlite_url)

    def fill() -> None:
        with database.write() as connection:
            connection.execute(text(f"PRAGMA {pragma}"))
            for number in range(1000):
                suppressions.add(connection, f"{number}", "x" * 1000, Reason.MANUAL, NOON)

    with pytest.raises(StorageError, match=said) as caught:
        fill()
    database.dispose()

    assert "example.org" not in str(caught.value)
    with (again := Database(sqlite_url)).read() as connection:
        assert suppressions.find(connection, "1") is None
    again.dispose()


@pytest.mark.parametrize("scheme", ["postgresql", "postgres", "postgresql+psycopg"])
def test_server_that_is_not_there_is_told_without_its_password(scheme, tmp_path):
    database = Database(f"{scheme}://ann:secret-word@/digest?host={tmp_path}")

    with pytest.raises(StorageError, match="can't be reached") as caught, database.read():
        pass

    assert "secret-word" not in str(caught.value)
    assert "ann" in str(caught.value)


def test_database_object_shows_no_password():
    assert "secret-word" not in repr(Database("postgresql://ann:secret-word@localhost/digest"))


def test_consents_of_the_first_tables_are_kept_when_the_tables_grow(database_url, database):
    with database.write() as connection:
        migrate(connection, "downgrade", "0001")
        connection.execute(text("INSERT INTO selection (id, key) VALUES (1, 'k')"))
        connection.execute(
            text(
                "INSERT INTO subscriber (id, address, address_hash, name, language, selection_id, no_match, state, "
                "created_at) VALUES (5, 'ann@example.org', 'hash', '', 'en', 1, 'nothing', 'active', '2026-01-01')"
            )
        )
        for number, kind in ((1, "import"), (2, "added")):
            connection.execute(
                text(
                    "INSERT INTO consent (id, subscriber_id, kind, source, recorded_at) "
                    "VALUES (:number, 5, :kind, 'a list', '2026-01-01')"
                ),
                {"number": number, "kind": kind},
            )
    upgrade(database_url)

    with database.read() as connection:
        found = consents.of_person(connection, 5)
    assert [(one.kind, one.method, one.source) for one in found] == [
        (ConsentKind.EXPRESS, ConsentMethod.IMPORT, "a list"),
        (ConsentKind.EXPRESS, ConsentMethod.ADDED, "a list"),
    ]


def migrate(connection, verb: str, revision: str) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(Path(database_module.__file__).parents[1] / "migrations"))
    getattr(command, verb)(config, revision)
