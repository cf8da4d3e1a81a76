from itertools import permutations, product

from digest.subscribers.suppression import Reason, may_lift, more_severe, replaced_by_operator, replaced_by_report


def test_more_severe_of_two_reasons_does_not_depend_on_their_order():
    for one, other in product(Reason, repeat=2):
        assert more_severe(one, other) is more_severe(other, one)
        assert more_severe(None, one) is one


def test_a_report_replaces_every_less_severe_reason():
    assert [len(replaced_by_report(reason)) for reason in Reason] == [0, 1, 2, 3, 3, 5, 6]
    assert Reason.MANUAL not in frozenset().union(*map(replaced_by_report, Reason))


def test_unsubscribing_that_is_reported_leaves_an_erased_person_erased():
    assert Reason.ERASED not in replaced_by_report(Reason.UNSUBSCRIBED)
    assert Reason.ERASED in replaced_by_report(Reason.COMPLAINED)


def test_reports_end_at_the_same_reason_in_any_order():
    reported = [Reason.SOFT_BOUNCES, Reason.INVALID, Reason.BOUNCED, Reason.UNSUBSCRIBED, Reason.COMPLAINED]
    for order in permutations(reported):
        held = order[0]
        for reason in order[1:]:
            held = reason if held in replaced_by_report(reason) else held
        assert held is Reason.COMPLAINED


def test_operator_replaces_only_what_the_person_may_lift():
    for reason in Reason:
        assert replaced_by_operator(reason) == (
            frozenset() if may_lift(reason) else {Reason.UNSUBSCRIBED, Reason.ERASED}
        )
