"""The private page with the issues that a subscriber received, linked from the preference page."""

from collections.abc import Sequence
from urllib.parse import quote

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from digest.archive.pages.frame import Head
from digest.archive.pages.search import PAGE_SIZE, SearchPage, found_page
from digest.archive.pages.your_issues import YourIssuesPage, received_entries
from digest.archive.query import Query, read_query
from digest.archive.received import ReceivedIssue
from digest.issue.withdrawal import Withdrawal
from digest.months import Month
from digest.pipeline.people.received_issues import received_issues
from digest.storage.archive_index import lists
from digest.tokens import Purpose
from digest.web.archive.finding import has_empty_fields
from digest.web.forms import personal_page, see_other
from digest.web.people.links import open_person
from digest.web.people.unsubscribe import masked
from digest.web.site import READ, Site, View


def your_issues_routes(site: Site) -> APIRouter:
    """The route `/your-issues/TOKEN`. Its link reads, and changes nothing."""
    router = APIRouter(redirect_slashes=False)

    @router.api_route("/your-issues/{token}", methods=READ)
    def show(request: Request, token: str) -> Response:
        person = open_person(site, Purpose.YOUR_ISSUES, token)
        view = site.view(request, person.preferences.language)
        path = f"/your-issues/{quote(token, safe='')}"
        query = read_query(request.query_params.multi_items())
        if has_empty_fields(request, query):
            return see_other(view.pages.path(query.address(path)))
        page = _page(view, path, query, received_issues(site.database, person.id))
        html = view.render("your_issues.html", page.head, page=page, address=masked(person.address))
        return personal_page(html)

    return router


def _page(view: View, path: str, query: Query, received: Sequence[ReceivedIssue]) -> YourIssuesPage:
    pages, site = view.pages, view.site
    head = Head(view.gettext("Your issues"), "", "", pages.versions(query.address(path)))
    search = _search(view, path, query, received, head)
    entries = () if search.is_search else received_entries(pages, received, _withdrawn(site, received))
    return YourIssuesPage(head, entries, search, pages.path(path), site.facts.deliveries_months)


def _search(view: View, path: str, query: Query, received: Sequence[ReceivedIssue], head: Head) -> SearchPage:
    mine = [(one.month, article.slug) for one in received for article in one.articles]
    results = view.site.archive.search(query, PAGE_SIZE, mine)
    return found_page(view.pages, results, head, lambda one: view.pages.path(one.address(path)), downloads=False)


def _withdrawn(site: Site, received: Sequence[ReceivedIssue]) -> dict[tuple[Month, str], Withdrawal]:
    with site.archive.read() as index:
        published = [lists.issue(index, one.month) for one in received]
    return {(gone.month, gone.slug): gone for one in published if one for gone in one.withdrawals}
