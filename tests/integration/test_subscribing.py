"""Signing up, confirming, leaving and coming back: what the verbs do to the database, on both engines."""

import datetime as dt
from dataclasses import replace
from gettext import NullTranslations

import pytest
from people_samples import PAGE, Town, make_people

from digest.bootstrap.resources import load_templates
from digest.errors import BadSignature, ExpiredToken
from digest.months import Month
from digest.pipeline.people.change_address import ChangeStage, confirm_address, propose
from digest.pipeline.people.erasure import everything_known
from digest.pipeline.people.fresh_links import enqueue_fresh_link
from digest.pipeline.people.limits import Rate
from digest.pipeline.people.subscribe import come_back, confirm_sign_up, leave, save_preferences, send_link
from digest.pipeline.people.suppressions import suppress
from digest.pipeline.upkeep.clean_up import Retention, clean_up
from digest.rendering.environment import Renderer
from digest.storage.outbox import audience
from digest.storage.people import adding, consents, suppressions
from digest.subscribers.consent import ConsentKind, ConsentMethod
from digest.subscribers.subscriber import NewSubscriber, NoMatch, Preferences, State
from digest.subscribers.suppression import Reason
from digest.tokens import UNSUBSCRIBE, Purpose, dated_signer, read_dated, signer, verify

ANN = "ann@example.org"
RETENTION = Retention(
    requests=dt.timedelta(days=14), networks=dt.timedelta(days=365), recipients=dt.timedelta(days=730)
)
OFTEN = Rate(100, dt.timedelta(days=1))


def reimport(town: Town, address: str = ANN) -> None:
    row = NewSubscriber(address, town.people.identify(address), source="a list", given_on=dt.date(2026, 1, 1))
    with town.database.write() as connection:
        adding.add_many(connection, [row], update=True, now=town.time)


def may_be_mailed(town: Town, address: str = ANN) -> bool:
    person = town.find(address)
    with town.database.read() as connection:
        suppressed = suppressions.find(connection, town.people.identify(address))
    return person is not None and person.state is State.ACTIVE and suppressed is None


# --- signing up and confirming ---------------------------------------------------------------------------------------


def test_nobody_is_subscribed_before_the_link_in_the_mail_is_used(town: Town):
    town.sign_up()
    (note,) = town.deliver()

    assert note.address == ANN
    assert town.find() is None


def test_confirmed_sign_up_is_a_subscription_with_what_was_chosen(town: Town):
    person = town.subscribe(ANN, "empathy", "training")

    assert person.state is State.ACTIVE
    assert person.name == "Ann"
    assert person.preferences.topics == {"empathy", "training"}


def test_consent_record_holds_who_when_where_and_the_exact_words(town: Town):
    town.people = make_people(record_network=True)
    requested = town.time
    town.sign_up()
    (note,) = town.deliver()
    town.wait(hours=5)
    person = confirm_sign_up(town.database, town.people, town.subject_of(note))

    with town.database.read() as connection:
        (proof,) = consents.of_person(connection, person.id)
    wording = town.people.wording("en")
    assert (proof.kind, proof.method, proof.source) == (ConsentKind.EXPRESS, ConsentMethod.PAGE, "/subscribe")
    assert (proof.wording, proof.wording_version, proof.language) == (wording.text, wording.version, "en")
    assert (proof.requested_at, proof.confirmed_at) == (requested, town.time)
    assert proof.network == "192.0.2.7"


def test_network_address_is_not_recorded_unless_configured(town: Town):
    person = town.subscribe()

    with town.database.read() as connection:
        assert consents.of_person(connection, person.id)[0].network is None


def test_wording_names_sender_address_and_contact_and_changes_its_version_with_its_text():
    people = make_people()
    other = replace(people, newsletter=replace(people.newsletter, contact="other@example.org"))

    for language in ("en", "fr"):
        text = people.wording(language).text
        assert all(part in text for part in ("Réseau de recherche", "100 Example Street", "editor@example.org"))
    assert people.wording("en").version != people.wording("fr").version
    assert people.wording("en").version != other.wording("en").version


class OldWords(NullTranslations):
    """The catalogue of a version whose page asked in other words."""

    def gettext(self, message: str) -> str:
        return message.replace("I consent to receive {title} from {sender}", "I want {sender} to send me {title}")


def test_consent_keeps_the_words_and_the_version_in_which_it_was_given(town: Town):
    today = town.people
    town.people = replace(today, renderer=Renderer(load_templates(None), {"en": OldWords()}))
    old = town.people.wording("en")
    ann = town.subscribe()
    town.sign_up("bo@example.org")
    (note,) = town.deliver()

    town.people = today  # the program is upgraded before bo confirms
    bo = confirm_sign_up(town.database, town.people, town.subject_of(note))
    cleo = town.subscribe("cleo@example.org")

    assert old.text.startswith("I want Réseau de recherche to send me Research Digest by email, one issue a month. ")
    assert old.version != today.wording("en").version
    for person, wording in ((ann, old), (bo, old), (cleo, today.wording("en"))):
        (shown,) = everything_known(town.database, person.id)["consents"]
        assert (shown["wording"], shown["wording_version"]) == (wording.text, wording.version)


def test_confirming_twice_changes_nothing(town: Town):
    town.sign_up()
    (note,) = town.deliver()
    number = town.subject_of(note)
    first = confirm_sign_up(town.database, town.people, number)
    save_preferences(town.database, first.id, Preferences(frozenset({"training"}), "fr"), "Ann Lee")

    again = confirm_sign_up(town.database, town.people, number)

    assert (again.id, again.name, again.preferences.topics) == (first.id, "Ann Lee", {"training"})
    with town.database.read() as connection:
        assert len(consents.of_person(connection, first.id)) == 1


def test_confirming_again_after_leaving_does_not_bring_back(town: Town):
    town.sign_up()
    (note,) = town.deliver()
    number = town.subject_of(note)
    leave(town.database, confirm_sign_up(town.database, town.people, number).id)

    assert confirm_sign_up(town.database, town.people, number).state is State.LEFT
    assert not may_be_mailed(town)


@pytest.mark.parametrize("days", [0, 1, 8, 20])
def test_signing_up_again_never_unconfirms_a_confirmed_subscriber(town: Town, days: int):
    confirmed = town.subscribe(ANN, "empathy")
    town.wait(days=1)
    town.sign_up(ANN, "training")
    town.deliver()
    town.wait(days=days)
    clean_up(town.database, Retention())

    assert may_be_mailed(town)
    assert town.find() == confirmed
    with town.database.read() as connection:
        plan = audience.headcounts(connection, Month(2026, 11), [frozenset({"empathy"})], ("en",), town.time.date())
    assert sum(plan.values()) == 1


def test_unused_link_of_an_older_sign_up_does_nothing_after_leaving(town: Town):
    town.sign_up()
    (older,) = town.deliver()
    town.wait(minutes=11)
    person = town.subscribe()
    leave(town.database, person.id)

    assert confirm_sign_up(town.database, town.people, town.subject_of(older)) is None
    assert not may_be_mailed(town)


def test_unused_link_of_somebody_who_came_by_a_list_does_nothing_after_leaving(town: Town):
    town.sign_up()
    (note,) = town.deliver()
    reimport(town)
    leave(town.database, town.find().id)

    assert confirm_sign_up(town.database, town.people, town.subject_of(note)) is None
    assert not may_be_mailed(town)


def test_confirming_again_after_an_address_change_shows_the_old_mailbox_nothing(town: Town):
    town.sign_up()
    (note,) = town.deliver()
    number = town.subject_of(note)
    person = confirm_sign_up(town.database, town.people, number)
    propose(town.database, town.people, person.id, "new@example.net")
    (mail,) = town.deliver()
    confirm_address(town.database, town.people, town.subject_of(mail))

    assert confirm_sign_up(town.database, town.people, number) is None
    assert town.find("new@example.net").id == person.id


def test_sign_up_ends_after_seven_days(town: Town):
    town.sign_up()
    (note,) = town.deliver()
    number = town.subject_of(note)
    town.wait(days=7)

    assert confirm_sign_up(town.database, town.people, number) is None
    with pytest.raises(ExpiredToken):
        town.subject_of(note)


def test_unknown_sign_up_confirms_nobody(town: Town):
    assert confirm_sign_up(town.database, town.people, 4711) is None


# --- what an answer, its work and its mail tell a stranger (bad inputs 25 and 26) ------------------------------------


def statements(town: Town, act) -> list[str]:
    """What is asked of the database, without values."""
    from sqlalchemy import event

    seen: list[str] = []

    def note(_connection, _cursor, statement, *_rest) -> None:
        seen.append(statement)

    engine = town.database._engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        act()
    finally:
        event.remove(engine, "before_cursor_execute", note)
    return seen


def test_signing_up_does_the_same_work_for_known_and_unknown_addresses(town: Town):
    town.subscribe()
    left = town.subscribe("left@example.org")
    leave(town.database, left.id)
    suppress(town.database, "bad@example.org", town.people.identify("bad@example.org"), Reason.COMPLAINED)
    town.wait(minutes=11)
    town.sign_up("first@example.org")  # makes the selection

    work = [
        statements(town, lambda address=address: town.sign_up(address))
        for address in (ANN, "left@example.org", "bad@example.org", "nobody@example.org")
    ]

    assert len(work[0]) > 3
    assert all(one == work[0] for one in work)


def test_asking_for_a_link_does_the_same_work_for_known_and_unknown_addresses(town: Town):
    town.subscribe()

    known, unknown = (
        statements(town, lambda address=address: send_link(town.database, town.people, address, PAGE))
        for address in (ANN, "nobody@example.org")
    )

    assert known == unknown


def test_known_address_gets_its_own_link_instead_of_a_question(town: Town):
    person = town.subscribe()
    town.wait(minutes=11)
    town.sign_up(ANN, "training")

    (note,) = town.deliver()

    assert "/preferences/" in note.text
    assert "/confirm/" not in note.text
    assert town.subject_of(note) == person.id
    assert town.find().preferences.topics == frozenset()


def test_link_goes_to_the_subscribed_address_alone(town: Town):
    person = town.subscribe()
    send_link(town.database, town.people, ANN, PAGE)
    send_link(town.database, town.people, "nobody@example.org", PAGE)

    (note,) = town.deliver()

    assert note.address == ANN
    assert town.subject_of(note) == person.id


def test_who_has_left_gets_no_link(town: Town):
    leave(town.database, town.subscribe().id)
    send_link(town.database, town.people, ANN, PAGE)

    assert town.deliver() == []


@pytest.mark.parametrize("ask", ["sign up", "link"])
def test_address_that_is_bombed_gets_one_mail_in_ten_minutes(town: Town, ask: str):
    if ask == "link":
        town.subscribe()
    for _ in range(20):
        town.sign_up() if ask == "sign up" else send_link(town.database, town.people, ANN, PAGE)
        town.wait(seconds=29)

    assert len(town.deliver()) == 1
    town.wait(minutes=1)
    town.sign_up() if ask == "sign up" else send_link(town.database, town.people, ANN, PAGE)
    assert len(town.deliver()) == 1


def test_spelling_of_an_address_gets_round_no_limit(town: Town):
    town.sign_up("ann@example.org")
    town.sign_up("ANN@example.org")

    assert len(town.deliver()) == 1


def test_what_is_asked_again_within_ten_minutes_is_what_the_first_link_confirms(town: Town):
    town.sign_up(ANN, "empathy")
    (note,) = town.deliver()
    town.sign_up(ANN, "training")

    assert confirm_sign_up(town.database, town.people, town.subject_of(note)).preferences.topics == {"training"}


def test_name_that_a_stranger_typed_is_not_mailed(town: Town):
    from digest.pipeline.people.subscribe import request_sign_up
    from digest.subscribers.signup import SignUp

    request_sign_up(town.database, town.people, SignUp(ANN, "Buy at spam.example"), PAGE)
    (note,) = town.deliver()

    assert "spam" not in note.subject + note.text + note.html


def test_complaint_is_not_lifted_by_signing_up_again(town: Town):
    suppress(town.database, ANN, town.people.identify(ANN), Reason.COMPLAINED)
    town.sign_up()

    assert town.deliver() == []


def test_complaint_between_sign_up_and_confirmation_stands(town: Town):
    town.sign_up()
    (note,) = town.deliver()
    suppress(town.database, ANN, town.people.identify(ANN), Reason.COMPLAINED)

    assert confirm_sign_up(town.database, town.people, town.subject_of(note)) is None
    assert not may_be_mailed(town)


# --- leaving and coming back -----------------------------------------------------------------------------------------


def test_coming_back_needs_a_new_confirmation(town: Town):
    leave(town.database, town.subscribe().id)
    town.wait(minutes=11)
    town.sign_up(ANN, "empathy")
    (note,) = town.deliver()

    assert not may_be_mailed(town)
    confirm_sign_up(town.database, town.people, town.subject_of(note))
    assert may_be_mailed(town)
    assert town.find().preferences.topics == {"empathy"}


def test_who_leaves_and_changes_their_mind_at_once_is_mailed_at_once(town: Town):
    leave(town.database, town.subscribe().id)
    town.sign_up()
    town.sign_up()

    (note,) = town.deliver()

    assert confirm_sign_up(town.database, town.people, town.subject_of(note)).state is State.ACTIVE


def test_list_brings_nobody_back_who_has_left(town: Town):
    leave(town.database, town.subscribe().id)

    reimport(town)

    assert not may_be_mailed(town)


def test_list_does_not_bring_in_a_suppressed_address(town: Town):
    suppress(town.database, ANN, town.people.identify(ANN), Reason.MANUAL)

    reimport(town)

    assert town.find() is None


def test_undo_after_leaving_restores_everything_and_records_it(town: Town):
    person = town.subscribe(ANN, "empathy")
    leave(town.database, person.id)

    back = come_back(town.database, town.people, person.id)

    assert back.preferences.topics == {"empathy"}
    assert may_be_mailed(town)
    with town.database.read() as connection:
        assert len(consents.of_person(connection, person.id)) == 2
    assert come_back(town.database, town.people, person.id).id == person.id


def test_undo_does_not_lift_a_complaint(town: Town):
    person = town.subscribe()
    leave(town.database, person.id)
    suppress(town.database, ANN, town.people.identify(ANN), Reason.COMPLAINED)

    assert come_back(town.database, town.people, person.id) is None
    assert not may_be_mailed(town)


def test_undo_of_somebody_unknown_does_nothing(town: Town):
    assert come_back(town.database, town.people, 4711) is None


# --- preferences and address -----------------------------------------------------------------------------------------


def test_preferences_are_saved_and_given_back(town: Town):
    person = town.subscribe()
    chosen = Preferences(frozenset({"training"}), "fr", NoMatch.WHOLE, Month(2027, 2))

    assert save_preferences(town.database, person.id, chosen, "Ann Lee").preferences == chosen
    assert (town.find().preferences, town.find().name) == (chosen, "Ann Lee")


def test_preferences_of_who_has_left_are_not_saved(town: Town):
    person = town.subscribe()
    leave(town.database, person.id)

    assert save_preferences(town.database, person.id, Preferences(), "X") is None
    assert town.find().name == "Ann"


def test_address_changes_only_when_the_new_one_confirms(town: Town):
    person = town.subscribe()
    propose(town.database, town.people, person.id, "new@example.net")
    (note,) = town.deliver()

    assert note.address == "new@example.net"
    assert ANN not in note.text + note.html
    assert town.find().id == person.id
    moved = confirm_address(town.database, town.people, town.subject_of(note)).person
    assert (moved.id, moved.address) == (person.id, "new@example.net")
    assert town.find() is None
    assert confirm_address(town.database, town.people, town.subject_of(note)).person == moved


def test_address_of_another_subscriber_is_not_taken_over(town: Town):
    person, other = town.subscribe(), town.subscribe("other@example.org")
    propose(town.database, town.people, person.id, "other@example.org")
    (note,) = town.deliver()

    assert note.address == "other@example.org"
    assert "/preferences/" in note.text
    assert town.subject_of(note) == other.id
    assert town.find().id == person.id


def test_address_that_subscribed_meanwhile_is_not_taken_over(town: Town):
    person = town.subscribe()
    propose(town.database, town.people, person.id, "new@example.net")
    (note,) = town.deliver()
    other = town.subscribe("new@example.net")

    assert confirm_address(town.database, town.people, town.subject_of(note)).stage is ChangeStage.DEAD
    assert town.find("new@example.net").id == other.id


def test_address_change_does_nothing_after_leaving_or_a_day(town: Town):
    person = town.subscribe()
    propose(town.database, town.people, person.id, "new@example.net")
    (note,) = town.deliver()
    number = town.subject_of(note)
    town.wait(hours=24)

    assert confirm_address(town.database, town.people, number).stage is ChangeStage.DEAD
    propose(town.database, town.people, person.id, "newer@example.net")
    (note,) = town.deliver()
    leave(town.database, person.id)
    assert confirm_address(town.database, town.people, town.subject_of(note)).stage is ChangeStage.DEAD


def test_fresh_link_to_ones_data_goes_to_the_persons_own_address(town: Town):
    person = town.subscribe()
    enqueue_fresh_link(town.database, town.people, person, Purpose.EXPORT, OFTEN)

    (note,) = town.deliver()

    assert note.address == ANN
    assert town.subject_of(note) == person.id


# --- links: what they prove (bad input 19) ---------------------------------------------------------------------------

SOON = dt.datetime(2026, 11, 11, tzinfo=dt.UTC)
LATER = int(SOON.timestamp()) + 60


def test_dated_token_gives_its_subject_until_it_ends():
    people = make_people()
    token = people.link_until(Purpose.PREFERENCES, 7, SOON)

    assert read_dated(people.keys, Purpose.PREFERENCES, token, SOON - dt.timedelta(seconds=1)) == 7
    with pytest.raises(ExpiredToken) as ended:
        read_dated(people.keys, Purpose.PREFERENCES, token, SOON)
    assert ended.value.ended == SOON


@pytest.mark.parametrize("place", range(40))
def test_dated_token_with_one_character_changed_is_refused(place: int):
    people = make_people()
    token = people.link_until(Purpose.ERASE, 7, SOON)
    forged = token[:place] + ("A" if token[place] != "A" else "B") + token[place + 1 :]

    with pytest.raises(BadSignature):
        read_dated(people.keys, Purpose.ERASE, forged, SOON - dt.timedelta(1))


@pytest.mark.parametrize("purpose", [one for one in Purpose if one is not Purpose.PREFERENCES])
def test_dated_token_is_worth_nothing_for_another_purpose(purpose: Purpose):
    people = make_people()

    with pytest.raises(BadSignature):
        read_dated(people.keys, purpose, people.link_until(Purpose.PREFERENCES, 7, SOON), SOON - dt.timedelta(1))


@pytest.mark.parametrize("cut", [0, 1, 31, 32, 39])
def test_cut_token_is_refused(cut: int):
    people = make_people()

    with pytest.raises(BadSignature):
        read_dated(people.keys, Purpose.ERASE, people.link_until(Purpose.ERASE, 7, SOON)[:cut], SOON)


def test_unsubscribe_token_opens_no_dated_page():
    people = make_people()

    with pytest.raises(BadSignature):
        read_dated(people.keys, Purpose.PREFERENCES, signer(people.keys.sign, UNSUBSCRIBE)(7), SOON)


def test_retired_key_still_opens_and_a_revoked_one_does_not():
    people = make_people()
    retired, oldest, revoked = (
        dated_signer(key, Purpose.PREFERENCES)(7, LATER) for key in (b"o" * 32, b"u" * 32, b"r" * 32)
    )

    assert read_dated(people.keys, Purpose.PREFERENCES, retired, SOON) == 7
    for token in (oldest, revoked):
        with pytest.raises(BadSignature):
            read_dated(people.keys, Purpose.PREFERENCES, token, SOON)


def test_key_for_unsubscribing_only_opens_nothing_else():
    keys = make_people().keys

    assert verify(keys.trusted(UNSUBSCRIBE), UNSUBSCRIBE, signer(b"u" * 32, UNSUBSCRIBE)(7)) == 7
    assert b"u" * 32 not in keys.trusted(Purpose.ERASE)


def test_keys_do_not_show_in_text():
    keys = make_people().keys

    assert all(key.decode() not in repr(keys) for key in (b"k" * 32, b"o" * 32, b"u" * 32))
