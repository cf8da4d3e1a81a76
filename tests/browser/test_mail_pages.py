"""Issue and notifications as a browser engine shows them: for everyone, on any screen, in any colours."""

from dataclasses import replace

import pytest
from axe_playwright_python.sync_playwright import Axe
from mail_samples import MONTH, NEWSLETTER, make_article, make_issue, make_note, renderer
from playwright.sync_api import Page

from digest.content.issue_file import IssueFile, Notice
from digest.delivery.notifications import NotificationKind
from digest.issue.edition import EditionKey
from digest.issue.placeholders import fill
from digest.issue.render import render_edition

BODY = """A paragraph with [a link](https://example.org/x), *emphasis* and `code`.

## A heading

- One point
- Another, with a_rather_long_word_that_no_telephone_has_the_room_to_show_on_a_single_line_of_text

> Somebody's words.

### A deeper heading

1. First
2. Second
"""
ARTICLES = (
    make_article("one", title="A title that says what a study found", body=BODY, implications="Ask.\n\n- And listen."),
    make_article("deux", title="Un titre qui dit ce qu’on a trouvé", body="Le résumé.", language="fr"),
    make_article("three", topics=("dropout",)),
)
FILE = IssueFile(
    MONTH,
    introduction="Two studies.\n\n## A word\n\nOf welcome.",
    notices=(Notice("A workshop", "In **spring**.", "https://example.org/workshop"), Notice("A study", "Soon.", "")),
)
PIXEL = "data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7"
ACCENTS = ["#2a5d67", "#ffee00", "#000000", "#ffffff", "#ff00aa"]


def mail(key: str = "en-12", **newsletter: object) -> str:
    issue = make_issue(*ARTICLES, file=FILE, newsletter=replace(NEWSLETTER, **newsletter))
    edition = render_edition(issue, EditionKey.parse(key), renderer())
    url = "https://digest.example.org/unsubscribe/token"
    return fill(edition.html, edition.nonce, greeting="Dear Ann & Bo,", unsubscribe_url=url, preferences_url=url)


def violations(page: Page) -> list[tuple[str, list[str]]]:
    found = Axe().run(page).response["violations"]
    return [(rule["id"], [str(node["target"]) for node in rule["nodes"]]) for rule in found]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("key", ["en-12", "fr-123", "fr-1"])
def test_axe_finds_no_violation(page: Page, key: str, scheme: str):
    page.emulate_media(color_scheme=scheme)
    page.set_content(mail(key, logo=PIXEL))

    assert violations(page) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("accent", ACCENTS)
def test_axe_finds_no_violation_whatever_the_accent(page: Page, accent: str, scheme: str):
    page.emulate_media(color_scheme=scheme)
    page.set_content(mail(accent=accent))

    assert violations(page) == []


def test_axe_finds_a_violation_where_there_is_one(page: Page):
    page.set_content(mail().replace("#1e2326", "#c8c8c8"))

    assert [rule for rule, _ in violations(page)] == ["color-contrast"]


@pytest.mark.parametrize("width", [320, 375, 414, 768, 1280])
def test_mail_is_never_wider_than_its_window(page: Page, width: int):
    page.set_viewport_size({"width": width, "height": 700})
    page.set_content(mail("fr-123", logo=PIXEL))

    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_column_is_600_pixels_at_most_and_all_of_a_telephone(page: Page):
    widths = {}
    for width in (1280, 375):
        page.set_viewport_size({"width": width, "height": 700})
        page.set_content(mail())
        widths[width] = page.evaluate("document.querySelector('.sheet').getBoundingClientRect().width")

    assert widths == {1280: 600, 375: 375}


def test_mail_without_its_style_sheet_still_has_its_colours_and_its_column(page: Page):
    whole = mail()
    page.set_content(whole[: whole.index("<style>\n")] + whole[whole.rindex("</style>") + len("</style>") :])
    sheet = page.locator(".sheet")

    assert sheet.evaluate("e => getComputedStyle(e).backgroundColor") == "rgb(252, 251, 248)"
    assert sheet.bounding_box()["width"] == 600
    assert page.locator("h1").evaluate("e => getComputedStyle(e).fontSize") == "34px"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_preheader_is_never_seen(page: Page, scheme: str):
    page.emulate_media(color_scheme=scheme)
    page.set_content(mail())

    assert not page.locator(".preheader").is_visible()


def test_wide_logo_is_shown_whole_in_the_width_of_a_telephone(page: Page):
    wide = (
        "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' width='1600' height='160'%3E"
        "%3Crect width='1600' height='160' fill='%23a33'/%3E%3C/svg%3E"
    )
    page.set_viewport_size({"width": 375, "height": 700})
    page.set_content(mail(logo=wide))
    box = page.locator("img.logo").bounding_box()

    assert box["width"] <= 335
    assert box["height"] == 48
    assert page.locator("img.logo").evaluate("e => getComputedStyle(e).objectFit") == "contain"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("kind", list(NotificationKind))
def test_axe_finds_no_violation_in_a_notification(page: Page, kind: NotificationKind, scheme: str):
    page.emulate_media(color_scheme=scheme)
    for language in ("en", "fr"):
        page.set_content(make_note(kind, language, replace(NEWSLETTER, logo=PIXEL)).html)

        assert violations(page) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("accent", ACCENTS)
def test_axe_finds_no_violation_in_a_notification_whatever_the_accent(page: Page, accent: str, scheme: str):
    page.emulate_media(color_scheme=scheme)
    page.set_content(make_note(NotificationKind.CONFIRM, "en", replace(NEWSLETTER, accent=accent)).html)

    assert violations(page) == []


@pytest.mark.parametrize("width", [320, 375, 1280])
@pytest.mark.parametrize("kind", list(NotificationKind))
def test_notification_is_never_wider_than_its_window(page: Page, kind: NotificationKind, width: int):
    page.set_viewport_size({"width": width, "height": 700})
    page.set_content(make_note(kind, "fr").html)

    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("width", [375, 1280])
@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("kind", list(NotificationKind))
def test_button_is_large_enough_for_a_thumb_and_seen_without_scrolling(
    page: Page, kind: NotificationKind, language: str, width: int
):
    page.set_viewport_size({"width": width, "height": 667})
    page.set_content(make_note(kind, language).html)
    box = page.locator(".button a").bounding_box()

    assert box["height"] >= 48
    assert box["y"] + box["height"] <= 667


def test_button_without_the_style_sheet_is_still_a_button(page: Page):
    whole = make_note(NotificationKind.CONFIRM, "en").html
    page.set_content(whole[: whole.index("<style>\n")] + whole[whole.rindex("</style>") + len("</style>") :])
    button = page.locator(".button a")

    assert button.evaluate("e => getComputedStyle(e.parentElement).backgroundColor") == "rgb(42, 93, 103)"
    assert button.evaluate("e => getComputedStyle(e).color") == "rgb(252, 251, 248)"
    assert button.bounding_box()["height"] == 50
