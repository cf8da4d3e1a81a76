"""Forgetting a person, what stays, and what never brings them back; retention and consents that end. Both engines."""

import datetime as dt
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from factories import NOON, NOVEMBER
from people_samples import Town, make_people
from projects import make_project, run, run_json
from sqlalchemy import func, select
from storage_samples import LANGUAGES, claim_next, make_frozen

from digest.bootstrap.erasures import Erasures
from digest.delivery.states import CampaignState, Skipped
from digest.pipeline.people.change_address import propose
from digest.pipeline.people.erasure import erase, erase_address, erase_again, everything_known
from digest.pipeline.people.limits import Rate, time_to_wait
from digest.pipeline.people.own_links import ask
from digest.pipeline.people.subscribe import confirm, find_person, leave
from digest.pipeline.people.suppressions import every_suppression, suppress, unsuppress
from digest.pipeline.upkeep.clean_up import Retention, clean_up
from digest.storage import issues
from digest.storage.outbox import campaigns, results
from digest.storage.people import consents, subscribers, suppressions
from digest.storage.people.subscribers import AddResult
from digest.storage.tables.notifications import notification
from digest.storage.tables.outbox import delivery
from digest.storage.tables.people import address_change, consent, signup, subscriber
from digest.subscribers.consent import ConsentKind
from digest.subscribers.subscriber import NewSubscriber, State
from digest.subscribers.suppression import Reason
from digest.tokens import Purpose

ANN = "ann@example.org"
TODAY = NOON.date()


@pytest.fixture
def town(database_url: str) -> Iterator[Town]:
    made = Town(database_url)
    yield made
    made.database.dispose()


def add(town: Town, *people: NewSubscriber, update: bool = False) -> list[AddResult]:
    with town.database.write() as connection:
        return subscribers.add_many(connection, people, update=update, now=town.time)


def row(town: Town, address: str = ANN, **changes) -> NewSubscriber:
    return NewSubscriber(address, town.people.identify(address), **changes)


def plan(town: Town):
    with town.database.write() as connection:
        frozen = make_frozen()
        issues.save(connection, frozen, town.time)
        return campaigns.plan(
            connection, NOVEMBER, frozen.hash, batch_size=10, languages=LANGUAGES, now=town.time
        )  # fmt: skip


def balance(town: Town, campaign):
    with town.database.read() as connection:
        return campaigns.balance(connection, campaign.id)


def everything_in(town: Town) -> str:
    """Every value of every table, as text."""
    from digest.storage.tables.metadata import metadata

    with town.database.read() as connection:
        return repr([connection.execute(select(table)).all() for table in metadata.sorted_tables])


# --- erasure ---------------------------------------------------------------------------------------------------------


def test_erased_person_is_nowhere_but_as_a_hash(town: Town):
    town.people = make_people(record_network=True)
    person = town.subscribe()
    propose(town.database, town.people, person.id, "new@example.net")
    ask(town.database, town.people, person, Purpose.ERASE, Rate(3, dt.timedelta(days=1)))

    assert erase(town.database, town.people, person.id)

    stored = everything_in(town)
    assert all(trace not in stored for trace in (ANN, "Ann", "new@example.net", "192.0.2.7"))
    assert town.people.identify(ANN) in stored
    assert town.deliver() == []


def test_consent_record_of_an_erased_person_stays_under_the_hash(town: Town):
    person = town.subscribe()
    erase(town.database, town.people, person.id)

    with town.database.read() as connection:
        (proof,) = connection.execute(select(consent)).all()
        assert consents.of_person(connection, person.id) == []
    assert (proof.subscriber_id, proof.address_hash) == (None, town.people.identify(ANN))
    assert proof.confirmed_at == NOON
    assert proof.wording == town.people.wording("en").text


def test_deliveries_of_an_erased_person_stay_and_the_balance_holds(town: Town):
    person, _ = town.subscribe(), town.subscribe("bo@example.org")
    campaign = plan(town)
    before = balance(town, campaign)
    erase(town.database, town.people, person.id)

    assert balance(town, campaign) == before
    with town.database.write() as connection:
        claimed = claim_next(connection, campaign, town.time)
        assert [member.address for member in claimed.recipients] == ["bo@example.org"]
        assert connection.execute(select(func.count()).select_from(delivery)).scalar_one() == 2
    after = balance(town, campaign)
    assert (after.planned, after.skipped_because) == (2, {Skipped.LEFT: 1})


def test_unsubscribing_with_the_token_of_an_erased_person_is_no_error(town: Town):
    person = town.subscribe()
    erase(town.database, town.people, person.id)

    assert leave(town.database, person.id) is False
    assert find_person(town.database, person.id) is None


def test_list_never_brings_an_erased_person_back(town: Town):
    erase(town.database, town.people, town.subscribe().id)

    assert add(town, row(town), update=True) == [AddResult.SUPPRESSED]
    assert town.find() is None


def test_old_links_of_an_erased_person_bring_nobody_back(town: Town):
    town.sign_up()
    (note,) = town.deliver()
    number = town.subject_of(note)
    person = confirm(town.database, town.people, number)
    erase(town.database, town.people, person.id)

    assert confirm(town.database, town.people, number) is None
    assert town.find() is None


def test_new_confirmed_sign_up_of_an_erased_person_counts(town: Town):
    first = town.subscribe()
    erase(town.database, town.people, first.id)
    town.wait(minutes=11)

    again = town.subscribe()

    assert again.state is State.ACTIVE
    assert again.id != first.id
    with town.database.read() as connection:
        assert suppressions.find(connection, town.people.identify(ANN)) is None


def test_erasing_does_not_lift_a_complaint(town: Town):
    person = town.subscribe()
    suppress(town.database, ANN, town.people.identify(ANN), Reason.COMPLAINED)
    erase(town.database, town.people, person.id)
    town.wait(minutes=11)
    town.sign_up()

    assert town.deliver() == []
    assert [(one["address"], one["reason"]) for one in every_suppression(town.database)] == [(None, "complained")]


def test_erasing_twice_or_somebody_unknown_changes_nothing(town: Town):
    person = town.subscribe()
    erase(town.database, town.people, person.id)
    before = everything_in(town)

    assert not erase(town.database, town.people, person.id)
    assert not erase_address(town.database, town.people, town.people.identify("nobody@example.org"))
    assert everything_in(town) == before


def test_restored_backup_does_not_resurrect(town: Town, tmp_path: Path):
    record = Erasures(tmp_path / "erasures.txt")
    town.people = make_people(remember=record.append)
    erase(town.database, town.people, town.subscribe().id)
    back = town.subscribe("back@example.org")
    erase(town.database, town.people, back.id)
    restore(town, ANN)
    town.wait(minutes=11)
    town.subscribe("back@example.org")

    assert erase_again(town.database, record) == 1

    assert town.find() is None
    assert town.find("back@example.org").state is State.ACTIVE
    assert add(town, row(town), update=True) == [AddResult.SUPPRESSED]
    assert erase_again(town.database, record) == 0


def restore(town: Town, address: str) -> None:
    """What a backup made before the erasure holds."""
    with town.database.write() as connection:
        suppressions.lift(connection, town.people.identify(address))
        subscribers.add_many(connection, [row(town, address)], update=False, now=NOON - dt.timedelta(days=3))


def test_record_of_erasures_is_private_and_survives_a_cut_line(tmp_path: Path):
    record = Erasures(tmp_path / "subscribers" / "erasures.txt")
    record.append("hash", NOON)
    with (tmp_path / "subscribers" / "erasures.txt").open("a") as file:
        file.write("cut 2026-1")

    assert list(record) == [("hash", NOON)]
    assert (tmp_path / "subscribers" / "erasures.txt").stat().st_mode & 0o777 == 0o600


def test_everything_known_is_json_and_complete(town: Town):
    town.people = make_people(record_network=True)
    person = town.subscribe(ANN, "empathy")
    plan(town)

    known = json.loads(json.dumps(everything_known(town.database, person.id)))

    assert known["subscriber"]["address"] == ANN
    assert known["subscriber"]["preferences"]["topics"] == ["empathy"]
    assert known["consents"][0]["network"] == "192.0.2.7"
    assert known["issues"] == [{"month": "2026-11", "state": "waiting", "reason": None}]
    assert known["notifications"][0]["kind"] == "confirm"
    assert known["sign_ups"][0]["state"] == "confirmed"
    assert everything_known(town.database, 4711) is None


# --- implied consent -------------------------------------------------------------------------------------------------


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


# --- retention -------------------------------------------------------------------------------------------------------


def count(town: Town, table) -> int:
    with town.database.read() as connection:
        return connection.execute(select(func.count()).select_from(table)).scalar_one()


def test_daily_step_acts_once_a_day_whoever_wakes(town: Town):
    assert clean_up(town.database, Retention()) is not None
    assert clean_up(town.database, Retention()) is None
    town.wait(days=1)
    assert clean_up(town.database, Retention()) is not None
    town.wait(days=-1)
    assert clean_up(town.database, Retention()) is None


def test_requests_and_their_mails_go_after_their_time(town: Town):
    person = town.subscribe()
    propose(town.database, town.people, person.id, "new@example.net")
    town.deliver()
    town.wait(days=14)
    clean_up(town.database, Retention())
    assert (count(town, signup), count(town, address_change), count(town, notification)) == (1, 1, 2)
    town.wait(days=1)

    done = clean_up(town.database, Retention())

    assert (done.signups, done.address_changes, done.notifications) == (1, 1, 2)
    assert (count(town, signup), count(town, address_change), count(town, notification)) == (0, 0, 0)
    assert count(town, subscriber) == 1


def test_network_address_leaves_the_consent_record_and_the_rest_stays(town: Town):
    town.people = make_people(record_network=True)
    person = town.subscribe()
    town.wait(days=366)

    assert clean_up(town.database, Retention()).networks == 1

    with town.database.read() as connection:
        (proof,) = consents.of_person(connection, person.id)
    assert proof.network is None
    assert proof.wording


def test_recipients_go_after_their_time_and_the_numbers_stay(town: Town):
    town.subscribe()
    campaign = plan(town)
    with town.database.write() as connection:
        claimed = claim_next(connection, campaign, town.time)
        results.record_accepted(connection, claimed.attempt_id, message_id=None, rejected={}, now=town.time)
        campaigns.finish_if_done(connection, campaign.id, town.time)
    before = balance(town, campaign)
    town.wait(days=24 * 31 + 1)

    assert clean_up(town.database, Retention()).recipients == 1

    assert balance(town, campaign) == before
    with town.database.read() as connection:
        assert connection.execute(select(delivery.c.subscriber_id)).scalars().all() == [None]


def test_recipients_of_an_open_campaign_stay(town: Town):
    town.subscribe()
    campaign = plan(town)
    town.wait(days=1000)

    assert campaign.state is CampaignState.SENDING
    assert clean_up(town.database, Retention()).recipients == 0


# --- limits ----------------------------------------------------------------------------------------------------------


def test_limit_lets_a_burst_through_and_then_one_at_a_time(town: Town):
    rate = Rate(3, dt.timedelta(hours=3))

    def allowed(key: str, times: int) -> list[bool]:
        return [time_to_wait(town.database, key, rate) is None for _ in range(times)]

    assert allowed("a", 5) == [True, True, True, False, False]
    assert allowed("b", 1) == [True]
    town.wait(hours=1)
    assert allowed("a", 2) == [True, False]
    town.wait(days=1)
    assert allowed("a", 4) == [True, True, True, False]


def test_limit_says_how_long_to_wait(town: Town):
    rate = Rate(2, dt.timedelta(hours=4))

    assert [time_to_wait(town.database, "a", rate) for _ in range(3)] == [None, None, dt.timedelta(hours=2)]
    town.wait(minutes=90)
    assert time_to_wait(town.database, "a", rate) == dt.timedelta(minutes=30)
    town.wait(minutes=30)
    assert time_to_wait(town.database, "a", rate) is None


def test_limit_rows_are_forgotten_when_they_limit_nothing(town: Town):
    from digest.storage.tables.calendar import page_limit

    time_to_wait(town.database, "a", Rate(3, dt.timedelta(hours=3)))
    town.wait(days=1)
    clean_up(town.database, Retention())

    assert count(town, page_limit) == 0


# --- suppressions and the command line -------------------------------------------------------------------------------


def test_operators_reason_outweighs_the_persons(town: Town):
    leave(town.database, town.subscribe().id)

    assert suppress(town.database, ANN, town.people.identify(ANN), Reason.MANUAL)
    assert not suppress(town.database, ANN, town.people.identify(ANN), Reason.UNSUBSCRIBED)
    assert [one["reason"] for one in every_suppression(town.database)] == ["manual"]


def test_lifting_a_suppression_brings_nobody_back_who_has_left(town: Town):
    leave(town.database, town.subscribe().id)

    assert unsuppress(town.database, town.people.identify(ANN)) is State.LEFT
    assert town.find().state is State.LEFT


def test_operator_suppresses_lifts_and_erases(tmp_path: Path):
    digest = make_project(tmp_path)
    run(tmp_path, "subscribers", "add", ANN, "--topic", "empathy")
    assert run_json(tmp_path, "topics")[13]["chosen_by"] == 1

    assert run(tmp_path, "suppressions", "add", "Bo@Example.org") == "suppressed\n"
    (row,) = run_json(tmp_path, "suppressions", "list")
    assert (row["address"], row["reason"]) == ("Bo@example.org", "manual")
    run(tmp_path, "suppressions", "remove", "bo@example.org")
    run(tmp_path, "suppressions", "remove", "bo@example.org", code=1)
    assert run(tmp_path, "subscribers", "erase", ANN, "--yes") == "erased\n"
    run(tmp_path, "subscribers", "erase", "nobody@example.org", "--yes", code=1)
    run(tmp_path, "subscribers", "show", ANN, code=1)
    assert [digest.identify(ANN)] == [hashed for hashed, _ in digest.erasures]
    (row,) = run_json(tmp_path, "suppressions", "list")
    assert (row["address"], row["reason"]) == (None, "erased")
    run(tmp_path, "db", "restored")


def test_erasing_without_a_terminal_needs_yes(tmp_path: Path):
    make_project(tmp_path)
    run(tmp_path, "subscribers", "add", ANN)

    run(tmp_path, "subscribers", "erase", ANN, code=2)

    run(tmp_path, "subscribers", "show", ANN)
