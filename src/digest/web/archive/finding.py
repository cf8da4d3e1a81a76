"""The pages that find articles: the search, its results as a file, and studies by their DOI."""

from fastapi import APIRouter, HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from digest.archive.citing.export import EXPORT_FORMATS, ExportFormat, exported
from digest.archive.pages.citing import cited_in
from digest.archive.pages.search import MOST_DOWNLOADED, PAGE_SIZE, search_page
from digest.archive.query import PARAMETERS, Query, read_query
from digest.content.doi import bare_doi
from digest.storage.archive_index import lists
from digest.web.archive.answering import Answering
from digest.web.caching import public_answer
from digest.web.site import READ, Site, View

_LONGEST_DOI = 200  # characters that a page repeats


def finding_routes(site: Site) -> APIRouter:
    """The routes, relative to the path of the site."""
    router = APIRouter(redirect_slashes=False)
    answering = Answering(site)

    @router.api_route("/search", methods=READ)
    def search(request: Request) -> Response:
        query = read_query(request.query_params.multi_items())
        if has_empty_fields(request, query):
            return RedirectResponse(site.view(request).pages.search_path(query), 302)
        return answering.html(request, lambda view: _search(view, query))

    @router.api_route("/search.{ending}", methods=READ)
    def download(request: Request, ending: str) -> Response:
        form = EXPORT_FORMATS.get(ending)
        if form is None:
            raise HTTPException(404)
        query = read_query(request.query_params.multi_items())
        return _download(request, site.view(request, preferred=site.newsletter.languages[0]), query, form)

    @router.api_route("/doi/{doi:path}", methods=READ)
    def study(request: Request, doi: str) -> Response:
        return _study(site.view(request), answering, bare_doi(doi).strip("/ "))

    return router


def has_empty_fields(request: Request, query: Query) -> bool:
    """Whether the address has parameters that mean nothing, such as fields of the form that were left empty."""
    said = {name for name, _ in query.parameters()}
    return any(name in PARAMETERS and name not in said for name in request.query_params)


def _search(view: View, query: Query) -> str:
    _ = view.gettext
    results = view.site.archive.search(query, PAGE_SIZE)
    title = _("Search: %(words)s") % {"words": query.text} if query.text else _("Search the archive")
    description = _("Find summaries of studies by words, topic, type of research, author and year.")
    page = search_page(view.pages, results, title, description)
    return view.render("search.html", page.head, page=page)


def _download(request: Request, view: View, query: Query, form: ExportFormat) -> Response:
    site = view.site
    results = site.archive.search(query.on_page(1), MOST_DOWNLOADED, marked=False)
    with site.archive.read() as index:
        found = lists.articles(index, [(hit.entry.month, hit.entry.slug) for hit in results.hits])
    content = exported([cited_in(view.pages, month, article) for month, article in found], form)
    answer = public_answer(content, form.media_type, vary=()).response(request.headers)
    today = site.now().astimezone(site.timezone).date()
    answer.headers["Content-Disposition"] = f'attachment; filename="articles-{today}.{form.ending}"'
    answer.headers["X-Robots-Tag"] = "noindex"
    return answer


def _study(view: View, answering: Answering, doi: str) -> Response:
    """Lead to the newest summary of a study, which links to the others."""
    try:
        newest = answering.require(lambda index: lists.about_study(index, doi) if doi else None)[0]
    except HTTPException:
        return _no_study(view, doi)
    # 303: a summary is about the study; 302 and 303 are not kept, since a newer summary may come
    return RedirectResponse(view.pages.article_path(newest.month, newest.slug), 303)


def _no_study(view: View, doi: str) -> Response:
    _ = view.gettext
    shown = doi[:_LONGEST_DOI]
    text = _("No published article summarizes the study with the DOI %(doi)s.") % {"doi": shown}
    links = [(view.pages.search_path(Query()), _("Search the archive"))]
    html = view.message(_("No summary of this study"), text, links=links, home_link=True)
    return HTMLResponse(html, 404, {"Cache-Control": "no-store"})
