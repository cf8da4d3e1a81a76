"""Absolute addresses of the pages that a mail links to, all built from the configured base URL."""

from digest.months import Month


def home_url(base_url: str, language: str | None = None) -> str:
    """The archive's first page."""
    return _page(base_url, "/", language)


def issue_url(base_url: str, month: Month, language: str | None = None) -> str:
    """The page of one issue."""
    return _page(base_url, f"/{month}/", language)


def article_url(base_url: str, month: Month, slug: str, language: str | None = None) -> str:
    """The page of one article: its permalink, if *language* is None."""
    return _page(base_url, f"/{month}/{slug}/", language)


def unsubscribe_url(base_url: str, token: str, language: str | None = None) -> str:
    """The unsubscribe page, which also takes the one-click request of mail programs (RFC 8058)."""
    return _page(base_url, f"/unsubscribe/{token}", language)


def preferences_url(base_url: str, token: str, language: str | None = None) -> str:
    """The page where a subscriber changes their preferences."""
    return _page(base_url, f"/preferences/{token}", language)


def personal_url(base_url: str, kind: str, token: str, language: str | None = None) -> str:
    """The page of a notification's link; *kind* is `confirm`, `new-address`, `address`, `undo`, `data` or `erase`."""
    return _page(base_url, f"/{kind}/{token}", language)


def _page(base_url: str, path: str, language: str | None) -> str:
    joint = "&" if "?" in path else "?"
    return base_url.rstrip("/") + path + (f"{joint}lang={language}" if language else "")
