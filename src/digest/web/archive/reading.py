"""The pages that are read: home, issues and articles."""

import sqlite3

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from digest.archive.entries import ArchiveEntry
from digest.archive.pages.entry_points import Counts
from digest.archive.pages.issues import HomePage, IssuePage, home_page, issue_page
from digest.archive.pages.permalink import (
    ArticlePage,
    Surroundings,
    WithdrawnPage,
    article_page,
    withdrawn_page,
)
from digest.months import Month
from digest.storage.archive_index import lists
from digest.storage.archive_index.filling import Publication
from digest.web.archive.answering import Answering, to_path
from digest.web.policy import FOR_ARTICLE
from digest.web.site import READ, Site, View

_LATEST = 8  # articles on the home page, besides those of the newest issue
_RELATED = 4  # articles on the page of an article


def reading_routes(site: Site) -> APIRouter:
    """The routes, relative to the path of the site."""
    router = APIRouter(redirect_slashes=False)
    answering = Answering(site)

    @router.api_route("/", methods=READ)
    def home(request: Request) -> Response:
        return answering.page(request, "home.html", _home)

    @router.api_route("/{month}/", methods=READ)
    def issue(request: Request, month: str) -> Response:
        return answering.page(request, "issue.html", lambda view, index: _issue(view, index, month))

    @router.api_route("/{month}/{slug}/", methods=READ)
    def article(request: Request, month: str, slug: str) -> Response:
        return answering.page(
            request, "article.html", lambda view, index: _article(view, index, month, slug), FOR_ARTICLE
        )

    @router.api_route("/{month}", methods=READ)
    def issue_without_slash(request: Request, month: str) -> Response:
        answering.require(lambda index: _published(index, month) is not None)
        return to_path(site, request, f"/{month}/")

    @router.api_route("/{month}/{slug}", methods=READ)
    def article_without_slash(request: Request, month: str, slug: str) -> Response:
        answering.require(lambda index: _has_address(index, month, slug))
        return to_path(site, request, f"/{month}/{slug}/")

    return router


def _home(view: View, index: sqlite3.Connection) -> HomePage:
    newest = next(iter(lists.newest_issues(index, 1)), None)
    latest = lists.latest(index, _LATEST, before=newest.issue.month) if newest else []
    counts = Counts(lists.topics(index), lists.types(index), lists.years(index))
    description = view.gettext("One issue a month: summaries of published studies, and what they mean for practice.")
    return home_page(view.pages, newest.issue.document if newest else None, latest, counts, description)


def _issue(view: View, index: sqlite3.Connection, month: str) -> IssuePage | None:
    found = _published(index, month)
    if found is None:
        return None
    issue = found.issue
    neighbours = lists.neighbours(index, issue.month)
    return issue_page(view.pages, issue.document, issue.published_at, neighbours, found.withdrawals, found.corrections)


def _article(view: View, index: sqlite3.Connection, month: str, slug: str) -> ArticlePage | WithdrawnPage | None:
    found = _published(index, month)
    if found is None:
        return None
    issue, entry = found.issue, lists.entry(index, found.issue.month, slug)
    if entry is None:
        return withdrawn_page(view.pages, issue.document, slug, found.withdrawals, was_mailed=found.was_mailed)
    around = _surroundings(index, entry)
    return article_page(view.pages, issue.document, slug, issue.published_at, around, found.corrections)


def _surroundings(index: sqlite3.Connection, entry: ArchiveEntry) -> Surroundings:
    of_study = lists.about_study(index, entry.doi) if entry.doi else []
    same_study = tuple(one for one in of_study if (one.month, one.slug) != (entry.month, entry.slug))
    beside = lists.beside(index, entry)  # these have links of their own
    related = [one for one in lists.related(index, entry, _RELATED + len(beside)) if one not in beside]
    return Surroundings(same_study, tuple(related[:_RELATED]), *beside)


def _published(index: sqlite3.Connection, month: str) -> Publication | None:
    try:
        return lists.issue(index, Month.parse(month))
    except ValueError:
        return None


def _has_address(index: sqlite3.Connection, month: str, slug: str) -> bool:
    found = _published(index, month)
    if found is None:
        return False
    return slug in {one.slug for one in found.issue.document.articles} | {one.slug for one in found.withdrawals}
