"""An edition: the issue as one group of subscribers sees it, rendered once."""

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class EditionKey:
    """A subset of the issue's articles in one language.

    Attributes:
        mask: Bit 0 is the issue's first article, bit 1 the second, and so on; never 0.
    """

    language: str
    mask: int

    @property
    def positions(self) -> tuple[int, ...]:
        """Places of the articles in the issue, from 0."""
        return tuple(bit for bit in range(self.mask.bit_length()) if self.mask >> bit & 1)

    def __str__(self) -> str:
        """The name of the edition: `en-13` is articles 1 and 3 in English."""
        return f"{self.language}-{''.join(str(position + 1) for position in self.positions)}"

    @classmethod
    def parse(cls, text: str) -> "EditionKey":
        """Read what `str()` wrote.

        Raises:
            ValueError: *text* is not the name of an edition.
        """
        language, dash, digits = text.rpartition("-")
        if not (dash and language and digits and set(digits) <= set("123456789")):
            raise ValueError(f"{text!r} is not an edition: write it like en-12")
        return cls(language, sum({1 << (int(digit) - 1) for digit in digits}))


@dataclass(frozen=True)
class Edition:
    """The frozen bytes of one edition, with placeholders where readers differ.

    Attributes:
        nonce: Makes this issue's placeholders impossible to forge (see `digest.issue.placeholders`).
        headers: Names and values of the headers that all readers share, and of those with a placeholder; decoded and
            unfolded.
    """

    key: EditionKey
    subject: str
    preheader: str
    html: str
    text: str
    headers: tuple[tuple[str, str], ...]
    nonce: str


def every_key(articles: int, languages: tuple[str, ...]) -> Iterator[EditionKey]:
    """The keys of all editions of an issue: 2**articles - 1 subsets in each language."""
    for language in languages:
        for mask in range(1, 2**articles):
            yield EditionKey(language, mask)
