"""Who writes the summaries, and what others may do with them."""

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

_ORCID = re.compile(r"(?:https?://orcid\.org/)?(\d{4}-\d{4}-\d{4}-\d{3}[\dX])", re.ASCII)
_CREATIVE_COMMONS = re.compile(r"https://creativecommons\.org/(licenses|publicdomain)/([a-z-]+)/(\d\.\d)(?:/.*)?")
_PUBLIC_DOMAIN = {"zero": "CC0", "mark": "Public Domain Mark"}
_MODULUS = 11


@dataclass(frozen=True)
class Author:
    """Someone who writes summaries.

    Attributes:
        name: As `author` in their articles.
        orcid: Without its address, such as 0000-0002-1825-0097; None if they gave none.
        url: Their own page, or None.
    """

    name: str
    orcid: str | None = None
    url: str | None = None

    @property
    def orcid_url(self) -> str | None:
        return f"https://orcid.org/{self.orcid}" if self.orcid else None

    @property
    def urls(self) -> tuple[str, ...]:
        """Addresses that identify them, the ORCID first."""
        return tuple(filter(None, [self.orcid_url, self.url]))


@dataclass(frozen=True)
class Credits:
    """What the site and its feeds say of authors and rights. Nothing of it is in mails or in the approved bytes.

    Attributes:
        licence: The address of the licence of the summaries, or None.
    """

    licence: str | None = None
    authors: tuple[Author, ...] = ()

    @property
    def licence_name(self) -> str | None:
        """A short name for the licence, such as `CC BY-NC 4.0`, else its host; None without one."""
        if self.licence is None:
            return None
        found = _CREATIVE_COMMONS.fullmatch(self.licence)
        if found is None:
            return urlsplit(self.licence).hostname
        kind, code, version = found.groups()
        name = f"CC {code.upper()}" if kind == "licenses" else _PUBLIC_DOMAIN.get(code, code)
        return f"{name} {version}"

    def author(self, name: str) -> Author:
        """The author of that name, in any case; without ORCID and page if nothing is known of them."""
        return next((one for one in self.authors if one.name.casefold() == name.casefold()), Author(name))


def bare_orcid(text: str) -> str:
    """
    The ORCID without its address.

    Raises:
        ValueError: It has another form, or its last character, which checks the others, does not fit.

    Source: ORCID, "Structure of the ORCID Identifier"; ISO/IEC 7064, MOD 11-2.
    """
    found = _ORCID.fullmatch(text.strip())
    if found is None:
        raise ValueError("must be an ORCID such as 0000-0002-1825-0097")
    digits, check = found[1].replace("-", "")[:-1], found[1][-1]
    total = 0
    for digit in digits:
        total = (total + int(digit)) * 2
    expected = (_MODULUS + 1 - total % _MODULUS) % _MODULUS
    if check != ("X" if expected == _MODULUS - 1 else str(expected)):
        raise ValueError("is not a valid ORCID: its last character does not fit the others; check for a typing error")
    return found[1]
