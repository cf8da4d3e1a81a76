"""How often somebody may ask."""

import datetime as dt

from people_samples import Town
from town_samples import count

from digest.pipeline.people.limits import Rate, take_or_wait
from digest.pipeline.upkeep.clean_up import Retention, clean_up


def test_limit_lets_a_burst_through_and_then_one_at_a_time(town: Town):
    rate = Rate(3, dt.timedelta(hours=3))

    def allowed(key: str, times: int) -> list[bool]:
        return [take_or_wait(town.database, key, rate) is None for _ in range(times)]

    assert allowed("a", 5) == [True, True, True, False, False]
    assert allowed("b", 1) == [True]
    town.wait(hours=1)
    assert allowed("a", 2) == [True, False]
    town.wait(days=1)
    assert allowed("a", 4) == [True, True, True, False]


def test_limit_says_how_long_to_wait(town: Town):
    rate = Rate(2, dt.timedelta(hours=4))

    assert [take_or_wait(town.database, "a", rate) for _ in range(3)] == [None, None, dt.timedelta(hours=2)]
    town.wait(minutes=90)
    assert take_or_wait(town.database, "a", rate) == dt.timedelta(minutes=30)
    town.wait(minutes=30)
    assert take_or_wait(town.database, "a", rate) is None


def test_limit_rows_are_forgotten_when_they_limit_nothing(town: Town):
    from digest.storage.tables.calendar import page_limit

    take_or_wait(town.database, "a", Rate(3, dt.timedelta(hours=3)))
    town.wait(days=1)
    clean_up(town.database, Retention())

    assert count(town, page_limit) == 0
