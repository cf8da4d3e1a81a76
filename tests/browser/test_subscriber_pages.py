"""Signing up, choosing, leaving and coming back, in a real browser; and whether everybody can use the pages."""

import datetime as dt
import re
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect
from projects import MONTH, mails, make_project, write_articles
from services.site import make_assets, running

from digest.bootstrap import Digest
from digest.bootstrap.resources import load_cards
from digest.http.server import address_of, listen
from digest.months import Month
from digest.pipeline.campaign.plan import plan
from digest.pipeline.campaign.worker import work
from digest.pipeline.issue.approve import approve
from digest.pipeline.issue.assemble import assemble
from digest.pipeline.people import notify
from digest.pipeline.people.subscribe import leave
from digest.storage.db.database import Database
from digest.storage.people import adding, subscribers
from digest.subscribers.subscriber import NewSubscriber, Preferences, State, Subscriber
from digest.tokens import UNSUBSCRIBE, Purpose, signer
from digest.web.app import create_site
from digest.web.site import Site

ANN = "ann.lee@example.org"
TOPICS = ("empathy", "attachment", "training", "termination")
NOON = dt.datetime(2026, 11, 2, 12, tzinfo=dt.UTC)


@dataclass
class Town:
    """A whole project with its site running; `now` is the time by its database."""

    digest: Digest
    address: str
    now: dt.datetime = NOON

    def letter(self) -> EmailMessage:
        """Let the notification worker run, and open the newest mail of its outbox."""
        notify.send_due(self.digest.database, self.digest.courier)
        newest = max(Path(self.digest.folder, "outbox", "notifications").glob("*.eml"), key=lambda path: int(path.stem))
        return message_from_bytes(newest.read_bytes(), policy=policy.default)

    def link(self) -> str:
        """The link of that mail, as its text part has it."""
        text = self.letter().get_body(("plain",)).get_content()
        return re.search(rf"{re.escape(self.address)}[\w-]+/\S+", text).group()

    def ann(self) -> Subscriber | None:
        with self.digest.database.read() as connection:
            return subscribers.find(connection, self.digest.identify(ANN))

    def personal(self, kind: str, purpose: Purpose, subject: int) -> str:
        token = self.digest.people.link(purpose, subject, self.now)
        return f"{self.address}{kind}/{token}?lang=en"


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    port = listen("127.0.0.1", 0)
    address = address_of(port)
    digest = make_project(tmp_path / "project", topics=(), replace={"http://127.0.0.1:8000": address.rstrip("/")})
    _ = digest.database
    digest.database.dispose()
    town = Town(digest, address)
    digest.__dict__["database"] = Database(digest.database_url, lambda _connection: town.now)
    site = Site(
        database=digest.database,
        archive=digest.archive,
        newsletter=digest.newsletter,
        taxonomy=digest.taxonomy,
        renderer=digest.renderer,
        people=digest.people,
        assets=make_assets(),
        cards=load_cards(),
        limits=digest.limits,
    )
    with running(create_site(site), port):
        yield town


@pytest.fixture
def ann(town: Town) -> Subscriber:
    """Ann, subscribed to every topic in English."""
    with town.digest.database.write() as connection:
        person = NewSubscriber(ANN, town.digest.identify(ANN), "Ann Lee", Preferences())
        adding.add_many(connection, [person], update=False, now=NOON)
    found = town.ann()
    assert found is not None
    return found


def subscribe(page: Page, town: Town) -> None:
    page.goto(f"{town.address}subscribe?lang=en")
    page.get_by_label("Email address").fill(ANN)
    page.get_by_label("Your name").fill("Ann Lee")
    page.get_by_label("Every topic").check()
    page.get_by_role("button", name="Subscribe").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Check your inbox")


def confirm(page: Page, town: Town) -> None:
    page.goto(town.link())
    page.get_by_role("button", name="Confirm").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("You are subscribed")


def send_issue(town: Town) -> dict[str, EmailMessage]:
    """Next month's issue: one article on each of four topics."""
    digest = town.digest
    write_articles(digest.folder, TOPICS)
    assemble(digest.database, digest.workshop, MONTH)
    approve(digest.database, digest.workshop, MONTH)
    plan(digest.database, digest.workshop, MONTH, digest.sending)
    work(digest.database, MONTH, digest.sending)
    return mails(digest.outbox(MONTH))


@pytest.mark.parametrize("script", [False, True], ids=["without JavaScript", "with JavaScript"])
def test_reader_signs_up_chooses_gets_exactly_that_leaves_and_comes_back(browser, town: Town, script: bool):
    with browser.new_context(java_script_enabled=script, locale="en-CA") as context:
        page = context.new_page()
        subscribe(page, town)
        assert town.ann() is None
        confirm(page, town)

        page.get_by_role("link", name="Change your preferences").click()
        page.get_by_role("link", name="Français").click()
        page.get_by_label("Seulement les thèmes que je choisis").check()
        for topic in ("Empathie", "Attachement", "Formation"):
            page.get_by_label(topic, exact=True).check()
        page.get_by_role("group", name="Langue des courriels").get_by_label("Français").check()
        page.get_by_role("button", name="Enregistrer").click()
        expect(page.get_by_role("status").first).to_contain_text("Attachement, Empathie et Formation")

        issue = send_issue(town)[ANN]
        html = issue.get_body(("html",)).get_content()
        assert issue["Content-Language"] == "fr"
        assert "Bonjour Ann Lee" in html
        assert [topic for topic in TOPICS if f"The body of About {topic}" in html] == [
            "empathy",
            "attachment",
            "training",
        ]

        one_click = issue["List-Unsubscribe"].strip("<>").split(">")[0]
        request = urllib.request.Request(one_click, data=b"List-Unsubscribe=One-Click")
        with urllib.request.urlopen(request) as answer:
            assert answer.status == 200
        assert town.ann().state is State.LEFT

        subscribe(page, town)
        assert town.ann().state is State.LEFT
        confirm(page, town)
        assert town.ann().state is State.ACTIVE
        assert context.cookies() == []


def press(page: Page, button: str) -> None:
    """Press the button, and wait for the page that answers: a check between two pages would check the wrong one."""
    with page.expect_navigation():
        page.get_by_role("button", name=button).click()


def every_page(town: Town, ann: Subscriber, page: Page) -> Iterator[str]:
    """Show each page of a subscriber in turn; says which one it is."""
    own = town.personal("preferences", Purpose.PREFERENCES, ann.id)
    for name, url in {
        "subscribe": f"{town.address}subscribe?lang=en",
        "link": f"{town.address}link?lang=fr",
        "confirm": town.personal("confirm", Purpose.CONFIRM, 1),
        "preferences": own,
        "preferences in French": own.replace("lang=en", "lang=fr"),
        "new address": town.personal("new-address", Purpose.NEW_ADDRESS, ann.id),
        "ask for another address": own.replace("?", "/address?"),
        "leave": own.replace("?", "/leave?"),
        "sign-up sent": f"{town.address}subscribe/sent?lang=fr",
        "link that is cut": f"{town.address}preferences",
        "address": town.personal("address", Purpose.CHANGE_ADDRESS, 1),
        "undo": town.personal("undo", Purpose.UNDO_ADDRESS, 1),
        "data": town.personal("data", Purpose.EXPORT, ann.id),
        "erase": town.personal("erase", Purpose.ERASE, ann.id),
        "return": town.personal("return", Purpose.RETURN, ann.id),
        "unsubscribe": f"{town.address}unsubscribe/{signer(town.digest.keys.sign, UNSUBSCRIBE)(ann.id)}?lang=en",
        "no such page": f"{town.address}nothing",
    }.items():
        page.goto(url)
        yield name
    page.goto(f"{town.address}subscribe?lang=en")
    page.locator("form").evaluate("form => { form.noValidate = true; }")
    page.get_by_label("Email address").fill("nobody")
    press(page, "Subscribe")
    yield "subscribe, refused"
    page.goto(town.personal("new-address", Purpose.NEW_ADDRESS, ann.id))
    page.get_by_label("New email address").fill("a.rather.long.address.of.ann.lee@department.university.example.org")
    press(page, "Send the email")
    yield "new address, asked for"
    page.goto(own)
    press(page, "Erase my data")
    yield "erasure, asked for"
    page.goto(own)
    press(page, "Erase my data")
    yield "erasure, asked for again"
    page.goto(own)
    page.get_by_label("Only the topics").check()
    page.get_by_label("Empathy", exact=True).check()
    press(page, "Save")
    yield "preferences, saved"
    town.now += dt.timedelta(days=200)
    page.goto(own)
    yield "a link that is too old"
    town.now -= dt.timedelta(days=200)
    page.goto(own)
    press(page, "Unsubscribe")
    yield "goodbye"
    page.goto(own)
    yield "preferences of who has left"


@pytest.mark.parametrize(("scheme", "width"), [("light", 320), ("dark", 320), ("dark", 1280)])
def test_no_page_shuts_anybody_out(browser, town: Town, ann: Subscriber, scheme: str, width: int):
    with browser.new_context(color_scheme=scheme, viewport={"width": width, "height": 900}) as context:
        page = context.new_page()
        found = {}
        for name in every_page(town, ann, page):
            assert page.evaluate("document.documentElement.scrollWidth") <= width, name
            result = Axe().run(page)
            if result.violations_count:
                found[name] = result.generate_report()

    assert found == {}


def test_topics_are_found_and_ticked_by_the_script(page: Page, town: Town, ann: Subscriber):
    page.goto(town.personal("preferences", Purpose.PREFERENCES, ann.id))
    expect(page.get_by_label("Find a topic")).to_be_hidden()
    page.get_by_label("Only the topics").check()

    page.get_by_label("Find a topic").fill("CBT")
    boxes = page.get_by_role("checkbox")
    expect(boxes).to_have_count(1)
    expect(boxes).to_have_accessible_name(re.compile("Cognitive"))
    page.get_by_label("Find a topic").press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Your preferences")
    page.get_by_label("Find a topic").fill("dépression")  # its French name, in the English page
    expect(boxes).to_have_count(1)
    page.get_by_label("Find a topic").fill("nothing of the kind")
    expect(page.get_by_text("No topic matches.")).to_be_visible()

    page.get_by_label("Find a topic").fill("outcome")
    shown = boxes.count()
    page.get_by_role("button", name="Select all shown", exact=True).click()
    page.get_by_label("Find a topic").fill("")
    expect(boxes).to_have_count(36)
    expect(page.get_by_role("status")).to_have_text(re.compile(rf"Shown: 36 · Chosen: {shown}"))
    page.get_by_role("button", name="Save").click()
    assert len(town.ann().preferences.topics) == shown
    page.get_by_role("button", name="Clear all shown").click()
    expect(page.get_by_role("checkbox", checked=True)).to_have_count(0)


def test_preferences_are_chosen_with_the_keyboard_alone(browser, town: Town, ann: Subscriber):
    with browser.new_context(java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(town.personal("preferences", Purpose.PREFERENCES, ann.id))

        def tab_to(label: str) -> None:
            wanted = page.get_by_label(label, exact=True)
            for _ in range(80):
                page.keyboard.press("Tab")
                if wanted.evaluate("element => element === document.activeElement"):
                    return
            raise AssertionError(f"the Tab key never comes to {label}")

        tab_to("Every topic: the whole issue each month")
        page.keyboard.press("ArrowDown")
        for topic in ("Empathy", "Attachment"):
            tab_to(topic)
            page.keyboard.press("Space")
        tab_to("Send nothing")
        page.keyboard.press("ArrowDown")
        tab_to("Pause")
        page.keyboard.press("ArrowDown")
        tab_to("Your name (optional)")
        page.keyboard.press("End")
        page.keyboard.type(" B.")
        page.keyboard.press("Enter")
        expect(page.get_by_role("status")).to_contain_text("Attachment and Empathy")

    saved = town.ann()
    assert saved.preferences.topics == {"empathy", "attachment"}
    assert (saved.preferences.no_match, saved.preferences.paused_until) == ("whole", Month(2026, 12))
    assert saved.name == "Ann Lee B."


def test_every_control_shows_where_the_focus_is(page: Page, town: Town, ann: Subscriber):
    page.goto(town.personal("preferences", Purpose.PREFERENCES, ann.id))
    page.get_by_label("Only the topics").check()
    page.locator("body").press("Tab")
    seen = set()
    for _ in range(70):
        page.keyboard.press("Tab")
        outline = page.evaluate(
            "(() => { const e = document.activeElement; const s = getComputedStyle(e);"
            " return [e.outerHTML.slice(0, 80), s.outlineStyle, parseFloat(s.outlineWidth)]; })()"
        )
        if outline[0].startswith("<body"):
            break
        seen.add(outline[0])
        assert outline[1] != "none", outline
        assert outline[2] >= 2, outline
    assert len(seen) > 45


def test_who_has_left_by_mistake_takes_it_back(browser, town: Town, ann: Subscriber):
    with browser.new_context(java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(f"{town.address}unsubscribe/{signer(town.digest.keys.sign, UNSUBSCRIBE)(ann.id)}?lang=en")
        page.get_by_role("button", name="Unsubscribe").click()
        page.get_by_role("button", name="Subscribe again").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("You are subscribed again")
    assert town.ann().state is State.ACTIVE


def test_everything_known_is_downloaded_from_a_fresh_link(page: Page, town: Town, ann: Subscriber):
    page.goto(town.personal("preferences", Purpose.PREFERENCES, ann.id))
    page.get_by_role("button", name="Send me everything you know about me").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Check your inbox")
    page.goto(town.link())
    with page.expect_download() as download:
        page.get_by_role("button", name="Download").click()

    assert ANN in Path(download.value.path()).read_text(encoding="utf-8")


def test_address_is_changed_and_restored_step_by_step(page: Page, town: Town, ann: Subscriber):
    old_link = town.personal("preferences", Purpose.PREFERENCES, ann.id)
    town.now += dt.timedelta(hours=1)
    page.goto(old_link)
    page.get_by_role("button", name="change my address").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Check your inbox")
    page.goto(town.link())
    page.get_by_label("New email address").fill("ann@new.example")
    page.get_by_role("button", name="Send the email").click()
    expect(page.get_by_role("status")).to_contain_text("You entered ann@new.example")
    page.reload()
    expect(page.get_by_role("status")).to_contain_text("You entered ann@new.example")
    assert town.ann() == ann

    page.goto(town.link())
    page.get_by_role("button", name="Use this address").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Your address has been changed")
    assert town.ann() is None
    page.goto(old_link)
    expect(page.get_by_role("heading", level=1)).to_have_text("This link was sent to an earlier address")
    assert Axe().run(page).violations_count == 0
    page.console_errors.clear()  # status 410
    town.now += dt.timedelta(hours=1)

    page.goto(town.link())
    page.get_by_role("button", name="Restore this address").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Your address has been restored")
    page.reload()
    expect(page.get_by_role("heading", level=1)).to_have_text("Your address has been restored")
    assert town.ann().id == ann.id
    page.get_by_role("link", name="Your preferences").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Your preferences")


def test_page_after_a_form_is_reloaded_without_sending_it_again(page: Page, town: Town, ann: Subscriber):
    page.goto(town.personal("preferences", Purpose.PREFERENCES, ann.id))
    page.get_by_label("Your name").fill("Ann B.")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status").first).to_contain_text("Ann B.")
    posts = []
    page.on("request", lambda request: posts.append(request.url) if request.method == "POST" else None)
    page.reload()

    expect(page.get_by_role("status").first).to_contain_text("Ann B.")
    assert posts == []


def test_erasure_from_a_fresh_link_forgets_the_person(page: Page, town: Town, ann: Subscriber):
    page.goto(town.personal("preferences", Purpose.PREFERENCES, ann.id))
    page.get_by_role("button", name="Erase my data").click()
    page.goto(town.link())
    page.get_by_role("button", name="Erase my data").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Your data has been erased")

    assert town.ann() is None
    leave(town.digest.database, ann.id)


def test_refused_form_moves_the_focus_to_what_is_wrong(browser, town: Town):
    with browser.new_context() as context:
        page = context.new_page()
        page.goto(f"{town.address}subscribe?lang=en")
        page.locator("form").first.evaluate("form => { form.noValidate = true; }")
        page.get_by_label("Email address").fill("nobody")
        press(page, "Subscribe")

        expect(page).to_have_title(re.compile("^Error: Subscribe"))
        expect(page.get_by_role("alert")).to_be_focused()


def test_longest_topic_stays_in_its_box_on_a_narrow_phone(browser, town: Town):
    with browser.new_context(viewport={"width": 320, "height": 900}) as context:
        page = context.new_page()
        page.goto(f"{town.address}subscribe?lang=en")
        box = page.get_by_text("Medications/Pharmacotherapy", exact=True)

        assert box.evaluate("span => span.scrollWidth <= span.clientWidth || span.clientWidth === 0")
        assert box.evaluate("span => span.getBoundingClientRect().right") <= 320
