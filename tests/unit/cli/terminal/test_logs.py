"""What strangers can cause fills no disk with log."""

import logging

from digest.cli.terminal.logs import FewOfAKind


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def record(name: str = "digest.server", line: int = 1) -> logging.LogRecord:
    return logging.LogRecord(name, logging.WARNING, "connections.py", line, "%d at once", (7,), None)


def test_line_that_comes_again_and_again_is_logged_five_times_a_minute():
    few = FewOfAKind(Clock())

    assert sum(few.filter(record()) for _ in range(1000)) == 5


def test_first_line_of_the_next_minute_says_how_many_were_left_out():
    clock = Clock()
    few = FewOfAKind(clock)
    for _ in range(12):
        few.filter(record())
    clock.now = 60.0
    next_one = record()

    assert few.filter(next_one)
    assert next_one.getMessage() == "7 at once (7 similar lines were dropped before)"


def test_lines_of_another_place_are_of_another_kind():
    few = FewOfAKind(Clock())
    for _ in range(12):
        few.filter(record())

    assert few.filter(record(line=2))


def test_what_no_stranger_causes_is_always_logged():
    few = FewOfAKind(Clock())

    assert all(few.filter(record("digest.worker")) for _ in range(1000))
    assert all(few.filter(record("digest.website")) for _ in range(1000))
