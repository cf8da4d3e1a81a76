"""The fixtures that every suite shares, and the rules that hold for the whole run."""

import fcntl
import functools
import logging
import os
import shutil
import sqlite3
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from hypothesis import settings
from services import browser as browser_service
from services import network, postgres

HERE = Path(__file__).parent
# The folder of this run, shared by the workers of pytest-xdist: PostgreSQL and the migrated databases stand in it.
RUN_FOLDER = "DIGEST_TEST_RUN_FOLDER"
RUN_PROCESS = "DIGEST_TEST_RUN_PROCESS"
GIVEN_POSTGRES = "DIGEST_TEST_POSTGRES_URL"
NO_SKIPS = "DIGEST_NO_SKIPS"
SHOW_SQL = "DIGEST_TEST_SQL"

# A slow machine is no fault of the code, so no example has a time limit.
settings.register_profile("digest", deadline=None)
settings.load_profile("digest")


def pytest_configure(config: pytest.Config) -> None:
    """Start from the same environment everywhere, and stay on this machine."""
    for name in [name for name in os.environ if name.startswith("DIGEST_") and name != NO_SKIPS]:
        if not name.startswith("DIGEST_TEST_"):
            del os.environ[name]
    if not _is_worker(config):
        os.environ[RUN_FOLDER] = tempfile.mkdtemp(prefix="digest-")
        os.environ[RUN_PROCESS] = str(os.getpid())
        Path(os.environ[RUN_FOLDER]).chmod(0o711)  # root's PostgreSQL runs as another user
    network.stay_on_loopback()
    if os.environ.get(SHOW_SQL):
        logging.getLogger("sqlalchemy.engine").setLevel(logging.INFO)


def pytest_sessionstart() -> None:
    """Forget what an earlier run in this process has cached: `make mutants` would look at values of the sound code."""
    for name, module in list(sys.modules.items()):
        if name.startswith("digest.") or str(getattr(module, "__file__", "")).startswith(str(HERE)):
            for value in vars(module).values():
                if isinstance(value, functools._lru_cache_wrapper):
                    value.cache_clear()


def pytest_unconfigure(config: pytest.Config) -> None:
    """Leave nothing behind: no server, no folder."""
    if not _is_worker(config):
        folder = Path(os.environ.pop(RUN_FOLDER))
        if (url := os.environ.get(GIVEN_POSTGRES)) and (folder / "pg-template.done").exists():
            postgres.given(url).drop(_template_name())
        postgres.stop(folder / "pg")
        shutil.rmtree(folder, ignore_errors=True)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """
    Put torture first and the page tests last, whatever the random order says.

    Long tests at the end would let one process work while the others have nothing left: torture takes up to 20 s a
    test, a walk through the site of a whole project 14 s.

    Playwright's synchronous interface keeps an event loop running in the main thread, in which `asyncio.run` of a
    later test would be refused.
    """
    items.sort(key=_turn)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Count a skipped test as a failure where nothing may be missing."""
    if _skipped(session.config) and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say why a run without a failed test failed."""
    if skipped := _skipped(terminalreporter.config):
        terminalreporter.write_line(f"failed: {skipped} skipped, and nothing may be skipped here", red=True)


@pytest.fixture(scope="session")
def postgres_server() -> postgres.Postgres:
    """The PostgreSQL server of this run: DIGEST_TEST_POSTGRES_URL, or one that starts when first asked for."""
    if url := os.environ.get(GIVEN_POSTGRES):
        return postgres.given(url)
    folder = _run_folder() / "pg"
    with _once("pg") as first:
        return postgres.start(folder, int(os.environ[RUN_PROCESS]), memory=True) if first else postgres.at(folder)


@pytest.fixture(scope="session")
def postgres_template(postgres_server: postgres.Postgres) -> str:
    """Name of a migrated database, made once a run; copy it, never connect to it."""
    name = _template_name()
    with _once("pg-template") as first:
        if first:
            postgres_server.make_template(name, _migrate)
    return name


@pytest.fixture(scope="session")
def sqlite_template() -> Path:
    """A migrated SQLite file, made once a run; copy it."""
    path = _run_folder() / "template.db"
    with _once("sqlite-template") as first:
        if first:
            _migrate(f"sqlite:///{path}")
            with closing(sqlite3.connect(path)) as connection:
                connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return path


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    """URL of a fresh migrated SQLite database."""
    path = tmp_path / "digest.db"
    shutil.copy(sqlite_template, path)
    return f"sqlite:///{path}"


@pytest.fixture
def postgresql_url(postgres_server: postgres.Postgres, postgres_template: str) -> Iterator[str]:
    """URL of a fresh migrated PostgreSQL database."""
    name = postgres.unique_name("digest_test")
    yield postgres_server.create(name, postgres_template)
    postgres_server.drop(name)


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """URL of a fresh migrated database, on each engine in turn."""
    return request.getfixturevalue(f"{request.param}_url")


@pytest.fixture(autouse=True)
def projects_are_closed() -> Iterator[None]:
    """Leave no connection of a test's project open."""
    yield
    if (projects := sys.modules.get("projects")) is not None:
        projects.close_all()


@pytest.fixture(scope="session")
def browser():
    """A running browser; without one the test errors and says what to do."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright, browser_service.launch(playwright.chromium) as running:
        yield running


@pytest.fixture
def page(browser):
    """A fresh page; at the end of the test nothing may stand in its console as an error."""
    errors: list[str] = []
    with browser.new_context() as context:
        page = context.new_page()
        page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.console_errors = errors
        yield page

    assert errors == []


def _migrate(url: str) -> None:
    from digest.storage.db.database import upgrade

    upgrade(url)


def _turn(item: pytest.Item) -> int:
    fixtures = getattr(item, "fixturenames", ())
    if "browser" in fixtures:
        return 2 if "town" in fixtures else 3
    return 0 if "new_database" in fixtures else 1


def _is_worker(config: pytest.Config) -> bool:
    return hasattr(config, "workerinput")


def _template_name() -> str:
    return f"digest_template_{os.environ[RUN_PROCESS]}"


def _run_folder() -> Path:
    return Path(os.environ[RUN_FOLDER])


@contextmanager
def _once(name: str) -> Iterator[bool]:
    """Let one process of the run at a time into the block; True for the one that has to do the work."""
    with (_run_folder() / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        done = _run_folder() / f"{name}.done"
        yield not done.exists()
        done.touch()


def _skipped(config: pytest.Config) -> int:
    strict = os.environ.get("CI") == "true" or os.environ.get(NO_SKIPS) == "1"
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    return len(reporter.stats.get("skipped", [])) if strict and reporter else 0
