"""The key `order:` of an issue file: which place new articles get, and writing it into a file that an editor wrote."""

from collections.abc import Sequence

from yaml.nodes import SequenceNode

from digest.content.reading.front_matter import Source, compose, split
from digest.errors import ContentError

_KEYS = "order:"


def merged(known: Sequence[str], page: Sequence[str]) -> list[str]:
    """
    Put the slugs of *page* that are new into *known*, which keeps its order.

    Each new slug goes after the one before it on the page; the first goes before the next known one.
    """
    result = list(known)
    for place, slug in enumerate(page):
        if slug in result:
            continue
        following = [result.index(one) for one in page[place + 1 :] if one in result]
        if place:
            result.insert(result.index(page[place - 1]) + 1, slug)
        else:
            result.insert(following[0] if following else len(result), slug)
    return result


def compose_order(order: Sequence[str]) -> str:
    """An issue file that only contains the order of its articles."""
    return f"---\norder: [{', '.join(order)}]\n---\n"


def with_order(text: str, order: Sequence[str], file: str) -> str:
    """
    Write *order* into an issue file without changing any other character.

    Args:
        text: The file as read, with its byte order mark and line ends.

    Raises:
        ContentError: The front matter can't be read, or its order can't be replaced without losing a comment.
    """
    source = split(text, file, _KEYS)
    start, addition, end = _edit(source, f"[{', '.join(order)}]")
    return text[: source.start + start] + addition + text[source.start + end :]


def _edit(source: Source, flow: str) -> tuple[int, str, int]:
    """What to write into the YAML, and the first and last index of what it replaces."""
    mapping = compose(source)
    found = [(key, value) for key, value in mapping.value if key.value == "order"]
    if not found:
        if mapping.flow_style:
            at = mapping.value[-1][1].end_mark.index
            return at, f", order: {flow}", at
        newline = "\r\n" if source.text[: source.start].endswith("\r\n") else "\n"
        return len(source.yaml), f"{' ' * mapping.start_mark.column}order: {flow}{newline}", len(source.yaml)
    key, value = found[0]
    start = source.yaml.index(":", key.end_mark.index) + 1
    is_block = isinstance(value, SequenceNode) and not value.flow_style
    end = value.value[-1].end_mark.index if is_block and value.value else max(start, value.end_mark.index)
    if "#" in source.yaml[start:end]:
        advice = f"write order: {flow} by hand"
        raise ContentError(
            source.place(key.start_mark.index), "the order contains a comment, which would be lost", advice
        )
    return start, f" {flow}", end
