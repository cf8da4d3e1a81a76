"""Exports the whole public site."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from digest.storage.archive_index import lists
from digest.web.export.folder import FileChanges, SiteVersion, open_folder
from digest.web.export.pages import SitePages
from digest.web.export.search import SearchIndexer, search_records
from digest.web.site import Site


@dataclass(frozen=True)
class SiteExport:
    """What an export did.

    Attributes:
        current: The link that a web server serves.
        files: How many there are now.
        missing: Paths that pages lead to although there is no such page.
    """

    current: Path
    files: int
    changes: FileChanges
    missing: tuple[str, ...]


def export_site(
    site: Site,
    folder: Path,
    *,
    forms_url: str | None = None,
    searchable: bool = True,
    advance: Callable[[int, int], None] = lambda _done, _found: None,
) -> SiteExport:
    """
    Write every public page to *folder*, and let the new version take the place of the old one in one step.

    Args:
        site: Its newsletter has the address at which the export is served.
        forms_url: The running site, which has the forms; None: there is none, and pages don't link to them.
        searchable: Whether to make a search, which needs Pagefind. An archive without articles has none.
        advance: Called with how many files are done, of how many known so far.

    Raises:
        ConfigError: The folder has files that no export has written, or Pagefind is not installed.
        Conflict: Another export is writing to it.
        RenderError: A page can't be made.
        StorageError: The database or the index can't be used.
    """
    indexer = SearchIndexer() if searchable and _has_articles(site) else None
    with open_folder(folder) as opened:
        version = opened.new_version()
        pages = SitePages(site, forms_url, searchable=indexer is not None)
        missing = asyncio.run(_write(pages, version, advance))
        if indexer:
            indexer.write(search_records(pages.site, pages.addresses), version)
        changes = opened.publish(version)
        return SiteExport(opened.current, len(version.hashes), changes, tuple(missing))


def _has_articles(site: Site) -> bool:
    with site.archive.read() as index:
        return lists.article_count(index) > 0


async def _write(pages: SitePages, version: SiteVersion, advance: Callable[[int, int], None]) -> list[str]:
    missing = []
    async for one in pages.files(lambda file: version.keep(file.name)):
        if one.content is None:
            missing.append(one.file.place)
        else:
            version.put(one.file.name, one.content)
        advance(1, pages.wanted.found)
    return missing
