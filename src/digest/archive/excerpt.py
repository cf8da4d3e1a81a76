"""The text of an HTML fragment, and its first words, for search and descriptions."""

from html.parser import HTMLParser

_BLOCKS = frozenset({"p", "h1", "h2", "h3", "h4", "h5", "h6", "li", "blockquote", "br", "td", "th"})


class _Text(HTMLParser):
    def __init__(self, between: str = " ") -> None:
        super().__init__(convert_charrefs=True)
        self.between = between  # blocks
        self.parts: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002
        if tag in _BLOCKS:
            self.parts.append(self.between)

    def handle_data(self, data: str) -> None:
        self.parts.append(data)


def text_of(html: str) -> str:
    """The text of *html*, on one line."""
    parser = _Text()
    parser.feed(html)
    parser.close()
    return " ".join("".join(parser.parts).split())


def blocks_of(html: str) -> list[str]:
    """The text of each block of *html* on one line: a paragraph, a heading, an item."""
    parser = _Text("\0")
    parser.feed(html)
    parser.close()
    return [text for block in "".join(parser.parts).split("\0") if (text := " ".join(block.split()))]


def excerpt(html: str, longest: int) -> str:
    """The beginning of the text of *html*, at most *longest* characters, cut between words with an ellipsis."""
    text = text_of(html)
    if len(text) <= longest:
        return text
    cut = text[: longest - 1]
    return (cut.rpartition(" ")[0] or cut).rstrip(" ,;:.–—-") + "…"
