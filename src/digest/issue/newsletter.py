"""The sender of the newsletter, as every mail and page shows it."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Newsletter:
    """The organization that sends the newsletter.

    Attributes:
        title: The newsletter's name in each language.
        base_url: The address of the site, without a slash at the end.
        list_id: The label of `List-Id`, such as `digest.example.org` (RFC 2919).
        from_name, from_address: The author of every mail; the name may be one for each language.
        reply_to: The address for replies, or None.
        reply_name: The name beside that address, for all languages or for each; may be empty.
        postal_address: The lines of the postal address, which the law requires.
        contact: An e-mail address, a telephone number or a web address.
        languages: The languages of mails and pages. Readers with any other language get the first one.
        accent: The colour of links and rules, as `#rrggbb`.
        logo: Absolute address of an image, or None.
    """

    title: Mapping[str, str]
    base_url: str
    list_id: str
    from_name: str | Mapping[str, str]
    from_address: str
    postal_address: tuple[str, ...]
    contact: str
    reply_to: str | None = None
    reply_name: str | Mapping[str, str] = ""
    languages: tuple[str, ...] = ("en", "fr")
    accent: str = "#2a5d67"
    logo: str | None = None

    def title_in(self, language: str) -> str:
        """The title in *language*, or else in the first language."""
        return self._in(self.title, language)

    def from_name_in(self, language: str) -> str:
        """The author's name in *language*, or else in the first language."""
        return self._in(self.from_name, language)

    def reply_name_in(self, language: str) -> str:
        """The name beside the reply address in *language*, or else in the first language."""
        return self._in(self.reply_name, language)

    def _in(self, texts: str | Mapping[str, str], language: str) -> str:
        if isinstance(texts, str):
            return texts
        return texts.get(language) or texts[self.languages[0]]

    @property
    def contact_url(self) -> str | None:
        """The link behind `contact`; None for a telephone number."""
        if self.contact.startswith("https://"):
            return self.contact
        return f"mailto:{self.contact}" if "@" in self.contact and " " not in self.contact else None


@dataclass(frozen=True)
class IssueRules:
    """How many articles an issue should have, and whether it is mailed for real.

    Attributes:
        at_least, at_most: Outside this range, an editor gets a warning and the calendar holds the issue.
        is_mailed: Whether the transport hands over real mail; only `files` does not.
    """

    at_least: int = 2
    at_most: int = 3
    is_mailed: bool = False
    never_more_than: int = field(default=4, init=False)  # 2**n - 1 editions in each language
