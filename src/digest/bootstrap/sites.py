"""Running the web pages: the public site and the editor's preview."""

import time
import webbrowser
from collections.abc import Callable, Mapping
from dataclasses import replace
from ipaddress import ip_network
from pathlib import Path
from threading import Timer
from typing import TYPE_CHECKING

from digest.bootstrap import values
from digest.bootstrap.digest import Digest
from digest.bootstrap.resources import load_assets, load_cards, shipped
from digest.http.server import address_of, listen
from digest.issue.edition import EditionKey
from digest.issue.issue import Issue
from digest.months import Month
from digest.pipeline.issue.assemble import Workshop
from digest.pipeline.issue.headcount import headcounts

if TYPE_CHECKING:
    from digest.web.export.run import SiteExport
    from digest.web.hooks import SendgridHook
    from digest.web.site import Site

_UNTIL_IT_ANSWERS = 0.8  # seconds before the browser is opened


def run_site(digest: Digest, host: str, port: int) -> None:
    """Serve the public site until it is stopped.

    Raises:
        ConfigError: The port can't be used.
    """
    from digest.web.serve import serve  # noqa: PLC0415  slow to import

    site = site_of(digest)
    with listen(host, port) as listening:
        print(f"site at {address_of(listening)}; stop it with Ctrl-C", flush=True)  # noqa: T201
        serve(site, listening)


def export_archive(
    digest: Digest,
    folder: Path,
    *,
    url: str | None,
    forms: bool,
    searchable: bool,
    advance: Callable[[int, int], None],
) -> "SiteExport":
    """Write the public site to *folder*.

    Args:
        url: Where the export is served, as `site_address` reads it; None: at the address of the site.
        forms: Whether the site runs, so that pages can link to its forms.
        searchable: Whether to make a search, which needs Pagefind.

    Raises:
        ConfigError: The folder has files that no export has written, or Pagefind is not installed.
        Conflict: Another export is writing to it.
        RenderError: A page can't be made.
        StorageError: The database or the index can't be used.
    """
    from digest.web.export.run import export_site  # noqa: PLC0415  slow to import

    site = site_of(digest)
    base_url = site.newsletter.base_url
    if url:
        site = replace(site, newsletter=replace(site.newsletter, base_url=url.rstrip("/")))
    return export_site(site, folder, forms_url=base_url if forms else None, searchable=searchable, advance=advance)


def site_of(digest: Digest) -> "Site":
    """The public site of *digest*."""
    from digest.web.site import Site  # noqa: PLC0415  slow to import

    return Site(
        database=digest.database,
        archive=digest.archive,
        newsletter=digest.newsletter,
        taxonomy=digest.taxonomy,
        renderer=digest.renderer,
        people=digest.people,
        assets=load_assets(digest.templates_folder),
        cards=load_cards(),
        limits=digest.limits,
        trusted_proxies=[ip_network(network) for network in digest.config.web.trusted_proxies],
        events=_events(digest),
        timezone=digest.schedule.timezone,
        texts=digest.site_texts.require(),
        facts=values.facts_of(digest.config),
        credits=values.credits_of(digest.config),
    )


def _events(digest: Digest) -> "SendgridHook | None":
    public_key = digest.config.sendgrid.webhook_public_key
    if public_key is None:
        return None
    from digest.transports.sendgrid.signature import SignatureCheck  # noqa: PLC0415  slow to import
    from digest.web.hooks import SendgridHook  # noqa: PLC0415

    return SendgridHook(
        database=digest.database,
        signed=SignatureCheck(public_key, time.time),
        identify=digest.identify,
        soft_bounces=digest.config.delivery.soft_bounces,
        installation=digest.installation,
    )


def run_preview(digest: Digest, month: Month | None, port: int, *, open_browser: bool) -> None:
    """Serve the preview on this machine until it is stopped.

    Raises:
        ConfigError: The port can't be used, or the templates can't be read.
    """
    from digest.preview.app import create_preview  # noqa: PLC0415  slow to import
    from digest.preview.serve import serve  # noqa: PLC0415

    def workshop() -> Workshop:
        return replace(digest.workshop, renderer=digest.load_renderer())

    def readers(issue: Issue) -> Mapping[EditionKey, int]:
        return headcounts(digest.database, issue)

    folders = [digest.articles_folder, *([digest.templates_folder] if digest.templates_folder else [])]
    folders.append(shipped("templates"))
    assets = load_assets(digest.templates_folder)
    app = create_preview(workshop, [f for f in folders if f.is_dir()], month=month, headcounts=readers, assets=assets)
    with listen("127.0.0.1", port) as listening:
        address = address_of(listening) + (f"{month}/" if month else "")
        print(f"preview at {address}; stop it with Ctrl-C", flush=True)  # noqa: T201  what the person waits for
        if open_browser:
            Timer(_UNTIL_IT_ANSWERS, webbrowser.open, [address]).start()
        serve(app, listening)
