"""A site with published issues, and a server for any application: what the page tests look at."""

import atexit
import gettext
import itertools
import socket
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from factories import NOON, make_article, make_issue, make_newsletter, make_taxonomy

from digest.archive.credits import Credits
from digest.bootstrap.resources import load_cards
from digest.content.issue_file import IssueFile, Notice
from digest.http.server import Server, address_of, listen
from digest.issue.issue import FrozenIssue, Issue
from digest.issue.render import freeze
from digest.months import Month
from digest.pipeline.issue.archive import Archive
from digest.pipeline.people.context import PeopleContext
from digest.rendering.environment import Renderer
from digest.storage import issues
from digest.storage.archive_index.index import ArchiveIndex
from digest.storage.db.database import Database
from digest.subscribers.address import AddressHash
from digest.tokens import Keys
from digest.web.site import Site

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = ROOT / "templates"
KEY, OLD_KEY, OLDEST_KEY = b"k" * 32, b"o" * 32, b"u" * 32
KEYS = Keys(KEY, (OLD_KEY,), (OLDEST_KEY,))
ANN = "ann.lee@example.com"
OCTOBER, NOVEMBER, DECEMBER = Month(2026, 10), Month(2026, 11), Month(2026, 12)


@cache
def make_renderer() -> Renderer:
    """The real templates and the real catalogues."""
    files = (path for path in TEMPLATES.rglob("*") if path.is_file())
    templates = {path.relative_to(TEMPLATES).as_posix(): path.read_text(encoding="utf-8") for path in files}
    catalogue = ROOT / "src/digest/locales/fr/LC_MESSAGES/digest.mo"
    with catalogue.open("rb") as file:
        return Renderer(templates, {"fr": gettext.GNUTranslations(file)})


@cache
def make_assets() -> dict[str, bytes]:
    return {
        path.relative_to(TEMPLATES).as_posix(): path.read_bytes()
        for path in TEMPLATES.rglob("*")
        if path.suffix in {".css", ".js", ".svg"}
    }


def make_people(**newsletter: Any) -> PeopleContext:
    return PeopleContext(AddressHash(b"s" * 32), make_newsletter(**newsletter), make_renderer(), KEYS)


def make_site(database: Database, credits: Credits | None = None, **newsletter: Any) -> Site:  # noqa: A002  as Site
    people, archive = make_people(**newsletter), make_archive(database)
    return Site(
        database,
        archive,
        people.newsletter,
        make_taxonomy(),
        people.renderer,
        people,
        make_assets(),
        load_cards(),
        credits=credits or Credits(),
    )


def make_archive(database: Database) -> Archive:
    """What is published, from an index of its own that is always up to date."""
    index = ArchiveIndex(Path(_indexes()) / f"{next(_numbers)}.db", make_taxonomy())
    return Archive(database, index, time.monotonic, patience=0)


_numbers = itertools.count()


@cache
def _indexes() -> str:
    folder = tempfile.TemporaryDirectory()
    atexit.register(folder.cleanup)
    return folder.name


def november_issue(**newsletter: Any) -> Issue:
    """Two articles, one of them French, with an introduction and a notice."""
    first = make_article(
        "alliance",
        title="Therapists shape the alliance <more> than patients do",
        body="The first paragraph of the body.\n\n## Methods\n\nA *second* one, with [a link](https://example.org/).",
        topics=("empathy", "attachment"),
    )
    second = make_article("empathie", title="L’empathie compte", body="Le résumé.", language="fr", topics=("training",))
    file = IssueFile(
        NOVEMBER,
        subject="November: what therapists bring",
        introduction="Two studies of therapists.",
        notices=(Notice("A workshop", "In spring.", "https://example.org/workshop"),),
    )
    return Issue(NOVEMBER, (first, second), file, make_newsletter(**newsletter))


@cache
def frozen_november() -> FrozenIssue:
    return freeze(november_issue(), make_renderer())


@cache
def frozen_december() -> FrozenIssue:
    return freeze(make_issue(make_article("secret"), month=DECEMBER), make_renderer())


def publish(database: Database, frozen: FrozenIssue, *, visible: bool = True) -> None:
    """Keep a frozen issue, and publish it unless it is to stay invisible."""
    with database.write() as connection:
        issues.save(connection, frozen, NOON)
        if visible:
            issues.publish(connection, frozen.month, frozen.hash, NOON)


@contextmanager
def running(app: Any, port: socket.socket | None = None) -> Iterator[str]:
    """Serve *app* on *port*, or on a free one of this machine; the address, with a slash at the end."""
    with closing(port or listen("127.0.0.1", 0)) as listening, serving(app, listening):
        yield address_of(listening)


@contextmanager
def serving(app: Any, listening: socket.socket, **options: Any) -> Iterator[Server]:
    """Serve *app* on *listening*, with further options of the server; the server."""
    with closing(listening):
        server = Server(app, grace=1, on_stop=getattr(app.state, "close", None), **options)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        while not server.started and thread.is_alive():
            time.sleep(0.01)
        try:
            yield server
        finally:
            server.handle_exit(2, None)
            thread.join(timeout=20)
            assert not thread.is_alive()
