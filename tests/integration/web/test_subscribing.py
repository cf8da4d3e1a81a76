"""Signing up and confirming: nobody is subscribed before the mail is answered, and nobody learns who is known."""

import html
import re

import pytest
from httpx2 import Response
from services.site import ANN, OLD_KEY, OLDEST_KEY
from sqlalchemy import event, select
from starlette.testclient import TestClient

from digest.storage.db.database import Database
from digest.storage.people import suppressions
from digest.storage.tables.people import consent, signup
from digest.subscribers.subscriber import State
from digest.subscribers.suppression import Reason
from digest.tokens import Purpose, signer
from digest.web.site import Site

NEW = "new.person@example.org"
FORM = {"address": NEW, "name": "New Person", "which": "some", "topic": ["empathy", "training"], "language": "fr"}


def without(answer: Response, typed: str) -> str:
    """The page without the address that was typed, which it repeats."""
    assert answer.text.count(typed) == 1
    return answer.text.replace(typed, "")


def test_page_asks_with_nothing_ticked_and_says_what_is_agreed_to(client: TestClient, site: Site):
    page = client.get("/subscribe?lang=en").text
    topics = page[page.index("<legend>Topics") : page.index("topic-search")] + page[page.index("<details") :]

    assert " checked" not in topics.partition('id="language"')[0]
    assert page.count('name="topic"') == len(site.taxonomy.topics)
    assert page.count(" required") == 2  # the address, and every topic or some
    for paragraph in site.people.wording("en").text.split("\n\n"):
        assert html.escape(paragraph, quote=False) in page
    for part in ("withdraw", "100 Example Street", "editor@example.org", "Réseau de recherche"):
        assert part in page


def test_address_can_tick_topics_and_unknown_ones_are_left_out(client: TestClient):
    page = client.get("/subscribe?lang=en&topic=empathy&topic=%3Cb%3E&topic=training&topic=gone&topic=empathy").text
    ticked = re.findall(r'name="topic" value="([^"]+)" checked', page)

    assert sorted(ticked) == ["empathy", "training"]
    assert 'id="which-some" name="which" value="some" checked' in page
    assert "gone" not in page
    assert '<link rel="canonical" href="https://digest.example.org/subscribe?lang=en">' in page
    assert 'href="/subscribe?lang=fr&amp;topic=empathy&amp;topic=training"' in page


def test_signing_up_makes_no_subscriber_before_the_mail_is_answered(visitor, mails, person, link):
    answer = visitor.post("/subscribe", data=FORM)

    assert (answer.status_code, person(NEW)) == (200, None)
    [(kind, address, language, number)] = mails()
    assert (kind, address, language) == ("confirm", NEW, "fr")

    token = link(Purpose.CONFIRM, number)
    assert "Confirm your subscription" in visitor.get(f"/confirm/{token}").text
    assert person(NEW) is None
    assert "You are subscribed" in visitor.post(f"/confirm/{token}").text
    found = person(NEW)
    assert (found.state, found.name, found.preferences.language) == (State.ACTIVE, "New Person", "fr")
    assert found.preferences.topics == {"empathy", "training"}


def test_consent_is_recorded_in_the_words_that_stood_on_the_page(visitor, mails, database: Database, site, link):
    visitor.post("/subscribe?lang=fr", data=FORM)
    visitor.post(f"/confirm/{link(Purpose.CONFIRM, mails()[0][3])}")

    with database.read() as connection:
        proof = connection.execute(select(consent)).one()
    shown = html.unescape(visitor.get("/subscribe?lang=fr").text)
    assert all(paragraph in shown for paragraph in proof.wording.split("\n\n"))
    assert (proof.wording_version, proof.language) == (site.people.wording("fr").version, "fr")
    assert proof.source == "/subscribe"


def test_page_after_confirming_leads_to_the_preferences(visitor, mails, link):
    visitor.post("/subscribe", data=FORM)
    page = visitor.post(f"/confirm/{link(Purpose.CONFIRM, mails()[0][3])}").text
    path = page.split('href="/preferences/')[1].split('"')[0]

    assert "Your preferences" in visitor.get(f"/preferences/{html.unescape(path)}").text


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"address": "nobody"}, "Enter one email address"),
        ({"address": ""}, "Enter one email address"),
        ({"address": "a@example.org, b@example.org"}, "Enter only one address"),
        ({"address": "rené@example.org"}, "an address with é before the @"),
        ({"address": "ann\u200b@example.org"}, "an invisible character (U+200B)"),
        ({"name": "Ann\u202eeel"}, "changes the direction of the text (U+202E)"),
        ({"name": "x" * 201}, "Shorten the name to 200 characters or fewer"),
        ({"topic": []}, "Choose every topic, or select at least one."),
        ({"which": "", "topic": ["gone"]}, "Choose every topic, or select at least one."),
    ],
)
def test_what_is_wrong_is_said_beside_what_was_typed_and_nothing_is_kept(visitor, mails, change, problem):
    answer = visitor.post("/subscribe", data=FORM | change)

    assert answer.status_code == 422
    assert problem in answer.text
    assert 'aria-invalid="true"' in answer.text
    if "address" not in change:
        assert f'value="{NEW}"' in answer.text
    assert mails() == []


def test_what_was_typed_comes_back_as_text(visitor):
    page = visitor.post("/subscribe", data=FORM | {"address": '"><script>x</script>', "name": "<img onerror=x>"}).text

    assert "<script>x" not in page
    assert "<img" not in page


def test_name_with_a_line_break_goes_into_one_line(visitor, mails, person, link):
    visitor.post("/subscribe", data=FORM | {"name": "Ann\r\nBcc: x@example.org"})
    visitor.post(f"/confirm/{link(Purpose.CONFIRM, mails()[0][3])}")

    assert person(NEW).name == "Ann Bcc: x@example.org"


@pytest.mark.parametrize("path", ["/subscribe", "/link"])
def test_answer_is_the_same_for_known_and_unknown_addresses(visitor, database, site, reader, path):
    unknown = visitor.post(path, data=FORM)
    known = visitor.post(path, data=FORM | {"address": ANN})
    with database.write() as connection:
        found = site.people.identify("gone@example.org")
        suppressions.add(connection, found, None, Reason.BOUNCED, database.now(connection))
    suppressed = visitor.post(path, data=FORM | {"address": "gone@example.org"})

    texts = [
        without(known, ANN),
        without(unknown, NEW),
        without(suppressed, "gone@example.org"),
    ]
    assert texts == [texts[0]] * 3
    assert known.status_code == unknown.status_code == suppressed.status_code == 200
    different = {"date", "content-length"}
    assert [{k: v for k, v in answer.headers.items() if k not in different} for answer in (known, suppressed)] == [
        {k: v for k, v in unknown.headers.items() if k not in different}
    ] * 2


@pytest.mark.parametrize("path", ["/subscribe", "/link"])
def test_database_does_the_same_for_known_and_unknown_addresses(visitor, database, reader, path):
    """What takes the same steps takes the same time."""
    visitor.post("/subscribe", data=FORM | {"address": "first@example.org"})  # the first with these topics keeps them
    steps: list[str] = []
    event.listen(database._engine, "before_cursor_execute", lambda *step: steps.append(step[2]))

    visitor.post(path, data=FORM)
    unknown, steps[:] = steps[:], []
    visitor.post(path, data=FORM | {"address": ANN})

    assert len(unknown) > 3
    assert steps == unknown


def test_program_that_fills_in_the_hidden_field_is_told_nothing_and_gets_nothing(visitor, mails):
    honest = visitor.post("/subscribe", data=FORM)
    before = mails()
    caught = visitor.post("/subscribe", data=FORM | {"address": "bot@example.org", "website": "https://spam.example"})
    asking = visitor.post("/link", data={"address": "bot@example.org", "website": "x"})

    assert without(caught, "bot@example.org") == without(honest, NEW)
    assert asking.status_code == 200
    assert mails() == before


def test_many_sign_ups_of_one_person_are_one_mail(visitor, mails, clock):
    for _ in range(5):
        assert visitor.post("/subscribe", data=FORM).status_code == 200

    assert len(mails()) == 1


def test_one_address_gets_three_mails_a_day_whoever_asks_and_from_wherever(visitor, mails, clock):
    for _ in range(12):
        clock.forward(minutes=11)
        assert visitor.post("/subscribe", data=FORM).status_code == 200

    assert len(mails()) == 3


def test_confirmation_is_used_once_whatever_happened_since(visitor, mails, person, database, link, site):
    visitor.post("/subscribe", data=FORM)
    token = link(Purpose.CONFIRM, mails()[0][3])
    visitor.post(f"/confirm/{token}")
    again = visitor.post(f"/confirm/{token}")
    assert again.status_code == 200
    with database.read() as connection:
        assert len(connection.execute(select(consent)).all()) == 1

    visitor.post(
        f"/unsubscribe/{signer(site.people.keys.sign, 'unsubscribe')(person(NEW).id)}", data={"confirm": "yes"}
    )
    later = visitor.post(f"/confirm/{token}")

    assert "This subscription has ended" in later.text
    assert "/preferences/" not in later.text
    assert person(NEW).state is State.LEFT


def test_confirmation_gives_no_access_after_the_address_has_moved(visitor, mails, person, link):
    visitor.post("/subscribe", data=FORM)
    token = link(Purpose.CONFIRM, mails()[0][3])
    visitor.post(f"/confirm/{token}")
    own = link(Purpose.NEW_ADDRESS, person(NEW).id)
    visitor.post(f"/new-address/{own}", data={"address": "moved@example.org"})
    visitor.post(f"/address/{link(Purpose.CHANGE_ADDRESS, mails()[-1][3])}")
    assert person("moved@example.org") is not None

    answer = visitor.post(f"/confirm/{token}")

    assert answer.status_code == 400
    assert "/preferences/" not in answer.text


def test_confirmation_that_is_too_old_says_so_and_leads_back(visitor, mails, person, link, clock):
    visitor.post("/subscribe", data=FORM)
    token = link(Purpose.CONFIRM, mails()[0][3], seconds=7 * 86_400)
    clock.forward(days=12)

    for answer in (visitor.get(f"/confirm/{token}"), visitor.post(f"/confirm/{token}")):
        assert answer.status_code == 410
        assert "It was created 12 days ago, on November 10, 2026. Links like this work for 7 days." in answer.text
        assert 'href="/subscribe?lang=en"' in answer.text
    assert person(NEW) is None


def test_who_left_comes_back_by_a_new_confirmation_only(visitor, client, mails, person, reader, token, link):
    client.post(f"/unsubscribe/{token}", data={"List-Unsubscribe": "One-Click"})
    visitor.post("/subscribe", data=FORM | {"address": ANN})
    assert person(ANN).state is State.LEFT

    visitor.post(f"/confirm/{link(Purpose.CONFIRM, mails()[0][3])}")

    assert person(ANN).state is State.ACTIVE


@pytest.mark.parametrize("reason", ["bounced", "complained", "manual"])
def test_suppression_that_is_not_the_persons_to_lift_stays(visitor, mails, person, database, site, link, reason):
    found = site.people.identify(NEW)
    with database.write() as connection:
        suppressions.add(connection, found, NEW, reason, database.now(connection))
    visitor.post("/subscribe", data=FORM)

    answer = visitor.post(f"/confirm/{link(Purpose.CONFIRM, mails()[0][3])}")

    assert answer.status_code == 400
    assert person(NEW) is None


def test_link_is_asked_for_and_enqueued(visitor, mails, reader):
    assert "Get your personal link" in visitor.get("/link").text
    assert "Enter one email address" in visitor.post("/link", data={"address": "x"}).text

    visitor.post("/link?lang=fr", data={"address": f" {ANN.upper()} "})

    [(kind, address, _, _)] = mails()
    assert (kind, address.lower()) == ("link", ANN)


def test_network_address_is_not_kept_unless_that_is_wanted(visitor, database: Database):
    visitor.post("/subscribe", data=FORM)

    with database.read() as connection:
        assert connection.execute(select(signup.c.network)).scalar_one() is None


@pytest.mark.parametrize("key", [OLDEST_KEY, b"x" * 32])
def test_key_that_may_not_sign_confirmations_any_more_confirms_nothing(visitor, mails, person, link, key):
    visitor.post("/subscribe", data=FORM)
    answer = visitor.post(f"/confirm/{link(Purpose.CONFIRM, mails()[0][3], key=key)}")

    assert (answer.status_code, person(NEW)) == (400, None)


def test_key_that_was_retired_still_confirms(visitor, mails, person, link):
    visitor.post("/subscribe", data=FORM)
    visitor.post(f"/confirm/{link(Purpose.CONFIRM, mails()[0][3], key=OLD_KEY)}")

    assert person(NEW) is not None


@pytest.mark.parametrize("language", ["en", "fr"])
def test_sign_up_page_is_open_to_caches_and_search_engines_and_its_answer_is_not(visitor, language):
    page = visitor.get(f"/subscribe?lang={language}")
    answer = visitor.post(f"/subscribe?lang={language}", data=FORM)

    assert page.headers["cache-control"].startswith("public")
    assert f'<html lang="{language}" dir="ltr">' in page.text
    assert f'<html lang="{language}" dir="ltr">' in answer.text
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("path", ["/subscribe", "/link"])
def test_page_after_the_form_repeats_the_address_for_an_hour_and_no_log_can_read_it(visitor, clock, path):
    answer = visitor.post(f"{path}?lang=en", data=FORM, follow_redirects=False)
    page = answer.headers["location"]

    assert "new.person" not in page
    shown = visitor.get(page)
    assert f"The address you entered: {NEW}" in shown.text
    assert shown.headers["cache-control"] == "no-store"
    assert NEW not in visitor.get(page[:-1]).text
    clock.forward(hours=1, seconds=1)
    assert NEW not in visitor.get(page).text
    assert "Check your inbox" in visitor.get(page).text


def test_link_page_has_a_description_and_one_address(client):
    page = client.get("/link?lang=fr").text

    assert '<link rel="canonical" href="https://digest.example.org/link?lang=fr">' in page
    assert '<meta name="description" content="' in page


def test_refused_form_says_so_in_the_title_and_leads_to_what_is_wrong(visitor):
    page = visitor.post("/subscribe?lang=en", data={**FORM, "address": "nobody"}).text

    assert "<title>Error: Subscribe · " in page
    assert '<div class="alert" role="alert" tabindex="-1" autofocus>' in page
    assert '<li><a href="#address">' in page
