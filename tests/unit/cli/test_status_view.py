"""What a person and a script are told about a month."""

import datetime as dt
import io
from typing import Any

import pytest
from factories import NOON, NOVEMBER
from rich.console import Console

from digest.cli.hints import hints
from digest.cli.status_view import as_document, lines, panel, watch
from digest.delivery.balance import Balance
from digest.delivery.next_step import Facts
from digest.delivery.states import ONLY_PLANNED, CampaignState
from digest.issue.issue import IssueState
from digest.pipeline.campaign.status import Doubt, Outlook, Pause, Status

GO_ON = "not finished: a running `digest worker` or `digest serve` continues it; otherwise run `digest send 2026-11`"
HOSTILE = "550 [/queue] [bold]full\x1b[2J\x07\nsecond \u202eline"


OUTLOOK = Outlook("smtp", "SMTP has no events")


def standing(**changes: Any) -> Status:
    balance = Balance(planned=1000, waiting=600, sending=100, accepted=300)
    values: dict[str, Any] = {"state": "sending", "reason": None, "balance": balance} | changes
    return Status(NOVEMBER, **{"facts": facts(values), **values})


def facts(values: dict[str, Any]) -> Facts:
    campaign = CampaignState(values["state"]) if values["state"] in frozenset(CampaignState) else None
    correction = values.get("correction")
    issue = IssueState(correction or (IssueState.APPROVED if campaign else values["state"]))
    approval = values["outlook"].require_approval if "outlook" in values else True
    planned = values["reason"] == ONLY_PLANNED
    return Facts(
        NOVEMBER,
        issue,
        campaign,
        is_only_planned=planned,
        is_corrected=correction is not None,
        require_approval=approval,
    )


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
        (0.0, "none accepted in the last minute"),
    ],
)
def test_rate_and_time_left_are_said_in_words(rate: float, said: str):
    assert f"  {said}" in lines(standing(rate=rate))


def test_month_that_is_not_being_sent_says_nothing_of_a_rate():
    assert not [line for line in lines(sent()) if "second" in line or "minute" in line]


def test_pause_is_said_with_its_end_and_reason():
    paused = standing(paused=Pause(NOON, "429 too many"))

    assert lines(paused)[0] == "2026-11  sending: retrying at 12:00:00 UTC: 429 too many"
    assert as_document(paused)["paused"] == {"until": "2026-11-10T12:00:00+00:00", "reason": "429 too many"}


def test_script_gets_rate_time_left_and_what_to_do_next():
    document = as_document(standing(rate=33.333), from_outside=True)

    assert (document["rate"], document["seconds_left"], document["paused"]) == (33.33, 21, None)
    assert document["next"] == [GO_ON]
    assert (as_document(sent())["rate"], as_document(sent())["seconds_left"], as_document(sent())["next"]) == (
        None,
        None,
        [],
    )


@pytest.mark.parametrize("sign", [{"under_way": True}, {"ended": True}, {"under_way": True, "ended": True}])
def test_nobody_is_sent_to_work_that_another_does(sign: dict[str, bool]):
    assert hints(standing(**sign), from_outside=True) == []


def test_whoever_stops_handing_over_is_told_how_to_go_on():
    assert hints(standing(ended=True)) == [GO_ON]


def test_during_a_pause_a_worker_needs_no_help():
    (hint,) = hints(standing(paused=Pause(NOON, "busy")), from_outside=True)

    assert "by itself" in hint


def test_words_of_a_provider_are_no_commands_to_the_terminal():
    doubt = Doubt(7, 100, NOON, HOSTILE)
    now = standing(
        doubts=(doubt,), rejected_because={HOSTILE: 1}, paused=Pause(NOON, HOSTILE), under_way=True, outlook=OUTLOOK
    )

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

    assert "  in doubt since 2026-11-10 23:59 UTC, 5 people in 1 request: no answer" in lines(
        standing(doubts=(Doubt(1, 5, since, "no answer"),))
    )


def test_doubts_are_told_by_reason_with_their_number_and_the_first():
    later = NOON + dt.timedelta(minutes=5)
    doubts = [Doubt(1, 5, later, "no answer"), Doubt(2, 1, NOON, "no answer"), Doubt(3, 1, later, "502")]

    assert lines(standing(doubts=tuple(doubts)))[-2:] == [
        "  in doubt since 2026-11-10 12:00 UTC, 6 people in 2 requests: no answer",
        "  in doubt since 2026-11-10 12:05 UTC, 1 person in 1 request: 502",
    ]


def test_only_ten_reasons_of_doubt_are_told_and_the_rest_is_counted():
    doubts = tuple(Doubt(n, 1, NOON, f"reason {n:02}") for n in range(13))

    assert lines(standing(doubts=doubts))[-1] == "  and 3 more requests in doubt"


def test_rejected_are_told_by_reason_and_named_on_request():
    balance = Balance(planned=5, accepted=1, rejected=4)
    now = standing(state="sent", balance=balance, rejected_because={"550 unknown": 2, "552 full": 1})

    assert lines(now)[-3:] == [
        "  rejected, 550 unknown: 2",
        "  rejected, 552 full: 1",
        "  rejected, other reasons: 1",
    ]
    assert hints(now) == ["4 rejected: `digest status 2026-11 --who rejected` lists them"]
    assert as_document(now)["rejected"] == {"550 unknown": 2, "552 full": 1}


def test_campaign_that_waits_for_the_gate_tells_no_rate():
    paused = standing(paused=Pause(NOON, "busy"))

    assert not [line for line in lines(paused) if "minute" in line or "a second" in line]


def test_after_whoever_handed_over_has_ended_no_time_is_promised():
    now = standing(rate=0.0, gone=True)

    assert "  the worker is no longer running" in lines(now)
    assert hints(now, from_outside=True) == [GO_ON]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({}, "fix the cause"),
        ({"reason": "a typo in the second article"}, "to correct an article"),
        ({"reason": "held by hand", "correction": "assembled"}, "`digest approve 2026-11`, then `digest resume"),
        ({"correction": "approved"}, "is approved, then `digest resume 2026-11`"),
        ({"reason": ONLY_PLANNED}, "`digest send 2026-11` starts it"),
    ],
)
def test_held_campaign_names_the_step_that_comes_next(changes: dict[str, str], said: str):
    (hint,) = hints(standing(state="held", **changes))

    assert said in hint
    assert "digest resume 2026-11" in hint


@pytest.mark.parametrize(
    ("state", "said"),
    [("collecting", "digest assemble 2026-11"), ("assembled", "digest approve 2026-11"), ("approved", "digest send")],
)
def test_issue_without_a_campaign_names_its_next_step_and_the_date_of_the_calendar(state: str, said: str):
    (hint,) = hints(standing(state=state, balance=Balance(), due=NOON))

    assert said in hint
    assert "on 2026-11-10 12:00 UTC" in hint


def test_sent_month_whose_correction_waits_for_approval_says_so():
    now = standing(state="sent", balance=Balance(planned=5, accepted=5), correction="assembled")

    assert lines(now)[0] == "2026-11  sent: a correction is awaiting approval"
    assert as_document(now)["correction"] == "assembled"
    assert "run `digest approve 2026-11`" in hints(now)[0]


def test_issue_that_needs_no_approval_may_be_sent_at_once():
    outlook = Outlook("files", require_approval=False)

    assert "digest send" in hints(standing(state="assembled", balance=Balance(), outlook=outlook))[0]


def test_evidence_is_promised_only_where_it_can_come():
    balance = Balance(planned=3, in_doubt=3)

    assert "evidence may still arrive" in hints(standing(state="held", balance=balance))[-1]
    assert "no evidence will arrive (SMTP has no events)" in hints(standing(balance=balance, outlook=OUTLOOK))[-1]


def test_doubt_of_a_cancelled_campaign_is_not_to_be_sent_again():
    (hint,) = hints(standing(state="cancelled", balance=Balance(planned=3, in_doubt=3)))

    assert "--resend" not in hint
    assert "--assume-sent" in hint
