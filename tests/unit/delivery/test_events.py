from itertools import permutations, product

import pytest

from digest.delivery.events import OUTCOMES, Event, EventKind, Outcome, effects, further, in_a_row
from digest.subscribers.suppression import Reason

ABOUT = (1, 1)


def about(kind, **changes):
    return Event(kind, **{"address": "ann@example.org", "about": ABOUT, **changes})


@pytest.mark.parametrize(
    ("kinds", "outcome"),
    [
        ("processed", "processed"),
        ("delivered processed", "delivered"),
        ("deferred delivered", "delivered"),
        ("delivered bounced", "bounced"),
        ("dropped processed", "dropped"),
        ("blocked delivered", "bounced"),
        ("complained delivered bounced", "complained"),
        ("unsubscribed", None),
        ("over_quota", None),
    ],
)
def test_most_conclusive_event_decides_in_any_order(kinds, outcome):
    for order in permutations(kinds.split()):
        assert effects(about(EventKind(kind)) for kind in order).outcomes.get(ABOUT) == outcome


def test_outcomes_only_move_on():
    for old, new in product([None, *Outcome], repeat=2):
        best = further(old, new)
        assert best == further(new, old)
        assert further(best, old) == best


def test_only_what_says_nothing_about_the_mail_has_no_outcome():
    assert set(EventKind) - OUTCOMES.keys() == {EventKind.UNSUBSCRIBED, EventKind.OVER_QUOTA}


def test_most_severe_reason_counts_for_an_address():
    reasons = [Reason.BOUNCED, Reason.COMPLAINED, Reason.INVALID]
    for order in permutations(reasons):
        found = effects(about(EventKind.DROPPED, reason=reason) for reason in order)
        assert found.suppress == {"ann@example.org": Reason.COMPLAINED}


def test_event_that_names_no_delivery_still_suppresses():
    found = effects([about(EventKind.BOUNCED, about=None, reason=Reason.BOUNCED)])

    assert (found.about, found.outcomes) == (frozenset(), {})
    assert found.suppress == {"ann@example.org": Reason.BOUNCED}


@pytest.mark.parametrize(
    ("history", "place", "length"),
    [("s", 0, 1), ("s.s", 2, 1), ("ss.s", 0, 2), ("ss.s", 3, 1), (".sss.ss", 2, 3), (".sss.ss", 5, 2), ("ssss", 1, 4)],
)
def test_soft_bounces_count_in_the_row_that_they_are_part_of(history, place, length):
    assert in_a_row([mark == "s" for mark in history], place) == length


def test_only_soft_bounces_are_kept_as_such_each_with_its_address():
    found = effects(
        [about(EventKind.BLOCKED), about(EventKind.BOUNCED, about=(2, 1)), about(EventKind.DELIVERED, about=(3, 1))]
    )

    assert found.blocked == {ABOUT: "ann@example.org"}
    assert found.about == {ABOUT, (2, 1), (3, 1)}


@pytest.mark.parametrize("addresses", [["", "ann@example.org"], ["ann@example.org", ""]])
def test_soft_bounce_that_is_told_twice_keeps_the_address_that_was_said(addresses):
    found = effects(about(EventKind.BLOCKED, address=address) for address in addresses)

    assert found.blocked == {ABOUT: "ann@example.org"}


def test_only_what_was_dropped_for_want_of_quota_waits_again():
    found = effects(
        [about(EventKind.OVER_QUOTA), about(EventKind.DROPPED, about=(2, 1)), about(EventKind.BLOCKED, about=(3, 1))]
    )

    assert found.over_quota == {ABOUT}


def test_event_without_an_address_or_a_reason_suppresses_nobody():
    found = effects([about(EventKind.BOUNCED, address="", reason=Reason.BOUNCED), about(EventKind.DELIVERED)])

    assert found.suppress == {}


def test_event_that_names_no_delivery_does_not_hide_the_next_one():
    found = effects([about(EventKind.DELIVERED, about=None), about(EventKind.DELIVERED)])

    assert found.outcomes == {ABOUT: Outcome.DELIVERED}
