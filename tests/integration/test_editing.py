"""What the operator changes of one subscriber, on both engines."""

import datetime as dt

import pytest
from people_samples import Town

from digest.errors import Conflict, NotFound
from digest.months import Month
from digest.pipeline.people.change_address import ChangeStage, confirm_address, propose, undo_change
from digest.pipeline.people.edit import edit_person
from digest.pipeline.people.subscribe import unsubscribe
from digest.pipeline.people.suppressions import suppress
from digest.storage.people import address_changes, suppressions
from digest.subscribers.edits import Edit
from digest.subscribers.subscriber import NoMatch, Preferences, State, Subscriber
from digest.subscribers.suppression import Reason

ANN, NEW, BEA = "ann@example.org", "ann@new.example.org", "bea@example.org"


def edit(town: Town, change: Edit, address: str = ANN) -> Subscriber:
    return edit_person(town.database, town.people.identify, town.people.identify(address), change)[1]


def suppressed(town: Town, address: str, reason: Reason) -> None:
    suppress(town.database, address, town.people.identify(address), reason)


def test_only_what_is_named_is_changed(town: Town):
    town.subscribe(ANN, "empathy")

    first = edit(town, Edit(name="Ann Lee", preferences={"language": "fr", "paused_until": Month(2027, 1)}))
    second = edit(town, Edit(preferences={"topics": frozenset(), "no_match": NoMatch.WHOLE, "paused_until": None}))

    assert (first.name, first.preferences) == (
        "Ann Lee",
        Preferences(frozenset({"empathy"}), "fr", NoMatch.NOTHING, Month(2027, 1)),
    )
    assert (second.name, second.preferences) == ("Ann Lee", Preferences(frozenset(), "fr", NoMatch.WHOLE, None))


def test_nobody_is_changed_where_nobody_is_or_who_has_left(town: Town):
    with pytest.raises(NotFound):
        edit(town, Edit(name="Ann"))
    town.subscribe()
    unsubscribe(town.database, town.people.identify(ANN))

    with pytest.raises(Conflict, match="has left"):
        edit(town, Edit(name="Ann Lee"))
    assert town.find().name == "Ann"


def test_person_who_moves_is_found_at_the_new_address_alone(town: Town):
    before = town.subscribe(ANN, "empathy")

    moved = edit(town, Edit(NEW))

    assert (moved.id, moved.address, moved.preferences) == (before.id, NEW, before.preferences)
    assert town.find(ANN) is None
    assert town.find(NEW) == moved


def test_same_address_in_other_letters_is_not_taken(town: Town):
    town.subscribe(ANN)

    assert edit(town, Edit("Ann@example.org")).address == "Ann@example.org"


@pytest.mark.parametrize("has_left", [True, False])
def test_address_of_another_subscriber_is_refused(town: Town, has_left: bool):
    town.subscribe(ANN)
    town.subscribe(BEA)
    if has_left:
        unsubscribe(town.database, town.people.identify(BEA))

    with pytest.raises(Conflict, match="another subscriber"):
        edit(town, Edit(BEA, name="Changed"))
    assert town.find(ANN).name == "Ann"


@pytest.mark.parametrize(
    ("reason", "said"),
    [
        (Reason.BOUNCED, "suppressions remove"),
        (Reason.COMPLAINED, "suppressions remove"),
        (Reason.MANUAL, "suppressions remove"),
        (Reason.UNSUBSCRIBED, "only they can return"),
        (Reason.ERASED, "only they can return"),
    ],
)
def test_suppressed_address_is_refused(town: Town, reason: Reason, said: str):
    town.subscribe(ANN)
    with town.database.write() as connection:
        suppressions.add(connection, town.people.identify(NEW), None, reason, town.time)

    with pytest.raises(Conflict, match=said):
        edit(town, Edit(NEW))
    assert town.find(ANN).address == ANN


@pytest.mark.parametrize("reason", [Reason.BOUNCED, Reason.SOFT_BOUNCES, Reason.INVALID])
def test_bounce_stays_with_the_old_mailbox_which_gets_no_notice(town: Town, reason: Reason):
    person = town.subscribe(ANN)
    suppressed(town, ANN, reason)

    assert edit(town, Edit(NEW)).suppressed_for is None
    assert town.deliver() == []
    with town.database.read() as connection:
        assert suppressions.find(connection, town.people.identify(ANN)).reason == reason
        (change,) = address_changes.of_person(connection, person.id)
    assert undo_change(town.database, town.people, change.id).stage is ChangeStage.DEAD


def test_old_mailbox_is_told_of_the_operators_move_and_can_undo_it(town: Town):
    town.subscribe(ANN)

    edit(town, Edit(NEW))

    (notice,) = town.deliver()
    assert notice.address == ANN
    assert NEW not in notice.text
    assert undo_change(town.database, town.people, town.subject_of(notice)).stage is ChangeStage.DONE
    assert town.find(ANN).state is State.ACTIVE
    assert town.find(NEW) is None


def test_notice_of_the_operators_move_cannot_undo_it_after_the_next_one(town: Town):
    town.subscribe(ANN)
    edit(town, Edit(NEW))
    (notice,) = town.deliver()

    edit(town, Edit("third@example.org"), NEW)

    assert undo_change(town.database, town.people, town.subject_of(notice)).stage is ChangeStage.DEAD


def test_another_spelling_of_the_same_address_sends_no_notice(town: Town):
    town.subscribe(ANN)

    edit(town, Edit("Ann@example.org"))

    assert town.deliver() == []


@pytest.mark.parametrize("reason", [Reason.COMPLAINED, Reason.MANUAL])
def test_person_who_must_not_be_mailed_does_not_escape_to_another_address(town: Town, reason: Reason):
    town.subscribe(ANN)
    suppressed(town, ANN, reason)

    with pytest.raises(Conflict, match=f"suppressed .{reason}."):
        edit(town, Edit(NEW))


def test_link_of_an_earlier_change_of_address_does_nothing_after_the_operators(town: Town):
    person = town.subscribe(ANN)
    propose(town.database, town.people, person.id, "other@example.org")
    mails = {note.address: note for note in town.deliver()}
    town.wait(hours=1)

    edit(town, Edit(NEW))

    number = town.subject_of(mails["other@example.org"])
    assert confirm_address(town.database, town.people, number).stage is ChangeStage.DEAD
    assert town.find(NEW).id == person.id


def test_undo_of_an_earlier_change_of_address_does_nothing_after_the_operators(town: Town):
    person = town.subscribe(ANN)
    propose(town.database, town.people, person.id, "other@example.org")
    (asked,) = town.deliver()
    confirm_address(town.database, town.people, town.subject_of(asked))
    (notice,) = town.deliver()
    town.wait(hours=1)

    edit(town, Edit(NEW), "other@example.org")

    assert undo_change(town.database, town.people, town.subject_of(notice)).stage is ChangeStage.DEAD
    assert town.find(NEW).address_since == town.time


def test_operator_unsubscribes_a_person_once(town: Town):
    town.subscribe(ANN)
    address_hash = town.people.identify(ANN)

    assert unsubscribe(town.database, address_hash)
    left_at = town.find(ANN).left_at
    town.time += dt.timedelta(days=1)
    assert not unsubscribe(town.database, address_hash)
    assert (town.find(ANN).state, town.find(ANN).left_at) == (State.LEFT, left_at)
    with pytest.raises(NotFound):
        unsubscribe(town.database, town.people.identify(BEA))
