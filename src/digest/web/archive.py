"""The archive's pages: all issues, one issue, one article."""

from fastapi import APIRouter, HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from digest.issue.issue import Document
from digest.issue.withdrawal import Withdrawal
from digest.months import Month
from digest.pipeline.issue.published import all_published, one_published, withdrawn
from digest.web.caching import public_page
from digest.web.site import Site

READ = ["GET", "HEAD"]


def archive_routes(site: Site) -> APIRouter:
    """The routes of the archive, relative to the path of the site."""
    router = APIRouter(redirect_slashes=False)

    @router.api_route("/", methods=READ)
    def home(request: Request) -> Response:
        view = site.view(request)
        documents = [issue.document for issue in all_published(site.database)]
        description = view.gettext("Summaries of published studies, issue by issue.")
        page = view.pages.home(documents, description)
        return public_page(request, view.render("home.html", page.head, page=page))

    @router.api_route("/{month}/", methods=READ)
    def issue(request: Request, month: str) -> Response:
        view = site.view(request)
        document = _published(site, month)
        page = view.pages.issue(document, _withdrawn(site, document))
        return public_page(request, view.render("issue.html", page.head, page=page))

    @router.api_route("/{month}/{slug}/", methods=READ)
    def article(request: Request, month: str, slug: str) -> Response:
        view = site.view(request)
        document = _published(site, month)
        page = view.pages.article(document, slug)
        if page is not None:
            return public_page(request, view.render("article.html", page.head, page=page))
        gone = view.pages.withdrawn(document, slug, _withdrawn(site, document))
        if gone is None:
            raise HTTPException(404)
        return public_page(request, view.render("withdrawn.html", gone.head, page=gone), status=410)

    @router.api_route("/{month}", methods=READ)
    def issue_without_slash(request: Request, month: str) -> Response:
        _published(site, month)
        return _to(site, request, f"/{month}/")

    @router.api_route("/{month}/{slug}", methods=READ)
    def article_without_slash(request: Request, month: str, slug: str) -> Response:
        document = _published(site, month)
        if slug not in {one.slug for one in document.articles} | {one.slug for one in _withdrawn(site, document)}:
            raise HTTPException(404)
        return _to(site, request, f"/{month}/{slug}/")

    return router


def _published(site: Site, month: str) -> Document:
    try:
        found = one_published(site.database, Month.parse(month))
    except ValueError as error:
        raise HTTPException(404) from error
    if found is None:
        raise HTTPException(404)
    return found.document


def _withdrawn(site: Site, document: Document) -> tuple[Withdrawal, ...]:
    return withdrawn(site.database, Month.parse(document.month))


def _to(site: Site, request: Request, path: str) -> Response:
    # a path, never the whole address: that would repeat the Host header, which anybody can write
    lang = request.query_params.get("lang")
    query = f"?lang={lang}" if lang in site.newsletter.languages else ""
    return RedirectResponse(f"{site.prefix}{path}{query}", status_code=308)
