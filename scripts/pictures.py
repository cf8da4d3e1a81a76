"""
Take the pictures of the documentation from the sample issues: `python3 scripts/setup.py pictures`.

Writes every picture in docs/pictures: the issue mail and the confirmation mail on a desktop and on a phone in light and
dark, the home page, an article and its citations, the sign-up and preference pages, and the preview. Two runs give the
same pictures only with the browser and the fonts of `scripts/chromium.py`.
"""

from __future__ import annotations

import base64
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from threading import Thread
from time import sleep
from typing import Any

import chromium
from environment import ROOT
from playwright.sync_api import Browser, sync_playwright

from digest.bootstrap import Digest, open_digest
from digest.bootstrap.demo import run_demo
from digest.bootstrap.resources import load_assets
from digest.bootstrap.sites import site_of
from digest.delivery.note_checks import sample_note
from digest.delivery.notifications import NotificationKind
from digest.http.server import Server, address_of, listen
from digest.issue.edition import Edition, EditionKey
from digest.issue.greeting import greeting
from digest.issue.issue import Issue
from digest.issue.placeholders import fill
from digest.issue.render import render_edition
from digest.months import Month
from digest.preview.app import create_preview
from digest.storage.people.subscribers import stream
from digest.subscribers.subscriber import State
from digest.tokens import Purpose
from digest.web.app import create_site
from digest.web.site import Site

PICTURES = ROOT / "docs" / "pictures"
LARGEST = 300_000  # bytes
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--hide-scrollbars"]
MONTH = Month(2026, 1)
FRAME = """<figure><img src="data:image/png;base64,{data}" width="{width}" alt=""></figure>"""
BOARD = """<!DOCTYPE html><style>
body {{ margin: 0; padding: 36px; display: flex; gap: 22px; width: max-content; background: #d9d6cf; }}
figure {{ margin: 0; overflow: hidden; border-radius: 6px; box-shadow: 0 3px 16px #0004; }}
img {{ display: block; }}
</style>{frames}"""


def main() -> int:
    """Write every picture; 0, or 1 if one is larger than 300 kB."""
    PICTURES.mkdir(exist_ok=True)
    executable = chromium.find()
    if executable is None:
        print(f"no browser: {chromium.BRING_ONE}", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        run_demo(Path(folder) / "demo", lambda _: None)
        digest = open_digest(Path(folder) / "demo" / "config.yaml")
        with playwright.chromium.launch(executable_path=executable, args=ARGUMENTS) as browser:
            _mail(browser, digest)
            _confirmation(browser, digest)
            _site(browser, digest)
            _preview(browser, digest)
        digest.database.dispose()
    return _judge()


def _mail(browser: Browser, digest: Digest) -> None:
    (PICTURES / "mail.png").write_bytes(_board(browser, _edition_html(digest), 720))


def _confirmation(browser: Browser, digest: Digest) -> None:
    newsletter = replace(digest.newsletter, base_url="https://digest.example.org")
    note = sample_note(NotificationKind.CONFIRM, "en", newsletter, digest.renderer)
    (PICTURES / "confirmation.png").write_bytes(_board(browser, note.html, 560))


def _board(browser: Browser, html: str, height: int) -> bytes:
    """Show a mail on a desktop and on a phone, in light and dark, side by side."""
    frames = ""
    for scheme in ("light", "dark"):
        for width, shown in ((700, 430), (375, 265)):
            scale = shown / width
            picture = _shot(browser, html, None, width, round(height / scale), scheme, scale=scale)
            data = base64.b64encode(picture).decode()
            frames += FRAME.format(data=data, width=shown)
    return _shot(browser, BOARD.format(frames=frames), None, 1530, height + 72, "light")


def _site(browser: Browser, digest: Digest) -> None:
    site = site_of(digest)
    with _running(create_site(site)) as address:
        article = digest.library.load(MONTH).articles[0].slug
        _page(browser, "home.png", f"{address}?lang=en", 1180, 1000)
        _page(browser, "article.png", f"{address}{MONTH}/{article}/?lang=en", 1180, 1000)
        _cite(browser, f"{address}{MONTH}/{article}/")
        _page(browser, "subscribe.png", f"{address}subscribe?lang=en", 760, 1000)
        _page(browser, "preferences.png", f"{address}preferences/{_preferences_token(digest, site)}?lang=en", 760, 1000)


def _page(browser: Browser, name: str, url: str, width: int, height: int) -> None:
    (PICTURES / name).write_bytes(_shot(browser, None, url, width, height, "light"))


def _cite(browser: Browser, url: str) -> None:
    """The part of an article's page that says how to cite it, and the picture for social media."""
    with browser.new_page(viewport={"width": 760, "height": 1000}, device_scale_factor=1.5) as page:
        page.goto(f"{url}?lang=en")
        boxes = [section.bounding_box() for section in page.locator(".cite").all()]
        top, last = boxes[0]["y"] - 20, boxes[-1]
        clip = {"x": 0, "y": top, "width": 760, "height": last["y"] + last["height"] + 20 - top}
        (PICTURES / "cite.png").write_bytes(page.screenshot(clip=clip, full_page=True))
        (PICTURES / "card.png").write_bytes(page.request.get(f"{url}card.png").body())


def _preferences_token(digest: Digest, site: Site) -> str:
    """The token of a sample subscriber who chose topics."""
    with digest.database.read() as connection:
        people = list(stream(connection, State.ACTIVE))
    first = next(one for one in people if one.preferences.topics and one.preferences.language == "en")
    return site.people.link(Purpose.PREFERENCES, first.id, site.now())


def _preview(browser: Browser, digest: Digest) -> None:
    app = create_preview(
        lambda: digest.workshop, [digest.articles_folder], month=MONTH, headcounts=None, assets=load_assets(None)
    )
    with _running(app) as address:
        picture = _shot(browser, None, address, 1180, 1000, "light")
    (PICTURES / "preview.png").write_bytes(picture)


def _edition_html(digest: Digest) -> str:
    files = digest.library.load(MONTH)
    issue = Issue(MONTH, files.articles, files.file, digest.newsletter, digest.taxonomy)
    key = EditionKey("en", 2 ** len(files.articles) - 1)
    edition: Edition = render_edition(issue, key, digest.renderer)
    hello = greeting("Maya Okafor", "en", digest.renderer)
    page = "https://digest.example.org/"
    return fill(edition.html, edition.nonce, greeting=hello, unsubscribe_url=page, preferences_url=page)


def _shot(
    browser: Browser, html: str | None, url: str | None, width: int, height: int, scheme: Any, *, scale: float = 1
) -> bytes:
    viewport: Any = {"width": width, "height": height}
    with browser.new_context(viewport=viewport, color_scheme=scheme, device_scale_factor=scale) as context:
        page = context.new_page()
        if html is not None:
            page.set_content(html)
        else:
            page.goto(str(url))
        page.wait_for_timeout(300)  # the preview fits its frame to the mail
        picture = page.screenshot()
        page.goto("about:blank")
        return picture


@contextmanager
def _running(app: Any) -> Iterator[str]:
    listening = listen("127.0.0.1", 0)
    server = Server(app, grace=1, on_stop=getattr(app.state, "close", None))
    thread = Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    while not server.started and thread.is_alive():
        sleep(0.01)
    try:
        yield address_of(listening)
    finally:
        server.handle_exit(2, None)
        thread.join(timeout=20)
        listening.close()


def _judge() -> int:
    too_large = 0
    for path in sorted(PICTURES.glob("*.png")):
        size = path.stat().st_size
        print(f"{path.relative_to(ROOT)}  {size / 1000:.0f} kB")
        too_large += size > LARGEST
    return 1 if too_large else 0


if __name__ == "__main__":
    sys.exit(main())
