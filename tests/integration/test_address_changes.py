"""Moving to another address and back: what the verbs do to the database, on both engines."""

import datetime as dt

from people_samples import Town
from sqlalchemy import select

from digest.pipeline.people.change_address import (
    ChangeStage,
    confirm_address,
    look_at_undo,
    propose,
    proposed,
    undo_change,
)
from digest.pipeline.people.erasure import erase, everything_known
from digest.pipeline.people.fresh_links import NotSent, enqueue_fresh_link
from digest.pipeline.people.limits import Rate
from digest.pipeline.people.subscribe import leave
from digest.pipeline.people.suppressions import suppress
from digest.pipeline.upkeep.clean_up import Retention, clean_up
from digest.storage.people import address_changes, subscribers, suppressions
from digest.storage.tables.metadata import metadata
from digest.subscribers.subscriber import State, Subscriber
from digest.subscribers.suppression import Reason
from digest.tokens import Purpose

ANN, NEW, THIRD = "ann@example.org", "new@example.net", "third@example.net"
RATE = Rate(3, dt.timedelta(days=1))


def move(town: Town, person: Subscriber, address: str = NEW) -> int:
    """Move a person; the change that the notice in the old mailbox is about."""
    propose(town.database, town.people, person.id, address)
    (asked,) = town.deliver()
    confirm_address(town.database, town.people, town.subject_of(asked))
    (notice,) = town.deliver()
    assert notice.address != address
    town.wait(hours=1)
    return town.subject_of(notice)


def test_old_address_gets_a_notice_that_does_not_name_the_new_one(town: Town):
    person = town.subscribe()
    propose(town.database, town.people, person.id, NEW)
    (asked,) = town.deliver()
    change = confirm_address(town.database, town.people, town.subject_of(asked))
    (notice,) = town.deliver()

    assert (change.stage, change.person.address, notice.address) == (ChangeStage.DONE, NEW, ANN)
    assert "new@" not in notice.text + notice.html
    assert "example.net" not in notice.text + notice.html
    assert "7 days" in notice.text


def test_undo_restores_the_address_and_nothing_else(town: Town):
    person = town.subscribe(ANN, "empathy")
    change = move(town, person)
    assert look_at_undo(town.database, town.people, change).stage is ChangeStage.OPEN

    undone = undo_change(town.database, town.people, change)

    assert (undone.stage, undone.person.address) == (ChangeStage.DONE, ANN)
    assert undone.person.preferences == person.preferences
    assert town.find(NEW) is None
    assert undo_change(town.database, town.people, change) == undone


def test_undo_works_until_the_moment_that_the_notice_names_however_late_it_was_mailed(town: Town):
    person = town.subscribe()
    propose(town.database, town.people, person.id, NEW)
    (asked,) = town.deliver()
    confirm_address(town.database, town.people, town.subject_of(asked))
    town.wait(days=7)

    assert town.deliver() == []
    with town.database.read() as connection:
        (change,) = address_changes.of_person(connection, person.id)
    assert undo_change(town.database, town.people, change.id).stage is ChangeStage.DEAD


def test_every_later_change_is_undone_at_once(town: Town):
    person = town.subscribe()
    first = move(town, person)
    second = move(town, person, THIRD)

    assert undo_change(town.database, town.people, first).person.address == ANN
    assert undo_change(town.database, town.people, second).stage is ChangeStage.DEAD
    assert town.find().id == person.id


def test_undo_voids_a_request_that_waits_and_the_mails_that_were_not_sent(town: Town):
    person = town.subscribe()
    change = move(town, person)
    propose(town.database, town.people, person.id, THIRD)
    (asked,) = town.deliver()
    moved = town.find(NEW)
    for purpose in (Purpose.EXPORT, Purpose.ERASE, Purpose.NEW_ADDRESS):
        assert enqueue_fresh_link(town.database, town.people, moved, purpose, RATE) is None

    undo_change(town.database, town.people, change)

    assert proposed(town.database, person.id) is None
    assert confirm_address(town.database, town.people, town.subject_of(asked)).stage is ChangeStage.DEAD
    assert town.deliver() == []


def test_undo_of_who_left_keeps_them_away_from_both_addresses(town: Town):
    change = move(town, town.subscribe())
    leave(town.database, town.find(NEW).id)

    person = undo_change(town.database, town.people, change).person

    assert (person.address, person.state) == (ANN, State.LEFT)
    with town.database.read() as connection:
        for address in (ANN, NEW):
            assert suppressions.find(connection, town.people.identify(address)).reason == Reason.UNSUBSCRIBED


def test_undo_does_not_lift_what_only_the_operator_may(town: Town):
    change = move(town, town.subscribe())
    suppress(town.database, ANN, town.people.identify(ANN), Reason.COMPLAINED)

    assert undo_change(town.database, town.people, change).person.address == ANN
    with town.database.read() as connection:
        assert suppressions.find(connection, town.people.identify(ANN)).reason == Reason.COMPLAINED


def test_person_who_complained_does_not_escape_to_another_address(town: Town):
    person = town.subscribe()
    propose(town.database, town.people, person.id, NEW)
    (asked,) = town.deliver()
    suppress(town.database, ANN, town.people.identify(ANN), Reason.COMPLAINED)

    assert confirm_address(town.database, town.people, town.subject_of(asked)).stage is ChangeStage.DEAD
    assert town.find(NEW) is None


def test_address_with_a_subscription_of_its_own_is_not_taken_by_an_undo(town: Town):
    person = town.subscribe()
    change = move(town, person)
    other = town.subscribe()

    assert undo_change(town.database, town.people, change).stage is ChangeStage.TAKEN
    assert (town.find().id, town.find(NEW).id) == (other.id, person.id)


def test_erasing_the_person_forgets_both_addresses(town: Town):
    person = town.subscribe()
    change = move(town, person)
    erase(town.database, town.people, person.id)

    assert undo_change(town.database, town.people, change).stage is ChangeStage.DEAD
    with town.database.read() as connection:
        stored = repr([connection.execute(select(table)).all() for table in metadata.sorted_tables])
    assert ANN not in stored
    assert NEW not in stored


def test_erasing_who_has_the_old_address_now_ends_the_undo_of_the_one_who_moved(town: Town):
    person = town.subscribe()
    change = move(town, person)
    other = town.subscribe()
    erase(town.database, town.people, other.id)

    assert undo_change(town.database, town.people, change).stage is ChangeStage.DEAD
    assert town.find(NEW).id == person.id
    assert ANN not in repr(everything_known(town.database, person.id))


def test_erasing_a_person_keeps_the_mails_of_who_has_their_old_address_now(town: Town):
    person = town.subscribe()
    move(town, person)
    town.sign_up()

    erase(town.database, town.people, person.id)

    assert [note.address for note in town.deliver()] == [ANN]


def test_undo_outlives_the_retention_of_requests(town: Town):
    change = move(town, town.subscribe())
    town.wait(days=6)
    clean_up(town.database, Retention(requests=dt.timedelta(days=7)))
    town.wait(hours=22)

    assert undo_change(town.database, town.people, change).stage is ChangeStage.DONE


def test_another_spelling_of_the_address_is_no_move(town: Town):
    person = town.subscribe()
    with town.database.write() as connection:
        subscribers.set_address(connection, person.id, "Ann@example.org", town.people.identify(ANN), now=town.time)

    assert (town.find().address, town.find().address_since) == ("Ann@example.org", None)


def test_address_that_moved_away_meanwhile_gets_no_link(town: Town):
    person = town.subscribe()
    move(town, person)

    assert enqueue_fresh_link(town.database, town.people, person, Purpose.EXPORT, RATE) == NotSent(None)
    assert town.deliver() == []


def test_same_new_address_asked_for_twice_gets_one_mail(town: Town):
    person = town.subscribe()
    propose(town.database, town.people, person.id, NEW)
    propose(town.database, town.people, person.id, NEW)
    (asked,) = town.deliver()

    assert confirm_address(town.database, town.people, town.subject_of(asked)).person.address == NEW
