"""The texts of the pages "About" and "Privacy": one optional Markdown file for each page and language."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from digest.characters import text_fault
from digest.content.body import Part, link_faults
from digest.content.files import LARGEST_TEXT, LINK, entries, read_carefully
from digest.content.reading.decoding import decode, plain_lines
from digest.content.reading.faults import ContentFaults, Faults
from digest.content.reading.markdown_faults import unsupported
from digest.errors import ContentError, Place
from digest.rendering.markdown import headings


class SitePage(StrEnum):
    """A page with a built-in text that an own one replaces."""

    ABOUT = "about"
    PRIVACY = "privacy"


@dataclass(frozen=True)
class SiteText:
    """The text of a page in one language.

    Attributes:
        title: The first heading, if the text begins with one of the first level; empty otherwise.
        markdown: Everything after it, from line `line` of the file.
    """

    page: SitePage
    language: str
    title: str
    markdown: str
    line: int
    place: Place


@dataclass(frozen=True)
class SiteTexts:
    """
    The folder of these files: `about.en.md`, `privacy.fr.md`.

    Attributes:
        root: It need not exist. Links are not followed.
        languages: Of the newsletter.
    """

    root: Path
    languages: tuple[str, ...]

    def load(self) -> tuple[tuple[SiteText, ...], tuple[ContentError, ...]]:
        """The texts that load, and why other files do not."""
        faults = Faults(self.root.name)
        texts: list[SiteText] = []
        for entry in entries(self.root):
            found = self._named(entry.name)
            if found is None:
                faults.note(Place(f"{self.root.name}/{entry.name}"), *self._misnamed())
                continue
            page, language = found
            text = faults.catch(lambda page=page, language=language: self._read(page, language))  # type: ignore[misc]
            texts += [text] if text else []
        return tuple(texts), faults.errors

    def require(self) -> tuple[SiteText, ...]:
        """
        The texts.

        Raises:
            ContentError: A file does not load.
        """
        texts, errors = self.load()
        if errors:
            raise ContentFaults(errors)
        return texts

    def _named(self, name: str) -> tuple[SitePage, str] | None:
        names = {f"{page}.{language}.md": (page, language) for page in SitePage for language in self.languages}
        return names.get(name)

    def _misnamed(self) -> tuple[str, str]:
        names = [f"{page}.{language}.md" for page in SitePage for language in self.languages]
        return "no page of the site has this name", f"rename it to one of {', '.join(names)}, or remove it"

    def _read(self, page: SitePage, language: str) -> SiteText | None:
        name = f"{page}.{language}.md"
        path, file = self.root / name, f"{self.root.name}/{name}"
        if path.is_symlink():
            raise ContentError(Place(file), *LINK)
        return parse_site_text(
            plain_lines(decode(read_carefully(path, file, LARGEST_TEXT), file)), page, language, file
        )


def parse_site_text(text: str, page: SitePage, language: str, file: str) -> SiteText:
    """
    Read the text of a page.

    Args:
        text: With line feeds alone.

    Raises:
        ContentError: The text is empty, or has links, Markdown or characters that are not allowed.
    """
    faults = Faults(file)
    for error in _faults(text, file):
        faults.note(error.place, error.problem, error.remedy)
    faults.raise_if_any()
    lines = text.split("\n")
    first = next(iter(headings(text)), None)
    if first is None or first.level > 1 or "".join(lines[: first.line - 1]).strip():
        return SiteText(page, language, "", text, 1, Place(file))
    return SiteText(page, language, first.text, "\n".join(lines[first.end :]), first.end + 1, Place(file))


def _faults(text: str, file: str) -> Iterator[ContentError]:
    if not text.strip():
        yield ContentError(Place(file, 1), "the file is empty", "write the page, or remove the file")
    if text.startswith("---\n"):
        yield ContentError(Place(file, 1), "these files have no front matter", "begin with the title: # About us")
    for number, line in enumerate(text.split("\n"), start=1):
        if fault := text_fault(line):
            yield ContentError(Place(file, number), f"the line has {fault.what}", fault.remedy)
    yield from link_faults(text, 1, file)
    yield from unsupported(Part(text, 1), file)
