"""Forgetting a person: what goes, what stays, and what never brings them back."""

import datetime as dt
import json
from pathlib import Path

from factories import NOON
from people_samples import Town, make_people
from sqlalchemy import func, select
from storage_samples import claim_next
from town_samples import ANN, add, balance, everything_in, plan, row

from digest.bootstrap.erasures import Erasures
from digest.delivery.states import Skipped
from digest.pipeline.people.change_address import propose
from digest.pipeline.people.erasure import erase, erase_address, erase_again, everything_known
from digest.pipeline.people.fresh_links import enqueue_fresh_link
from digest.pipeline.people.limits import Rate
from digest.pipeline.people.subscribe import confirm_sign_up, find_person, leave
from digest.pipeline.people.suppressions import every_suppression, suppress
from digest.storage.people import adding, consents, suppressions
from digest.storage.people.adding import AddResult
from digest.storage.tables.outbox import delivery
from digest.storage.tables.people import consent
from digest.subscribers.subscriber import State
from digest.subscribers.suppression import Reason
from digest.tokens import Purpose


def test_erased_person_is_nowhere_but_as_a_hash(town: Town):
    town.people = make_people(record_network=True)
    person = town.subscribe()
    propose(town.database, town.people, person.id, "new@example.net")
    enqueue_fresh_link(town.database, town.people, person, Purpose.ERASE, Rate(3, dt.timedelta(days=1)))

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
    person = confirm_sign_up(town.database, town.people, number)
    erase(town.database, town.people, person.id)

    assert confirm_sign_up(town.database, town.people, number) is None
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
        adding.add_many(connection, [row(town, address)], update=False, now=NOON - dt.timedelta(days=3))


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
