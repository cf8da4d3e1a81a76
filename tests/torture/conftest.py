"""A fresh database for each round, on each engine."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from services import postgres


@pytest.fixture(params=["sqlite", "postgresql"])
def new_database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[], str]]:
    """Makes an empty migrated database at each call; its URL."""
    made: list[str] = []
    if request.param == "sqlite":
        template: Path = request.getfixturevalue("sqlite_template")

        def make() -> str:
            made.append("")
            path = tmp_path / f"{len(made)}.db"
            shutil.copy(template, path)
            return f"sqlite:///{path}"

        yield make
        return
    server: postgres.Postgres = request.getfixturevalue("postgres_server")
    template_name: str = request.getfixturevalue("postgres_template")

    def create() -> str:
        made.append(postgres.unique_name("digest_torture"))
        return server.create(made[-1], template_name)

    yield create
    for name in made:
        server.drop(name)
