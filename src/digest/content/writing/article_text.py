"""Writing article files: a new one from an entry of the blog, and topics into one that an editor may have changed."""

from collections.abc import Sequence

import yaml
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from digest.content.listing import Entry
from digest.content.reading.front_matter import Source, compose, is_null, split
from digest.content.reading.yaml_faults import in_word_quotes
from digest.errors import ContentError
from digest.rendering.markdown import escape

_IMPLICATIONS = {"en": "## Practice implications", "fr": "## Implications pour la pratique"}
_UNBROKEN = 1_000_000  # characters a line


def compose_article(entry: Entry, *, topics: Sequence[str], author: str | None) -> str:
    """
    Write an entry of the blog as an article file.

    Args:
        topics: Slugs; if empty, the key is omitted.
        author: Who wrote the summary, or None if unknown.

    Returns:
        Front matter and Markdown that renders as exactly the text of the entry, ended by a line feed.
    """
    fields: dict[str, object] = {"title": entry.title, "month": str(entry.month)}
    fields |= {"citation": entry.citation} if entry.citation else {}
    fields |= {"author": author} if author else {}
    fields["language"] = entry.language
    front = yaml.dump(fields, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=_UNBROKEN)
    if topics:
        front += f"topics: [{', '.join(topics)}]\n"
    paragraphs = [escape(paragraph) for paragraph in entry.body]
    if entry.implications:
        paragraphs.append(_IMPLICATIONS[entry.language])
        paragraphs += [escape(paragraph) for paragraph in entry.implications]
    return f"---\n{front}---\n" + "\n\n".join(paragraphs) + "\n"


class _Dumper(yaml.SafeDumper):
    """Quotes values that start and end with typographic quotes, which would be errors without straight ones."""

    def represent_scalar(self, tag: str, value: str, style: str | None = None) -> ScalarNode:
        quoted = "'" if in_word_quotes(value) else style
        return super().represent_scalar(tag, value, quoted)


def add_topics(text: str, topics: Sequence[str], file: str) -> str:
    """
    Add topics to the front matter of an article file without changing any other character.

    Args:
        text: The file as read, with its byte order mark and line ends.
        topics: Slugs that are not there yet, at least one.

    Raises:
        ContentError: The front matter can't be read, or its topics are not a list.
    """
    source = split(text, file)
    position, addition, end = _edit(source, topics)
    return text[: source.start + position] + addition + text[source.start + end :]


def _edit(source: Source, topics: Sequence[str]) -> tuple[int, str, int]:
    """What to write into the YAML, and the first and last index of what it replaces."""
    flow = ", ".join(topics)
    mapping = compose(source)
    found = [(key, value) for key, value in mapping.value if key.value == "topics"]
    if not found:
        at, addition = _new_key(source, mapping, flow)
        return at, addition, at
    key, value = found[0]
    if is_null(value):
        start, end = value.start_mark.index, value.end_mark.index
        written = start != end
        after = start if written else source.yaml.index(":", key.end_mark.index) + 1
        return after, f"[{flow}]" if written else f" [{flow}]", end if written else after
    if not isinstance(value, SequenceNode):
        place = source.place(value.start_mark.index)
        raise ContentError(place, "topics must be a list", "write [one, two], or each below the key after a hyphen")
    at, addition = _into_flow(value, flow) if value.flow_style else _into_block(source, value, topics)
    return at, addition, at


def _new_key(source: Source, mapping: MappingNode, flow: str) -> tuple[int, str]:
    if mapping.flow_style:
        return mapping.value[-1][1].end_mark.index, f", topics: [{flow}]"
    return len(source.yaml), f"{' ' * mapping.start_mark.column}topics: [{flow}]{_newline(source)}"


def _into_flow(node: SequenceNode, flow: str) -> tuple[int, str]:
    if node.value:
        return node.value[-1].end_mark.index, f", {flow}"
    return node.start_mark.index + 1, flow


def _into_block(source: Source, node: SequenceNode, topics: Sequence[str]) -> tuple[int, str]:
    last: Node = node.value[-1]
    newline = _newline(source)
    indent = " " * node.start_mark.column
    rest = source.yaml[last.end_mark.index :]
    end = last.end_mark.index + min((rest.index(one) for one in "\r\n" if one in rest), default=len(rest))
    return end, "".join(f"{newline}{indent}- {topic}" for topic in topics)


def _newline(source: Source) -> str:
    return "\r\n" if source.text[: source.start].endswith("\r\n") else "\n"
