"""Who holds a mail of somebody else takes nothing over; and a change of address can be undone."""

import datetime as dt
import re
from collections.abc import Callable

import pytest
from services.site import ANN
from starlette.testclient import TestClient

from digest.storage.db.database import Database
from digest.storage.people import subscribers
from digest.subscribers.subscriber import State
from digest.tokens import Purpose
from digest.web.site import Site

THIEF = "thief@example.net"
CHOICE = {"which": "every", "name": "Ann L.", "language": "en"}


@pytest.fixture
def made(site: Site, clock) -> Callable[[Purpose, int], str]:
    """The token of a link made now, with its usual time."""
    return lambda purpose, subject: site.people.link(purpose, subject, clock.now)


@pytest.fixture
def ann(database: Database, reader: int):
    """Ann as she is stored now."""

    def read():
        with database.read() as connection:
            return subscribers.get(connection, reader)

    return read


@pytest.fixture
def moved(visitor: TestClient, made, mails, clock, reader: int) -> str:
    """The undo link that Ann got in her old mailbox, an hour after somebody moved her to another one."""
    return move(visitor, made, mails, clock, reader, THIEF)


def move(visitor, made, mails, clock, reader: int, address: str) -> str:
    visitor.post(f"/new-address/{made(Purpose.NEW_ADDRESS, reader)}", data={"address": address})
    change = mails()[-1][3]
    visitor.post(f"/address/{made(Purpose.CHANGE_ADDRESS, change)}")
    assert mails()[-1][0] == "address-changed"
    clock.forward(hours=1)
    return f"/undo/{made(Purpose.UNDO_ADDRESS, change)}?lang=en"


def test_with_the_link_of_somebody_elses_mail_nothing_but_preferences_and_leaving_can_be_done(
    visitor: TestClient, made, mails, ann, reader: int, token: str, clock
):
    own = made(Purpose.PREFERENCES, reader)
    before = ann()
    wanted = {"address": THIEF, "new_address": THIEF, "confirm": "yes", **CHOICE}
    for kind in ("new-address", "address", "undo", "data", "erase", "return", "confirm"):
        for stolen in (own, token):
            assert visitor.get(f"/{kind}/{stolen}").status_code == 400
            answer = visitor.post(f"/{kind}/{stolen}", data=wanted)
            assert (answer.status_code, answer.headers["content-type"]) == (400, "text/html; charset=utf-8")
    for action in ("address", "data", "erase"):
        for _ in range(2):
            page = visitor.post(f"/preferences/{own}/{action}?lang=en", data=wanted).text
            assert ANN not in page
            assert re.findall(r"/(?:new-address|data|erase)/[\w-]{20,}", page) == []
            clock.forward(minutes=11)

    assert ann() == before
    assert {address for _, address, *_ in mails()} == {ANN}
    assert visitor.post(f"/preferences/{own}?lang=en", data=CHOICE).status_code == 200
    assert ann().name == "Ann L."
    visitor.post(f"/preferences/{own}/leave")
    assert ann().state is State.LEFT


def test_old_address_undoes_a_change_for_seven_days(visitor: TestClient, moved: str, ann, clock, database: Database):
    clock.forward(days=6, hours=22)
    assert ann().address == THIEF
    assert "Restore this address?" in visitor.get(moved).text
    assert ann().address == THIEF

    first = visitor.post(moved)

    assert "Your address has been restored" in first.text
    assert "belongs to a…@example.com again" in first.text
    assert (ann().address, ann().state) == (ANN, State.ACTIVE)
    assert "Your address has been restored" in visitor.post(moved).text
    path = re.search(r'href="(/preferences/[^"]+)"', first.text).group(1)
    assert "Your preferences" in visitor.get(path).text


def test_change_can_no_longer_be_undone_after_seven_days(visitor: TestClient, moved: str, ann, clock):
    clock.forward(days=7)

    assert visitor.get(moved).status_code == 410
    answer = visitor.post(moved)
    assert answer.status_code == 410
    assert "Links like this work for 7 days." in answer.text
    assert "subscribe again with your own" in answer.text
    assert ann().address == THIEF


def test_links_of_the_new_mailbox_only_unsubscribe_after_the_undo(
    visitor: TestClient, made, mails, moved: str, ann, reader: int, token: str, clock
):
    stolen = {kind: made(purpose, reader) for kind, purpose in (
        ("preferences", Purpose.PREFERENCES), ("data", Purpose.EXPORT), ("erase", Purpose.ERASE),
        ("new-address", Purpose.NEW_ADDRESS), ("return", Purpose.RETURN),
    )}  # fmt: skip
    assert "Your preferences" in visitor.get(f"/preferences/{stolen['preferences']}?lang=en").text
    visitor.post(f"/new-address/{stolen['new-address']}", data={"address": "second@example.net"})
    pending = made(Purpose.CHANGE_ADDRESS, mails()[-1][3])
    clock.forward(minutes=1)
    visitor.post(moved)
    restored, queued = ann(), mails()

    for kind, stale in stolen.items():
        for answer in (visitor.get(f"/{kind}/{stale}?lang=en"), visitor.post(f"/{kind}/{stale}?lang=en", data=CHOICE)):
            assert answer.status_code == 410
            assert "This link was sent to an earlier address" in answer.text
            assert "example.com" not in answer.text
    for action in ("address", "data", "erase"):
        assert visitor.post(f"/preferences/{stolen['preferences']}/{action}").status_code == 410
    assert visitor.post(f"/address/{pending}").status_code == 400
    assert (ann(), mails()) == (restored, queued)
    visitor.post(f"/unsubscribe/{token}", data={"confirm": "yes"})
    assert ann().state is State.LEFT


def test_later_change_to_a_third_address_is_undone_with_it_and_can_not_be_undone_itself(
    visitor: TestClient, made, mails, moved: str, ann, reader: int, clock
):
    thiefs_undo = move(visitor, made, mails, clock, reader, "second@example.net")

    assert "Your address has been restored" in visitor.post(moved).text
    assert ann().address == ANN
    assert visitor.post(thiefs_undo).status_code == 400
    assert ann().address == ANN


def test_old_link_shows_nothing_of_the_new_address_and_still_unsubscribes(
    visitor: TestClient, made, mails, ann, reader: int, clock
):
    old = made(Purpose.PREFERENCES, reader)
    clock.forward(hours=1)
    move(visitor, made, mails, clock, reader, "ann@private.example")
    before = ann()

    for answer in (
        visitor.get(f"/preferences/{old}?lang=en"),
        visitor.post(f"/preferences/{old}?lang=en", data=CHOICE),
        visitor.post(f"/preferences/{old}/data?lang=en"),
        visitor.get(f"/preferences/{old}/address?lang=en"),
    ):
        assert answer.status_code == 410
        assert "private" not in answer.text
        assert "Ann Lee" not in answer.text
    assert ann() == before
    page = visitor.get(f"/preferences/{old}?lang=en").text
    assert f'action="/preferences/{old}/leave?lang=en"' in page
    assert "You have been unsubscribed" in visitor.post(f"/preferences/{old}/leave?lang=en").text
    assert ann().state is State.LEFT


def test_undo_after_the_person_was_erased_says_what_to_do(visitor: TestClient, made, moved: str, reader: int, person):
    visitor.post(f"/erase/{made(Purpose.ERASE, reader)}")

    for answer in (visitor.get(moved), visitor.post(moved)):
        assert answer.status_code == 400
        assert 'href="/subscribe?lang=en"' in answer.text
    assert (person(ANN), person(THIEF)) == (None, None)


def test_undo_after_leaving_restores_the_address_and_offers_to_subscribe_again(
    visitor: TestClient, moved: str, ann, token: str
):
    visitor.post(f"/unsubscribe/{token}", data={"confirm": "yes"})
    answer = visitor.post(moved)

    assert "It was ended after the change" in answer.text
    assert (ann().address, ann().state) == (ANN, State.LEFT)
    back = re.search(r'href="(/return/[^"]+)"', answer.text).group(1)
    assert "You are subscribed again" in visitor.post(back).text
    assert (ann().address, ann().state) == (ANN, State.ACTIVE)


def test_undo_to_an_address_that_subscribed_again_changes_nothing(
    visitor: TestClient, made, mails, moved: str, ann, person
):
    visitor.post("/subscribe", data={"address": ANN, "which": "every"})
    visitor.post(f"/confirm/{made(Purpose.CONFIRM, mails()[-1][3])}")
    own = person(ANN)
    assert own.id != ann().id

    for answer in (visitor.get(moved), visitor.post(moved)):
        assert answer.status_code == 409
        assert "This address has its own subscription" in answer.text
        assert THIEF not in answer.text
    assert (person(ANN), ann().address) == (own, THIEF)


def test_clock_that_was_ahead_at_a_change_locks_nobody_out(visitor: TestClient, made, mails, reader: int, clock):
    clock.forward(days=40)
    move(visitor, made, mails, clock, reader, "ann@new.example")
    clock.now -= dt.timedelta(days=40)

    assert "Your preferences" in visitor.get(f"/preferences/{made(Purpose.PREFERENCES, reader)}?lang=en").text


def test_page_says_when_as_many_mails_as_allowed_went_to_the_new_address(
    visitor: TestClient, made, mails, reader: int, site: Site
):
    form = f"/new-address/{made(Purpose.NEW_ADDRESS, reader)}?lang=en"
    for _ in range(site.limits.address.count):
        visitor.post("/link", data={"address": "new@example.org"})
    before = mails()
    answer = visitor.post(form, data={"address": "new@example.org"})

    assert answer.status_code == 429
    assert "try again in 8 hours" in answer.text
    assert answer.headers["retry-after"] == str(8 * 3600)
    assert mails() == before
