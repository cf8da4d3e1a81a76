"""What a person and a script are told about a month."""

import datetime as dt
import io
from typing import Any

import pytest
from factories import NOON, NOVEMBER
from rich.console import Console

from digest.cli.standing import as_document, hints, lines, panel, watch
from digest.delivery.balance import Balance
from digest.pipeline.status import Doubt, Pause, Status

HOSTILE = "550 [/queue] [bold]full\x1b[2J\x07\nsecond \u202eline"


def standing(**changes: Any) -> Status:
    balance = Balance(planned=1000, waiting=600, sending=100, accepted=300)
    values: dict[str, Any] = {"state": "sending", "reason": None, "hash": "x", "balance": balance} | changes
    return Status(NOVEMBER, **values)


def sent() -> Status:
    return standing(state="sent", balance=Balance(planned=1000, accepted=1000))


def drawn(now: Status, width: int = 100) -> str:
    out = io.StringIO()
    Console(file=out, force_terminal=True, width=width, color_system=None).print(panel(now))
    return out.getvalue()


@pytest.mark.parametrize(
    ("rate", "said"),
    [
        (100.0, "100 a second, about 7 s left"),
        (0.5, "0.5 a second, about 23 min 20 s left"),
        (1234.5, "1,234 a second, about 1 s left"),
        (7000.0, "7,000 a second, less than 1 s left"),
        (0.1, "0.1 a second, about 1 h 56 min left"),
        (0.0, "nobody was accepted in the last minute"),
    ],
)
def test_rate_and_time_left_are_said_in_words(rate: float, said: str):
    assert f"  {said}" in lines(standing(rate=rate))


def test_month_that_is_not_being_sent_says_nothing_of_a_rate():
    assert not [line for line in lines(sent()) if "second" in line or "minute" in line]


def test_pause_is_said_with_its_end_and_reason():
    paused = standing(paused=Pause(NOON, "429 too many"))

    assert lines(paused)[0] == "2026-11  sending: waiting until 12:00:00 UTC: 429 too many"
    assert as_document(paused)["paused"] == {"until": "2026-11-10T12:00:00+00:00", "reason": "429 too many"}


def test_script_gets_rate_time_left_and_what_to_do_next():
    document = as_document(standing(rate=33.333), from_outside=True)

    assert (document["rate"], document["seconds_left"], document["paused"]) == (33.33, 21, None)
    assert document["next"] == ["not finished: run `digest send 2026-11` to go on"]
    assert (as_document(sent())["rate"], as_document(sent())["seconds_left"], as_document(sent())["next"]) == (
        None,
        None,
        [],
    )


@pytest.mark.parametrize("sign", [{"under_way": True}, {"ended": True}, {"under_way": True, "ended": True}])
def test_nobody_is_sent_to_work_that_another_does(sign: dict[str, bool]):
    assert hints(standing(**sign), from_outside=True) == []


def test_whoever_stops_handing_over_is_told_how_to_go_on():
    assert hints(standing(ended=True)) == ["not finished: run `digest send 2026-11` to go on"]


def test_during_a_pause_a_worker_needs_no_help():
    (hint,) = hints(standing(paused=Pause(NOON, "busy")), from_outside=True)

    assert "by itself" in hint


def test_words_of_a_provider_are_no_commands_to_the_terminal():
    doubt = Doubt(7, 100, NOON, HOSTILE)
    now = standing(doubts=(doubt,), paused=Pause(NOON, HOSTILE), under_way=True)

    for text in (drawn(now), "\n".join(lines(now))):
        assert "550 [/queue] [bold]full[2J second line" in " ".join(text.split())
        assert not {"\x1b", "\x07", "\u202e"} & set(text)


def test_reason_of_a_hold_is_no_command_to_the_terminal():
    assert lines(standing(state="held", reason=HOSTILE))[0].isprintable()


@pytest.mark.parametrize("width", [40, 80, 200])
def test_bar_shows_how_many_of_those_who_get_the_issue_are_done(width: int):
    now = standing(balance=Balance(planned=1300, waiting=4, accepted=994, rejected=2, skipped=300), rate=1.0)

    assert "99%  996 of 1,000" in drawn(now, width)


def test_live_view_ends_with_the_final_standing(capsys):
    out = io.StringIO()
    looks = iter([standing(doubts=(Doubt(7, 1, NOON, HOSTILE),)), standing(rate=5.0, under_way=True), sent()])

    watch(lambda: next(looks), Console(file=out, force_terminal=True, width=100), every=0)

    assert "5.0 a second" in out.getvalue()
    assert capsys.readouterr().out.startswith("2026-11  sent\nplanned 1000 = 0 waiting + 0 sending + 1000 accepted")


def test_month_in_which_nothing_happens_is_shown_once(capsys):
    out = io.StringIO()

    watch(sent, Console(file=out, force_terminal=True), every=0)

    assert out.getvalue() == ""
    assert capsys.readouterr().out.startswith("2026-11  sent")


def test_doubt_begins_on_its_day():
    since = dt.datetime(2026, 11, 10, 23, 59, tzinfo=dt.UTC)

    assert "  in doubt since 2026-11-10 23:59 UTC: 5, no answer" in lines(
        standing(doubts=(Doubt(1, 5, since, "no answer"),))
    )
