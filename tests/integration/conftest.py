"""A town on each engine."""

from collections.abc import Iterator

import pytest
from people_samples import Town


@pytest.fixture
def town(database_url: str) -> Iterator[Town]:
    made = Town(database_url)
    yield made
    made.database.dispose()
