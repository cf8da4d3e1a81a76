"""Consents that end on a day, and what renews them."""

import datetime as dt

from factories import NOON
from people_samples import Town
from storage_samples import claim_next
from town_samples import ANN, add, balance, plan, row

from digest.delivery.states import Skipped
from digest.pipeline.people.subscribe import leave
from digest.pipeline.upkeep.clean_up import Retention, clean_up
from digest.storage.people.adding import AddResult
from digest.subscribers.consent import ConsentKind
from digest.subscribers.subscriber import NewSubscriber, State

TODAY = NOON.date()


def implied(town: Town, until: dt.date | None, address: str = ANN) -> NewSubscriber:
    kind = ConsentKind.IMPLIED if until else ConsentKind.EXPRESS
    return row(town, address, consent=kind, consent_until=until)


def test_implied_consent_is_planned_until_the_day_before_it_ends(town: Town):
    add(town, implied(town, TODAY + dt.timedelta(days=1)), implied(town, TODAY, "bo@example.org"))

    assert balance(town, plan(town)).planned == 1


def test_implied_consent_that_ends_after_the_plan_is_skipped_at_the_claim(town: Town):
    add(town, implied(town, TODAY + dt.timedelta(days=1)))
    campaign = plan(town)
    town.wait(days=1)

    with town.database.write() as connection:
        assert claim_next(connection, campaign, town.time) is None
    assert balance(town, campaign).skipped_because == {Skipped.LAPSED: 1}


def test_lapsed_person_comes_back_by_a_later_consent_or_a_sign_up(town: Town):
    add(town, implied(town, TODAY))
    clean_up(town.database, Retention())

    assert town.find().state is State.LAPSED
    assert add(town, implied(town, TODAY)) == [AddResult.LAPSED]
    assert add(town, implied(town, TODAY + dt.timedelta(days=9))) == [AddResult.RENEWED]
    assert town.find().state is State.ACTIVE
    town.wait(days=9)
    clean_up(town.database, Retention())
    assert town.subscribe().state is State.ACTIVE
    assert town.find().consent_until is None


def test_list_that_says_nothing_does_not_make_an_implied_consent_express(town: Town):
    add(town, implied(town, TODAY + dt.timedelta(days=5)))

    assert add(town, implied(town, None)) == [AddResult.UNCHANGED]
    assert town.find().consent_until == TODAY + dt.timedelta(days=5)
    assert add(town, implied(town, None), update=True) == [AddResult.RENEWED]
    assert town.find().consent_until is None


def test_renewed_consent_does_not_bring_back_who_has_left(town: Town):
    add(town, implied(town, TODAY + dt.timedelta(days=5)))
    leave(town.database, town.find().id)

    assert add(town, implied(town, TODAY + dt.timedelta(days=50)), update=True) == [AddResult.LEFT]
