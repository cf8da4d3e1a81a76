"""Configuration, front matter, lists and forms take the same names and refuse the same names."""

import datetime as dt
import io
from collections.abc import Callable

import pytest
from factories import make_taxonomy
from hypothesis import example, given, settings
from hypothesis import strategies as st

from digest.bootstrap.project import start_project
from digest.config import load_config
from digest.content.reading.article_file import parse_article
from digest.content.reading.issue_text import parse_issue_file
from digest.errors import ConfigError, ContentError
from digest.months import Month
from digest.subscribers.lists.csv_text import read_list
from digest.subscribers.lists.rows import RowRules
from digest.web.bodies import Form
from digest.web.people.choices import FormReader

Door = Callable[[str], str | None]
MONTH = Month(2026, 11)
RULES = RowRules(make_taxonomy(), ("en", "fr"), str.lower, source="a form", date=dt.date(2025, 1, 31))
TOPIC = "topic_groups: [{slug: g, name: {en: G}}]\ntopics: [{slug: t, group: g, name: {en: NAME}}]\n"


@pytest.fixture(scope="module")
def doors(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Door]:
    path = start_project(tmp_path_factory.mktemp("doors") / "project")
    start = path.read_text().partition("\ntopic_groups:")[0] + "\n" + TOPIC

    def configured(name: str) -> str | None:
        path.write_text(start.replace("NAME", quoted(name)))
        try:
            return load_config(path).topics[0].name["en"]
        except ConfigError:
            return None

    return {"configuration": configured, "article": titled, "issue file": announced, "list": listed, "form": filled_in}


def quoted(text: str) -> str:
    """A YAML scalar that can spell any text."""
    return '"' + "".join(f"\\U{ord(character):08x}" for character in text) + '"'


def titled(name: str) -> str | None:
    text = f"---\ntitle: {quoted(name)}\nmonth: 2026-11\n---\nText.\n"
    try:
        return parse_article(text, slug="x", month=MONTH, file="x.md", taxonomy=make_taxonomy()).title
    except ContentError:
        return None


def announced(name: str) -> str | None:
    text = f"---\nsubject: {quoted(name)}\n---\n"
    try:
        return parse_issue_file(text, month=MONTH, file="issue.md").subject
    except ContentError:
        return None


def listed(name: str) -> str | None:
    cell = name.replace('"', '""')
    (row,) = read_list(io.StringIO(f'email,name\na@example.org,"{cell}"\n', newline=""), RULES)[1]
    return row.person.name if row.person else None


def filled_in(name: str) -> str | None:
    reading = FormReader(Form([("name", name)]), str)
    read = reading.name()
    return None if reading.problems else read


tricky = st.sampled_from(
    "ab=? "
    "\t\x1b\x85\u2028\ud83d\ufffe\u0378\u0301é\u200b\u200c\u200d\u200e\u200f\u202e\u2066\ufe0f\ufeff\u3164\xa0\xadم👩🏴⚕"
)
names = st.one_of(st.text(max_size=20), st.lists(tricky, max_size=8).map("".join))


@settings(max_examples=60, deadline=None)
@given(names)
@example("علی\u200cرضا")
@example("\ud83d\ude0d Empathy")
@example("Hi \x1b[31m")
@example("=?utf-8?q?=1B?=")
@example("\u200f")
@example(" ")
@example("\u3000")
@example("a\x85")
@example("\x1ca")
def test_every_door_takes_the_same_names_and_reads_them_alike(doors: dict[str, Door], name: str):
    # a line end is a break to an editor and a space to a spreadsheet program; a formula loses its apostrophe in a list
    name = name.replace("\r", "").replace("\n", "").lstrip("'")

    read = {door: take(name) or None for door, take in doors.items()}  # a list and a form need no name

    assert len(set(read.values())) == 1, read
