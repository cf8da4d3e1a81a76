"""The folder of articles."""

import os
import re
import stat
from dataclasses import dataclass, field
from pathlib import Path

from digest.content.article import Article
from digest.content.files import LARGEST_TEXT, LINK, entries, read_bytes, read_carefully
from digest.content.issue_file import IssueFile
from digest.content.reading.article_file import parse_article
from digest.content.reading.decoding import decode, plain_lines
from digest.content.reading.faults import Faults
from digest.content.reading.issue_text import parse_issue_file
from digest.content.slugs import slug_fault, slug_for
from digest.errors import ContentError, Place
from digest.months import Month
from digest.topics import Taxonomy

ISSUE_FILE = "issue.md"
_LARGEST_SOURCE = 16 * 1024 * 1024  # bytes
_MOST_ARTICLES = 1000
_MISTAKEN = re.compile(r"\.(markdown|mdown|mkd|txt|docx?|odt|rtf|html?)", re.IGNORECASE)


@dataclass(frozen=True)
class MonthFiles:
    """
    The contents of one month's folder.

    Attributes:
        articles: The ones that load, by slug.
        file: The issue file; an empty one if there is none or it does not load.
        errors: Why the other files do not load.
    """

    month: Month
    articles: tuple[Article, ...]
    file: IssueFile
    errors: tuple[ContentError, ...]


@dataclass(frozen=True)
class Library:
    """
    The articles on disk, one folder per month.

    Attributes:
        root: The folder that contains the months. Links below it are not followed.
        taxonomy: Decides what a topic's slug, name or alias means.
    """

    root: Path
    taxonomy: Taxonomy
    _parsed: dict[str, Article] = field(default_factory=dict, init=False, repr=False, compare=False)  # by file

    def months(self) -> tuple[Month, ...]:
        """The months that have a folder, ascending."""
        return tuple(sorted(Month.parse(entry.name) for entry in entries(self.root) if _is_month_folder(entry)))

    def strays(self) -> tuple[ContentError, ...]:
        """Entries beside the month folders that are not month folders; or an error if the folder itself is missing."""
        if not self.root.is_dir():
            advice = "create it, or fix content.articles in the configuration"
            return (ContentError(Place(self.root.name), "the folder does not exist", advice),)
        return tuple(
            ContentError(Place(f"{self.root.name}/{entry.name}"), *_stray(entry))
            for entry in entries(self.root)
            if not _is_month_folder(entry)
        )

    def load(self, month: Month) -> MonthFiles:
        """Read every file of a month. Bad files become errors; the others load. No folder: no articles."""
        faults = Faults(f"{self.root.name}/{month}")
        articles: list[Article] = []
        slugs = self._slugs(month, faults)
        for slug in slugs:
            article = faults.catch(lambda slug=slug: self._article(month, slug))  # type: ignore[misc]
            articles += [article] if article else []
        file = faults.catch(lambda: self._issue_file(month)) or IssueFile(month)
        _check_order(file, set(slugs), faults)
        return MonthFiles(month, tuple(articles), file, faults.errors)

    def text(self, month: Month, slug: str) -> str | None:
        """
        The text of an article file, unchanged; None if there is no file.

        Raises:
            ContentError: It can't be read.
        """
        return self._read(month, f"{slug}.md")

    def create(self, month: Month, slug: str, text: str) -> None:
        """
        Write a new article file atomically.

        Raises:
            ContentError: The slug can't name a file, the file is there already, or the folder can't be written.
        """
        path, place = self._path(month, slug)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            draft = _write_draft(path, text)
            try:
                os.link(draft, path)  # unlike a rename, this never replaces
            finally:
                draft.unlink()
        except FileExistsError:
            raise ContentError(place, "the file already exists", "edit it, or choose another name") from None
        except OSError as error:
            raise _not_written(place, error) from None

    def replace(self, month: Month, slug: str, text: str) -> None:
        """
        Replace the text of an article file atomically, keeping its permissions.

        Raises:
            ContentError: The file can't be written.
        """
        path, place = self._path(month, slug)
        try:
            draft = _write_draft(path, text)
            try:
                draft.chmod(stat.S_IMODE(path.stat().st_mode))
                draft.replace(path)
            finally:
                draft.unlink(missing_ok=True)
        except OSError as error:
            raise _not_written(place, error) from None

    def issue_text(self, month: Month) -> str | None:
        """
        The text of the issue file of *month*, unchanged; None if there is no file.

        Raises:
            ContentError: It can't be read.
        """
        return self._read(month, ISSUE_FILE)

    def write_issue_file(self, month: Month, text: str) -> None:
        """
        Write the issue file of *month* atomically, replacing any existing one.

        Raises:
            ContentError: The file can't be written.
        """
        path, place = self.root / str(month) / ISSUE_FILE, Place(self.name(month, ISSUE_FILE))
        try:
            draft = _write_draft(path, text)
            if path.exists():
                draft.chmod(stat.S_IMODE(path.stat().st_mode))
            draft.replace(path)
        except OSError as error:
            raise _not_written(place, error) from None

    def name(self, month: Month, name: str) -> str:
        """The name of a file as the editor knows it: `articles/2026-11/x.md`."""
        return f"{self.root.name}/{month}/{name}"

    def _slugs(self, month: Month, faults: Faults) -> list[str]:
        folder = self.root / str(month)
        if folder.is_symlink():
            faults.note(Place(f"{self.root.name}/{month}"), *LINK)
            return []
        slugs: list[str] = []
        names = [entry.name for entry in entries(folder)]
        for name in names:
            fault = _name_fault(name, names)
            if fault is not None:
                faults.note(Place(self.name(month, name)), *fault)
            elif name.endswith(".md") and name != ISSUE_FILE:
                slugs.append(name.removesuffix(".md"))
        if len(slugs) > _MOST_ARTICLES:
            problem = f"there are {len(slugs)} articles, and only the first {_MOST_ARTICLES} are read"
            faults.note(Place(f"{self.root.name}/{month}"), problem, "move the others to another folder")
        return slugs[:_MOST_ARTICLES]

    def _article(self, month: Month, slug: str) -> Article | None:
        text = self.text(month, slug)
        if text is None:  # it was removed since the folder was listed
            return None
        file = self.name(month, f"{slug}.md")
        known = self._parsed.get(file)
        if known is None or known.source != text:  # the checks read all months each time; parsing is the slow part
            known = self._parsed[file] = self._parse(text, slug, month, file)
        return known

    def _parse(self, text: str, slug: str, month: Month, file: str) -> Article:
        return parse_article(text, slug=slug, month=month, file=file, taxonomy=self.taxonomy)

    def _issue_file(self, month: Month) -> IssueFile:
        text = self._read(month, ISSUE_FILE)
        file = self.name(month, ISSUE_FILE)
        return IssueFile(month) if text is None else parse_issue_file(text, month=month, file=file)

    def _read(self, month: Month, name: str) -> str | None:
        path, file = self.root / str(month) / name, self.name(month, name)
        if path.parent.is_symlink() or path.is_symlink():
            raise ContentError(Place(file), *LINK)
        try:
            return decode(read_carefully(path, file, LARGEST_TEXT), file)
        except FileNotFoundError:
            return None

    def _path(self, month: Month, slug: str) -> tuple[Path, Place]:
        place = Place(self.name(month, f"{slug}.md"))
        if fault := slug_fault(slug):
            raise ContentError(place, f"the file name {fault}", f"name it {slug_for(slug)}.md")
        if (self.root / str(month)).is_symlink():
            raise ContentError(Place(f"{self.root.name}/{month}"), *LINK)
        return self.root / str(month) / f"{slug}.md", place


def read_source(path: Path) -> str:
    """
    Read a text file that the user named: UTF-8, at most 16 MiB.

    Returns:
        The text without a byte order mark, every line ended by a line feed.

    Raises:
        ContentError: The file does not exist, is not a regular file, is too large, or is not UTF-8 text.
    """
    try:
        data = read_bytes(path, str(path), _LARGEST_SOURCE, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
    except FileNotFoundError:
        raise ContentError(Place(str(path)), "the file does not exist", "check the path") from None
    return plain_lines(decode(data, str(path)))


def _is_month_folder(entry: os.DirEntry[str]) -> bool:
    try:
        Month.parse(entry.name)
    except ValueError:
        return False
    return entry.is_dir(follow_symlinks=False)


def _stray(entry: os.DirEntry[str]) -> tuple[str, str]:
    if entry.is_symlink():
        return LINK
    if entry.is_dir():
        return "the folder name is not a month", "rename it to YYYY-MM, such as 2026-11"
    return "the file is not in a month folder", "move it into a folder such as 2026-11, or out of here"


def _name_fault(name: str, names: list[str]) -> tuple[str, str] | None:
    stem, dot, ending = name.rpartition(".")
    if _MISTAKEN.fullmatch(dot + ending):
        return f"digest does not read .{ending} files", f"save it as Markdown in {slug_for(stem)}.md"
    if ending.lower() != "md" or not dot:
        return None
    twin = next((one for one in names if one != name and one.casefold() == name.casefold()), None)
    if twin is not None and name != name.lower():
        return f"the name differs from {twin} only in upper and lower case", "remove or rename one of them"
    if name.lower() == ISSUE_FILE:
        return None if name == ISSUE_FILE else ("the issue file's name is misspelled", f"rename it to {ISSUE_FILE}")
    fault = slug_fault(stem) or ("ends in upper-case letters" if ending != "md" else None)
    return (f"the file name {fault}", f"rename it to {slug_for(stem)}.md") if fault else None


def _check_order(file: IssueFile, slugs: set[str], faults: Faults) -> None:
    for slug in file.order:
        if slug not in slugs and file.place is not None:
            place = Place(file.place.file, file.lines.get("order"))
            faults.note(place, f"the order lists {slug!r}, but there is no such article", "fix it or remove it")


def _write_draft(path: Path, text: str) -> Path:
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with draft.open("w", encoding="utf-8", newline="") as opened:
            opened.write(text)
            opened.flush()
            os.fsync(opened.fileno())
    except OSError:
        draft.unlink(missing_ok=True)
        raise
    return draft


def _not_written(place: Place, error: OSError) -> ContentError:
    return ContentError(
        place,
        f"the file can't be written ({error.strerror})",
        "check the folder's permissions and the free disk space",
    )
