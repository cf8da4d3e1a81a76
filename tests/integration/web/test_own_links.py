"""Links that people ask for on their own page: what the page says is what the queue of mails holds."""

import pytest
from services.site import ANN
from sqlalchemy import update
from starlette.testclient import TestClient

from digest.storage.db.database import Database
from digest.storage.people import suppressions
from digest.storage.tables.notifications import notification
from digest.subscribers.suppression import Reason
from digest.tokens import Purpose

ACTIONS = {"address": "new-address", "data": "export", "erase": "erase"}


@pytest.fixture
def path(reader: int, link) -> str:
    return f"/preferences/{link(Purpose.PREFERENCES, reader, seconds=10 * 86_400)}"


@pytest.mark.parametrize("action", ACTIONS)
def test_page_says_that_no_link_was_sent_past_the_limit_and_when_to_try_again(
    visitor: TestClient, path, mails, clock, action
):
    for _ in range(3):
        assert "A new link is on its way to a…@example.com" in visitor.post(f"{path}/{action}?lang=en").text
        clock.forward(minutes=11)
    answer = visitor.post(f"{path}/{action}?lang=en")

    assert len(mails()) == 3
    assert answer.status_code == 429
    assert "on its way" not in answer.text
    assert "No new link was sent" in answer.text
    assert "You can request another one in 8 hours." in answer.text
    clock.forward(hours=8)
    visitor.post(f"{path}/{action}")
    assert len(mails()) == 4


@pytest.mark.parametrize("action", ACTIONS)
def test_second_request_within_ten_minutes_sends_nothing_and_says_so(visitor: TestClient, path, mails, clock, action):
    visitor.post(f"{path}/{action}")
    clock.forward(minutes=4)
    answer = visitor.post(f"{path}/{action}?lang=en")

    assert (len(mails()), answer.status_code, answer.headers["retry-after"]) == (1, 429, "360")
    assert "You can request another one in 6 minutes." in answer.text


def test_strangers_cannot_use_up_the_links_of_a_person(visitor: TestClient, path, mails, clock):
    for _ in range(20):
        visitor.post("/link", data={"address": ANN})
        visitor.post("/subscribe", data={"address": ANN, "which": "every"})
        clock.forward(minutes=11)

    for action in ACTIONS:
        visitor.post(f"{path}/{action}")
    assert [mail[0] for mail in mails()][-3:] == list(ACTIONS.values())


@pytest.mark.parametrize("action", ACTIONS)
def test_address_that_may_not_be_mailed_is_not_said_to_get_a_link(
    visitor: TestClient, path, mails, database: Database, site, action
):
    with database.write() as connection:
        suppressions.add(connection, site.people.identify(ANN), ANN, Reason.BOUNCED, database.now(connection))
    answer = visitor.post(f"{path}/{action}?lang=en")

    assert answer.status_code == 409
    assert "No link was sent" in answer.text
    assert mails() == []


@pytest.mark.parametrize(
    ("state", "said"),
    [
        ("waiting", "is on its way to a…@example.com"),
        ("accepted", "We sent a link to a…@example.com 5 minutes ago."),
        ("failed", "couldn’t send the email"),
        ("skipped", "couldn’t send the email"),
    ],
)
def test_page_that_is_reloaded_says_how_far_the_mail_has_got(
    visitor: TestClient, path, mails, database: Database, clock, state, said
):
    visitor.post(f"{path}/data")
    clock.forward(minutes=5)
    with database.write() as connection:
        connection.execute(update(notification).values(state=state))

    assert said in visitor.get(f"{path}/data?lang=en").text


def test_page_offers_a_link_when_none_works_any_more(visitor: TestClient, path, mails, clock):
    offered = visitor.get(f"{path}/data?lang=en").text
    assert "Send me the link" in offered
    assert "is on its way" in visitor.post(f"{path}/data?lang=en").text
    clock.forward(hours=25)

    assert visitor.get(f"{path}/data?lang=en").text == offered
    assert len(mails()) == 1
