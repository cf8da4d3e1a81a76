"""The search of an export: an index that Pagefind makes, and that the reader's browser searches."""

import hashlib
import importlib
import subprocess
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from digest.archive.addresses import StaticAddresses
from digest.archive.entries import author_slug, study_year
from digest.archive.pages.frame import Head
from digest.errors import ConfigError, RenderError
from digest.issue.issue import WebArticle
from digest.months import Month
from digest.storage.archive_index import lists
from digest.topics import Taxonomy
from digest.web.export.folder import SiteVersion
from digest.web.site import Site, View

FOLDER = "pagefind"
_STATE = f"{FOLDER}/records.txt"
_USED = ("pagefind.js", "pagefind-worker.js", "pagefind-entry.json", "*.pf_meta", "wasm.*", "*/*.pf_*")
_INSTALL = "pip install 'digest[export]'"


class SearchIndexer:
    """Makes the index of an export's search.

    Raises:
        ConfigError: Pagefind is not installed.
    """

    def __init__(self) -> None:
        try:
            found = importlib.import_module("pagefind_bin").get_executable()
        except (ImportError, OSError):
            remedy = f"install it with `{_INSTALL}`, or export with --no-search"
            raise ConfigError(f"the search of an export needs Pagefind: {remedy}") from None
        self._program: Path = found

    def write(self, records: Iterator[tuple[str, str]], version: SiteVersion) -> None:
        """
        Write the index of *records*: names of pages, with what the search knows of them.

        If they are those of the version before, its index stays.

        Raises:
            RenderError: Pagefind failed.
        """
        with TemporaryDirectory(dir=version.folder.parent) as name:
            folder = Path(name)
            state = self._lay_out(records, folder / "records")
            if version.has(_STATE, state):
                for known in [one for one in version.known if one.startswith(f"{FOLDER}/")]:
                    version.keep(known)
                return
            self._run(folder / "records", folder / "index")
            for file in sorted({path for pattern in _USED for path in (folder / "index").glob(pattern)}):
                version.put(f"{FOLDER}/{file.relative_to(folder / 'index').as_posix()}", file.read_bytes())
            version.put(_STATE, state)

    def _lay_out(self, records: Iterator[tuple[str, str]], folder: Path) -> bytes:
        seen = hashlib.sha256(self._program.read_bytes())
        folder.mkdir()
        for name, text in records:
            file = folder / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
            seen.update(f"{name}\0{text}\0".encode())
        return f"{seen.hexdigest()}\n".encode()

    def _run(self, records: Path, index: Path) -> None:
        command = [str(self._program), "--site", str(records), "--output-path", str(index), "--quiet"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - no shell
        if done.returncode:
            said = " ".join((done.stderr or done.stdout).split())
            raise RenderError(f"pagefind failed with exit code {done.returncode}: {said[-500:]}")


def search_records(site: Site, addresses: StaticAddresses) -> Iterator[tuple[str, str]]:
    """What the search knows of every article, in every language, with the name of its page."""
    with site.archive.read() as index:
        published = [found.issue.document for month in lists.months(index) if (found := lists.issue(index, month))]
    for language in site.newsletter.languages:
        view = site.view_in(language)
        for document in published:
            month = Month.parse(document.month)
            for article in document.articles:
                file = addresses.file(f"/{month}/{article.slug}/", language)
                yield file.name, _record(view, month, article)


def _record(view: View, month: Month, article: WebArticle) -> str:
    return view.render(
        "search-record.html",
        Head(article.title, "", "", ()),
        article=article,
        year=study_year(article),
        issue=f"{month.year:04d}{month.number:02d}",
        author=author_slug(article.author or ""),
        words=tuple(_words(view.site.taxonomy, article)),
    )


def _words(taxonomy: Taxonomy, article: WebArticle) -> Iterator[str]:
    """Its author, and what its topics and its type of research are called in every language."""
    if article.author:
        yield article.author
    for topic in taxonomy.topics:
        if topic.slug in article.topics:
            yield from (*topic.name.values(), *topic.aliases)
    for kind in taxonomy.research_types:
        if kind.slug == article.research_type:
            yield from (*kind.name.values(), *kind.aliases)
