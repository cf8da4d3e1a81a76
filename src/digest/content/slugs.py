"""Slugs: the name of an article's file and the end of its permanent address."""

import re

from slugify import slugify

_FORM = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_LONGEST = 100
_LONGEST_PROPOSED = 80
_ISSUE_FILE = "issue"
# On Windows, such a name opens a device instead of a file, with any extension.
_DEVICES = frozenset({"con", "prn", "aux", "nul"} | {f"{port}{n}" for port in ("com", "lpt") for n in range(10)})


def slug_fault(slug: str) -> str | None:
    """Why *slug* can't name an article, for use after "the file name"; or None."""
    if len(slug) > _LONGEST:
        return f"has {len(slug)} characters before .md, more than {_LONGEST}"
    if not _FORM.fullmatch(slug):
        return "may contain only a-z, 0-9 and single hyphens before .md"
    if slug in _DEVICES:
        return "is reserved by Windows"
    if slug == _ISSUE_FILE:
        return "is reserved for the issue file"
    return None


def slug_for(text: str) -> str:
    """
    Make a slug from a title or a bad file name.

    Returns:
        At most 80 characters, cut at a word, always valid: "article" if the text has no letter or digit.
    """
    slug: str = slugify(text, max_length=_LONGEST_PROPOSED, word_boundary=True, save_order=True) or "article"
    return slug if slug_fault(slug) is None else f"{slug}-article"
