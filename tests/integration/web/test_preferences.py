"""The page behind the personal link: it says what it saved, and nobody else gets at it."""

import html
import re

import pytest
from services.site import ANN, OLD_KEY, OLDEST_KEY
from starlette.testclient import TestClient

from digest.months import Month
from digest.storage.db.database import Database
from digest.storage.people import subscribers
from digest.subscribers.subscriber import NoMatch, Preferences, State
from digest.tokens import UNSUBSCRIBE, Purpose, signer

CHOICE = {
    "which": "some",
    "topic": ["training", "empathy"],
    "language": "en",
    "no_match": "whole",
    "pause": "2027-02",
    "name": "Ann L.",
}


@pytest.fixture
def path(reader: int, link) -> str:
    return f"/preferences/{link(Purpose.PREFERENCES, reader)}"


@pytest.fixture
def ann(database: Database, reader: int):
    """Ann as she is stored now."""

    def read():
        with database.read() as connection:
            return subscribers.get(connection, reader)

    return read


def saved(page: str) -> dict[str, str]:
    """What the page says it has saved."""
    return dict(re.findall(r"<dt>(.*?)</dt><dd>(.*?)</dd>", html.unescape(page)))


def test_what_is_chosen_is_saved_and_said(visitor: TestClient, path: str, ann):
    answer = visitor.post(path + "?lang=en", data=CHOICE)

    assert ann().preferences == Preferences(frozenset({"training", "empathy"}), "en", NoMatch.WHOLE, Month(2027, 2))
    assert ann().name == "Ann L."
    assert saved(answer.text) == {
        "Topics": "Empathy and Training",
        "In months without an article on my topics": "Send the whole issue",
        "Email language": "English",
        "Pause": "Issues start again in February 2027",
        "Your name": "Ann L.",
    }


def test_page_shows_what_is_stored(visitor: TestClient, path: str):
    visitor.post(path, data=CHOICE)
    page = visitor.get(path + "?lang=en").text

    for part in (
        'value="some" checked',
        'value="training" checked',
        'value="empathy" checked',
        'value="whole" checked',
        '<option value="2027-02" selected>',
        'value="Ann L."',
    ):
        assert part in page
    assert 'value="adherence" checked' not in page
    assert "a…@example.com" in page
    assert ANN not in page


def test_every_topic_is_one_choice(visitor: TestClient, path: str, ann):
    visitor.post(path, data=CHOICE)
    answer = visitor.post(path + "?lang=en", data=CHOICE | {"which": "every"})

    assert ann().preferences.topics == frozenset()
    assert saved(answer.text)["Topics"] == "Every topic"


def test_page_speaks_the_language_that_was_just_saved(visitor: TestClient, path: str):
    assert '<html lang="fr" dir="ltr">' in visitor.get(path).text
    assert '<html lang="en" dir="ltr">' in visitor.post(path, data=CHOICE).text
    assert saved(visitor.post(path, data=CHOICE | {"language": "fr"}).text)["Langue des courriels"] == "Français"


def test_what_is_wrong_is_said_and_nothing_is_saved(visitor: TestClient, path: str, ann):
    before = ann()
    answer = visitor.post(path + "?lang=en", data=CHOICE | {"topic": [], "name": "x" * 300})

    assert answer.status_code == 422
    assert "Choose every topic, or select at least one." in answer.text
    assert "Shorten the name to 200 characters or fewer." in answer.text
    assert 'value="whole" checked' in answer.text
    assert ann() == before


@pytest.mark.parametrize(
    "forged",
    [
        lambda reader, link: link(Purpose.PREFERENCES, reader)[:-1],
        lambda reader, link: "A" + link(Purpose.PREFERENCES, reader)[1:-1] + "A",
        lambda reader, link: link(Purpose.PREFERENCES, reader, key=b"x" * 32),
        lambda reader, link: link(Purpose.PREFERENCES, reader, key=OLDEST_KEY),
        lambda reader, link: link(Purpose.CONFIRM, reader),
        lambda reader, link: link(Purpose.EXPORT, reader),
        lambda reader, link: link(Purpose.RETURN, reader),
        lambda reader, link: link(Purpose.PREFERENCES, reader + 1),
        lambda reader, link: signer(b"k" * 32, UNSUBSCRIBE)(reader),
        lambda reader, link: signer(b"k" * 32, "preferences")(reader),
        lambda reader, link: "é" * 40,
        lambda reader, link: "%00",
        lambda reader, link: "a" * 5000,
    ],
)
@pytest.mark.parametrize("action", ["", "/leave", "/address", "/data", "/erase"])
def test_link_that_proves_nothing_opens_nothing(visitor, reader, link, ann, mails, forged, action):
    before = ann()
    form = CHOICE | {"address": "thief@example.net"}
    token = forged(reader, link)
    answers = [visitor.post(f"/preferences/{token}{action}", data=form)]
    if not action:
        answers.append(visitor.get(f"/preferences/{token}"))

    for answer in answers:
        assert answer.status_code == 400
        assert "This link doesn’t work" in answer.text
        assert 'action="/link?lang=en"' in answer.text
        assert "Ann" not in answer.text
    assert (ann(), mails()) == (before, [])


def test_link_that_is_too_old_says_how_old_and_offers_a_new_one(visitor, clock, path, ann, reader, link):
    path = f"/preferences/{link(Purpose.PREFERENCES, reader, seconds=180 * 86_400)}"
    clock.forward(days=181)
    before = ann()

    for answer in (visitor.get(path), visitor.post(path, data=CHOICE), visitor.post(f"{path}/leave")):
        assert answer.status_code == 410
        assert "It was created 181 days ago, on November 10, 2026. Links like this work for 180 days." in answer.text
        assert 'action="/link?lang=en"' in answer.text
    assert "il y a 181\u00a0jours, le 10 novembre 2026" in visitor.get(path + "?lang=fr").text
    assert ann() == before


def test_link_signed_by_a_retired_key_still_opens(visitor, reader, link):
    assert visitor.get(f"/preferences/{link(Purpose.PREFERENCES, reader, key=OLD_KEY)}").status_code == 200


def test_leaving_from_the_page_and_taking_it_back(visitor, path, ann, mails):
    answer = visitor.post(f"{path}/leave?lang=en")
    assert "You have been unsubscribed" in answer.text
    assert ann().state is State.LEFT
    assert mails() == []

    undo = html.unescape(re.search(r'action="(/return/[^"]+)"', answer.text).group(1))
    assert "You have been unsubscribed" in visitor.get(undo).text
    assert ann().state is State.LEFT
    assert "You are subscribed again" in visitor.post(undo).text
    assert ann().state is State.ACTIVE


def test_leaving_can_be_taken_back_for_half_an_hour(visitor, path, ann, clock):
    page = visitor.post(f"{path}/leave?lang=en").text
    clock.forward(minutes=31)
    answer = visitor.post(html.unescape(re.search(r'action="(/return/[^"]+)"', page).group(1)))

    assert answer.status_code == 410
    assert "It was created 31 minutes ago" in answer.text
    assert ann().state is State.LEFT


def test_who_left_before_is_not_offered_to_take_it_back(visitor, path, token, ann):
    first = visitor.post(f"/unsubscribe/{token}?lang=en", data={"confirm": "yes"})
    second = visitor.post(f"/unsubscribe/{token}?lang=en", data={"confirm": "yes"})
    third = visitor.post(f"{path}/leave?lang=en")

    assert "/return/" in first.text
    assert "/return/" not in second.text + third.text


def test_one_click_is_answered_without_a_way_back_since_no_person_reads_it(client, token):
    assert "/return/" not in client.post(f"/unsubscribe/{token}", data={"List-Unsubscribe": "One-Click"}).text


def test_page_of_who_has_left_leads_to_subscribing_and_still_to_their_data(visitor, path, token, ann):
    visitor.post(f"/unsubscribe/{token}", data={"confirm": "yes"})
    page = visitor.get(path + "?lang=en").text

    assert "You are not subscribed" in page
    assert f'action="{path}/data?lang=en"' in page
    assert visitor.post(path, data=CHOICE).status_code == 409
    assert ann().state is State.LEFT


def test_new_address_counts_from_its_confirmation_on(visitor, path, ann, mails, link):
    visitor.post(f"{path}/address")
    [(kind, address, language, subject)] = mails()
    assert (kind, address, language) == ("new-address", ANN, "fr")
    form = f"/new-address/{link(Purpose.NEW_ADDRESS, subject)}?lang=en"
    answer = visitor.post(form, data={"address": "ann@bücher.example"})
    assert "You entered ann@xn--bcher-kva.example 1 minute ago" in answer.text
    assert ann().address == ANN

    (kind, address, language, change) = mails()[-1]
    assert (kind, address, language) == ("address", "ann@xn--bcher-kva.example", "fr")
    confirmation = f"/address/{link(Purpose.CHANGE_ADDRESS, change)}?lang=en"
    assert "Use this address from now on?" in visitor.get(confirmation).text
    assert ann().address == ANN
    assert "Your address has been changed" in visitor.post(confirmation).text
    assert ann().address == "ann@xn--bcher-kva.example"
    assert "Your address has been changed" in visitor.post(confirmation).text
    assert "Your address has been changed" in visitor.get(confirmation).text
    assert [mail[:2] for mail in mails()[2:]] == [("address-changed", ANN)]


def test_address_of_somebody_else_is_not_taken_over(visitor, path, ann, mails, link, database, site):
    visitor.post("/subscribe", data={"address": "bea@example.org", "which": "every"})
    visitor.post(f"/confirm/{link(Purpose.CONFIRM, mails()[0][3])}")
    visitor.post(f"/new-address/{link(Purpose.NEW_ADDRESS, ann().id)}", data={"address": "bea@example.org"})

    answer = visitor.post(f"/address/{link(Purpose.CHANGE_ADDRESS, mails()[-1][3])}")

    assert answer.status_code == 400
    assert ann().address == ANN


@pytest.mark.parametrize(
    ("typed", "problem"),
    [("nobody", "Enter one email address"), (ANN.upper(), "You already receive the issues at this address.")],
)
def test_new_address_that_is_none_is_refused(visitor, reader, link, mails, typed, problem):
    form = f"/new-address/{link(Purpose.NEW_ADDRESS, reader)}?lang=en"
    answer = visitor.post(form, data={"address": typed})

    assert answer.status_code == 422
    assert problem in answer.text
    assert mails() == []


def test_everything_known_comes_by_a_fresh_link_only(visitor, path, mails, reader, link):
    answer = visitor.post(f"{path}/data?lang=en")
    assert "A new link is on its way to a…@example.com" in answer.text
    assert [mail[:2] for mail in mails()] == [("export", ANN)]

    file = f"/data/{link(Purpose.EXPORT, reader)}"
    assert "Everything we know about you" in visitor.get(file + "?lang=en").text
    known = visitor.post(file)
    assert known.headers["content-type"] == "application/json"
    assert known.headers["content-disposition"].startswith("attachment")
    assert known.headers["cache-control"] == "no-store"
    assert ANN in known.text
    assert visitor.post(path.replace("preferences", "data")).status_code == 400


def test_erasure_comes_by_a_fresh_link_only_and_leaves_nothing(visitor, client, path, mails, reader, link, ann, token):
    visitor.post(f"{path}/erase")
    assert [mail[:2] for mail in mails()] == [("erase", ANN)]
    page = f"/erase/{link(Purpose.ERASE, reader)}?lang=en"
    assert "Erase your data?" in visitor.get(page).text
    assert ann() is not None
    assert visitor.post(path.replace("preferences", "erase")).status_code == 400
    assert ann() is not None

    first, second = visitor.post(page), visitor.post(page)

    assert "Your data has been erased" in first.text
    assert (second.status_code, second.text) == (200, first.text)
    assert ann() is None
    assert visitor.get(path).status_code == 400
    assert client.post(f"/unsubscribe/{token}", data={"List-Unsubscribe": "One-Click"}).status_code == 200


def test_fresh_links_end_after_a_day(visitor, reader, link, clock, ann):
    pages = [
        f"/erase/{link(Purpose.ERASE, reader, seconds=86_400)}",
        f"/data/{link(Purpose.EXPORT, reader, seconds=86_400)}",
    ]
    clock.forward(hours=25)

    for page in pages:
        for answer in (visitor.get(page), visitor.post(page)):
            assert answer.status_code == 410
            assert "It was created 25 hours ago" in answer.text
            assert "Links like this work for 24 hours." in answer.text
    assert ann() is not None


def test_names_and_topics_are_shown_as_text(visitor, path):
    page = visitor.post(path, data=CHOICE | {"name": "<script>alert(1)</script>{{ 7*7 }}"}).text

    assert "<script>alert" not in page
    assert "{{ 7*7 }}" in page
    assert "49" not in page
