"""The text of an issue file to an `IssueFile`."""

from collections.abc import Iterator
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field

from digest.content.body import Part, link_faults
from digest.content.issue_file import IssueFile, IssueWording, Notice
from digest.content.reading.accepting import SuppressionFields, suppressions
from digest.content.reading.by_language import EVERY, Lines, Texts, choose, languages_of, spread
from digest.content.reading.decoding import plain_lines
from digest.content.reading.faults import Faults
from digest.content.reading.fields import Fields, MonthText, Unfit, validate
from digest.content.reading.front_matter import FrontMatter, KeyPath, Source, read, split
from digest.content.reading.markdown_faults import unsupported
from digest.errors import ContentError, Place
from digest.months import Month
from digest.rendering.markdown import is_safe

_KEYS = "any of subject:, introduction:, preheader:, order: and notices:"


def _address(text: str) -> str:
    if not is_safe(text):
        raise Unfit(f"is {text!r}, which is not allowed in mail", "use a full address that starts with https://")
    return text


_Addresses = Annotated[dict[str, Annotated[str, AfterValidator(_address)]], BeforeValidator(spread)]


class _NoticeFields(Fields):
    title: Lines
    body: Texts = Field(default_factory=dict)
    link: _Addresses = Field(default_factory=dict)


class _IssueFields(Fields):
    month: MonthText | None = None
    subject: Lines = Field(default_factory=dict)
    preheader: Lines = Field(default_factory=dict)
    introduction: Texts = Field(default_factory=dict)
    order: list[str] = Field(default_factory=list)
    notices: list[_NoticeFields] = Field(default_factory=list)
    suppress: list[SuppressionFields] = Field(default_factory=list)


def parse_issue_file(text: str, *, month: Month, file: str) -> IssueFile:
    """
    Read the issue file of a month.

    Args:
        text: The file as read; a byte order mark and any line ends are accepted.
        month: The folder that contains the file.
        file: The file's name in errors.

    Raises:
        ContentError: The file can't be read; `ContentFaults` if it has several faults.
    """
    source = split(plain_lines(text), file, _KEYS)
    front_matter = read(source)
    faults = Faults(file)
    fields = validate(_IssueFields, front_matter, faults)
    for error in _text_faults(source, front_matter):
        faults.add(error.place.line, error.problem, error.remedy)
    if "introduction" in front_matter.values and source.body.strip():
        advice = "keep either the key or the text below the front matter, not both"
        faults.add(front_matter.lines["introduction",], "the introduction is written twice", advice)
    if fields is not None and fields.month not in {None, str(month)}:
        problem = f"month is {fields.month}, but the file is in the folder {month}"
        faults.add(front_matter.lines["month",], problem, "move the file, or fix the month")
    faults.raise_if_any()
    assert fields is not None
    every = _wording(fields, EVERY, source.body)
    return IssueFile(
        month=month,
        subject=every.subject,
        preheader=every.preheader,
        introduction=every.introduction,
        order=tuple(fields.order),
        notices=every.notices,
        by_language={language: _wording(fields, language, source.body) for language in _languages(fields)},
        suppressed=suppressions(fields.suppress, front_matter),
        place=Place(file),
        source=text,
        lines={str(path[0]): line for path, line in front_matter.lines.items() if len(path) == 1},
    )


def _wording(fields: _IssueFields, language: str, body: str) -> IssueWording:
    return IssueWording(
        subject=choose(fields.subject, language),
        preheader=choose(fields.preheader, language),
        introduction=choose(fields.introduction, language) or body.strip(),
        notices=tuple(_notice(one, language) for one in fields.notices if choose(one.title, language)),
    )


def _notice(fields: _NoticeFields, language: str) -> Notice:
    return Notice(choose(fields.title, language), choose(fields.body, language), choose(fields.link, language))


def _languages(fields: _IssueFields) -> list[str]:
    of_notices = [values for one in fields.notices for values in (one.title, one.body, one.link)]
    return languages_of([fields.subject, fields.preheader, fields.introduction, *of_notices])


def _text_faults(source: Source, front_matter: FrontMatter) -> Iterator[ContentError]:
    for part in (Part(source.body, source.body_line), *_markdown_values(front_matter)):
        yield from link_faults(part.text, part.line, source.file)
        yield from unsupported(part, source.file)


def _markdown_values(front_matter: FrontMatter) -> Iterator[Part]:
    notices = front_matter.values.get("notices")
    found: list[tuple[KeyPath, object]] = [(("introduction",), front_matter.values.get("introduction"))]
    for number, notice in enumerate(notices if isinstance(notices, list) else ()):
        if isinstance(notice, dict):
            found.append((("notices", number, "body"), notice.get("body")))
    for path, value in found:
        for language, text in spread(value).items():
            if isinstance(text, str):
                yield Part(text, front_matter.value_lines[(*path, language) if language else path])
