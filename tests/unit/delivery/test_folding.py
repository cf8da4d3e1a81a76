"""Header fields as lines: RFC 2047, RFC 5322."""

import re
from email import message_from_string, policy
from email.header import decode_header, make_header
from email.headerregistry import Address

import pytest
from factories import make_newsletter
from hypothesis import example, given
from hypothesis import strategies as st

from digest.delivery.folding import encoded, folded
from digest.issue.headers import list_id
from digest.rendering.words import one_line

WORD = re.compile(r"=\?[^?\s]*\?[qb]\?[^?\s]*\?=", re.IGNORECASE)
texts = st.text(st.characters(codec="utf-8"), max_size=300) | st.text(
    'aé œ“”–?=_,;:<>@"\\()ب語\u00a0\u200d🙂', max_size=300
)
subjects = texts.map(one_line)
ADDRESS = "digest@example.org"


def lines_of(field: str) -> list[str]:
    """The lines of a header field, checked against the standards."""
    assert field.isascii()
    assert field.endswith("\r\n")
    lines = field.removesuffix("\r\n").split("\r\n")
    for line in lines:
        assert "\n" not in line
        assert line.strip(), "a line of white space may be lost on its way"
        assert len(line) <= 998
        found = WORD.findall(line)
        assert all(len(word) <= 75 for word in found), "RFC 2047, 2"
        alone = len(line.removeprefix(lines[0].partition(":")[0] + ":").split()) == 1
        assert len(line) <= (76 if found else 78) or alone, "only a single long word may be longer"
    assert all(line.startswith(" ") for line in lines[1:])
    return lines


def unfolded(field: str) -> str:
    return field.partition(":")[2].replace("\r\n", "")[1:]


def parsed(field: str) -> str:
    name = field.partition(":")[0]
    return str(message_from_string(f"{field}\r\n", policy=policy.default)[name])


def display_name(field: str) -> tuple[str, str]:
    """Name and address; the name by the older decoder: `headerregistry` keeps the spaces between encoded-words."""
    phrase, _, address = unfolded(field).strip().rpartition("<")
    assert WORD.search(address) is None, "no encoded-word inside an address"
    phrase = phrase.removesuffix(" ")
    if phrase.startswith('"'):
        phrase = re.sub(r"\\(.)", r"\1", phrase[1:-1])
    return str(make_header(decode_header(phrase))), address.removesuffix(">")


@given(subjects)
@example("Ce mois-ci\u00a0: l’alliance thérapeutique, l’empathie des thérapeutes et la formation")
@example("=?utf-8?q?x?=")
@example("x" * 1200)
@example("")
def test_any_subject_arrives_as_it_was_written(subject: str):
    field = folded("Subject", subject)
    lines_of(field) if subject else None

    assert parsed(field) == subject
    assert str(make_header(decode_header(unfolded(field)))) == subject


@given(texts.filter(lambda text: len(text.splitlines()) < 2))
def test_spaces_of_a_subject_are_neither_doubled_nor_lost(subject: str):
    assert parsed(folded("Subject", subject)) == subject


@given(subjects.filter(bool))
@example("Réseau de recherche sur la pratique clinique en santé mentale du Québec et des provinces de l’Atlantique")
@example('Ann "A" Lee \\ Cy')
@example("A <b@example.org>")
@example("=?utf-8?q?x?= Lee")
@example("x" * 300)
def test_any_sender_arrives_as_it_was_written(name: str):
    field = folded("From", str(Address(name, addr_spec=ADDRESS)))
    lines_of(field)

    assert display_name(field) == (name, ADDRESS)
    [found] = message_from_string(f"{field}\r\n", policy=policy.default)["From"].addresses
    assert found.addr_spec == ADDRESS
    if len(WORD.findall(field)) < 2 and not re.search(r"\s\s", name):  # the library reads two spaces as one
        assert found.display_name == name


@given(texts)
@example("A – B “C” D")
@example('Say " hi')
@example("==??utf-8?q?x?=")
@example("x " * 200)
def test_any_list_name_gives_a_list_id_that_arrives_as_it_was_written(title: str):
    value = list_id(make_newsletter(title={"en": title, "fr": "x"}))
    field = folded("List-Id", value)
    lines_of(field)

    assert "  " not in value
    assert WORD.search(field) is None, "an encoded-word would hide the label"
    assert parsed(field) == value


@pytest.mark.parametrize("local", ["o'neil", "a=?b", "x" * 64])
def test_no_address_is_encoded(local: str):
    address = f"{local}@{'d' * 60}.example.org"

    assert folded("To", address) == f"To: {address}\r\n"
    assert folded("From", f"Réseau <{address}>").endswith(f" <{address}>\r\n")


@pytest.mark.parametrize("name", ["List-Unsubscribe", "Message-ID", "List-Archive", "Archived-At"])
def test_url_or_id_stays_in_one_piece_on_one_line(name: str):
    value = f"<https://digest.example.org/unsubscribe/{'A' * 200}>"

    assert folded(name, value) == f"{name}: {value}\r\n"


def test_provider_that_folds_itself_gets_the_same_words_on_one_line():
    text = "Réseau de recherche sur la pratique clinique en santé mentale du Québec et des provinces de l’Atlantique"

    assert encoded("X-Topic", text) == unfolded(folded("X-Topic", text))
    assert str(make_header(decode_header(encoded("X-Topic", text)))) == text


def test_several_addresses_are_parted_by_commas():
    assert folded("Reply-To", "Ann Lee <ann@example.org>, bo@example.org") == (
        "Reply-To: Ann Lee <ann@example.org>, bo@example.org\r\n"
    )


@pytest.mark.parametrize(("name", "written"), [("Ann Lee", "Ann Lee"), ("A. Lee, PhD", '"A. Lee, PhD"')])
def test_plain_display_name_is_not_encoded(name: str, written: str):
    assert folded("From", str(Address(name, addr_spec=ADDRESS))) == f"From: {written} <{ADDRESS}>\r\n"


@pytest.mark.parametrize("name", ["List-ID", "list-id"])
def test_header_that_is_never_encoded_must_be_ascii(name: str):
    with pytest.raises(UnicodeEncodeError):
        folded(name, "Réseau <digest.example.org>")


def test_provider_gets_an_id_in_one_piece_too():
    value = f"<{'A' * 100}@example.org>  x"

    assert encoded("Message-ID", value) == encoded("MESSAGE-ID", value) == value


def test_word_as_long_as_a_line_stays_whole_and_a_longer_one_is_encoded():
    assert folded("X-Topic", "x" * 69) == f"X-Topic: {'x' * 69}\r\n"
    assert folded("X-Topic", "x" * 70).startswith("X-Topic: =?")
    assert folded("X-Topic", f"a {'x' * 77}") == f"X-Topic: a\r\n {'x' * 77}\r\n"
    assert folded("X-Topic", f"a {'x' * 78}").startswith("X-Topic: =?")
