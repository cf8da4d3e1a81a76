"""The preview in a real browser: it follows what the editor saves."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from factories import make_newsletter, make_taxonomy
from playwright.sync_api import Page, expect
from services.site import make_assets, make_renderer, running

from digest.content.library import Library
from digest.issue.newsletter import IssueRules
from digest.pipeline.issue.assemble import Workshop
from digest.preview.app import create_preview

ARTICLE = """---
title: Title of {slug}
month: 2026-11
topics: [empathy]
citation: "Ant, A. (2020). A study."
---
{body}

## Practice implications
Ask about it.
"""


@pytest.fixture
def article(tmp_path: Path) -> Path:
    """The first of two articles; long enough to scroll."""
    folder = tmp_path / "articles" / "2026-11"
    folder.mkdir(parents=True)
    for slug in ("one", "two"):
        body = f"Body of {slug}.\n\n" + "A paragraph that goes on for a while.\n\n" * 60
        (folder / f"{slug}.md").write_text(ARTICLE.format(slug=slug, body=body))
    return folder / "one.md"


@pytest.fixture
def address(article: Path, page: Page) -> Iterator[str]:
    articles, taxonomy = article.parents[1], make_taxonomy()
    workshop = Workshop(Library(articles, taxonomy), make_newsletter(), IssueRules(), taxonomy, make_renderer())
    app = create_preview(lambda: workshop, [articles], month=None, headcounts=None, assets=make_assets())
    with running(app) as address:
        yield address
        page.goto("about:blank")  # or its wait for changes would end in an error


def save(article: Path, old: str, new: str) -> None:
    text = article.read_text()
    assert old in text
    article.write_text(text.replace(old, new))


def test_saved_article_appears_by_itself_at_the_same_place(page: Page, address: str, article: Path):
    page.goto(address)
    mail = page.frame_locator("iframe")
    expect(mail.get_by_text("Body of one.")).to_be_visible()
    expect(page.get_by_role("link", name="1 + 2 in English")).to_have_attribute("aria-current", "true")
    page.mouse.wheel(0, 900)
    page.wait_for_function("window.scrollY > 800")
    place = page.evaluate("window.scrollY")

    save(article, "Body of one.", "Rewritten body.")

    expect(mail.get_by_text("Rewritten body.")).to_be_attached()
    page.wait_for_function("place => Math.abs(window.scrollY - place) < 5", arg=place)


def test_broken_article_is_told_and_forgotten_once_mended(page: Page, address: str, article: Path):
    page.goto(address)
    error = page.get_by_text(re.compile(r"^articles/2026-11/one\.md:\d+$"))

    save(article, "[empathy]", "[empathy")
    expect(error.first).to_be_visible()
    expect(page.frame_locator("iframe").get_by_text("Body of two.")).to_be_attached()

    save(article, "[empathy", "[empathy]")
    expect(error).to_have_count(0)


def test_mail_is_shown_whole_on_a_wide_and_a_narrow_screen(page: Page, address: str):
    for view, width in (("desktop", 600), ("phone", 375)):
        page.goto(f"{address}2026-11/?view={view}")
        frame = page.locator("iframe")
        page.wait_for_function("document.querySelector('iframe').getBoundingClientRect().height > 2000")
        box = frame.bounding_box()

        assert box is not None
        assert box["width"] >= width
        assert view == "desktop" or box["width"] <= width + 2


@pytest.mark.parametrize("preferred", ["light", "dark"])
def test_scheme_of_the_mail_does_not_depend_on_the_browser(page: Page, address: str, preferred: str):
    page.emulate_media(color_scheme=preferred)
    colours = {}
    for scheme in ("light", "dark"):
        page.goto(f"{address}2026-11/en-12.html?scheme={scheme}")
        colours[scheme] = page.evaluate("getComputedStyle(document.querySelector('p')).color")

    assert sum(map(int, colours["light"].strip("rgba()").split(",")[:3])) < 384
    assert sum(map(int, colours["dark"].strip("rgba()").split(",")[:3])) > 384


def test_every_edition_and_view_is_reached_by_keyboard(page: Page, address: str):
    page.goto(address)
    page.get_by_role("link", name="1 in Français").press("Enter")
    expect(page.get_by_role("link", name="1 in Français", exact=True)).to_have_attribute("aria-current", "true")
    page.get_by_role("link", name="Headers").press("Enter")

    expect(page.get_by_role("row", name="Content-Language fr")).to_be_visible()


@pytest.mark.parametrize("view", ["desktop", "phone", "text", "headers"])
def test_preview_fits_a_narrow_window(page: Page, address: str, view: str):
    page.set_viewport_size({"width": 320, "height": 700})
    page.goto(f"{address}2026-11/?view={view}")

    assert page.evaluate("document.documentElement.scrollWidth") <= 320


def test_preview_works_without_javascript(browser, address: str):
    with browser.new_context(java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(address)
        page.get_by_role("link", name="2 in English", exact=True).click()

        expect(page.frame_locator("iframe").get_by_text("Body of two.")).to_be_visible()
