"""Everything that readers see exists in every language, and what is committed is what runs."""

import gettext
import re
from functools import cache
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po

from digest.rendering.spacing import spaced

ROOT = Path(__file__).resolve().parents[1]
LOCALES = ROOT / "src" / "digest" / "locales"
LANGUAGES = sorted(path.parts[-3] for path in LOCALES.glob("*/LC_MESSAGES/digest.po"))
_FIELD = re.compile(r"%\(\w+\)[a-z]|\{\w*\}|%[sd]")
_ADDRESS = re.compile(r"https?:|mailto:")


@cache
def used() -> dict[str, tuple[str, ...]]:
    """Every text of source and templates, with its forms, found as `make catalogues` finds them."""
    with (ROOT / "babel.cfg").open() as file:
        methods, options = parse_mapping_cfg(file)
    found: dict[str, tuple[str, ...]] = {}
    for folder in ("src", "templates"):
        rooted = [(pattern.removeprefix(f"{folder}/"), method) for pattern, method in methods]
        chosen = {pattern.removeprefix(f"{folder}/"): value for pattern, value in options.items()}
        for _, _, text, _, _ in extract_from_dir(ROOT / folder, rooted, chosen):
            forms = text if isinstance(text, tuple) else (text,)
            found[forms[0]] = forms
    return found


@cache
def committed(language: str) -> Catalog:
    with (LOCALES / language / "LC_MESSAGES" / "digest.po").open("rb") as file:
        return read_po(file, locale=language)


def texts(message: Message) -> tuple[str, ...]:
    return message.string if isinstance(message.string, tuple) else (message.string,)


def key(message: Message) -> str:
    return message.id[0] if isinstance(message.id, tuple) else message.id


def messages(language: str) -> list[Message]:
    return [message for message in committed(language) if message.id]


def test_french_is_there_and_the_collector_sees_mail_site_and_code():
    assert "fr" in LANGUAGES
    assert {"Practice implications", "Dear {name},", "Skip to content"} <= used().keys()


def test_collected_texts_are_the_committed_ones():
    with (LOCALES / "digest.pot").open("rb") as file:
        collected = {key(message) for message in read_po(file) if message.id}

    assert collected == used().keys(), "run make catalogues"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_is_translated_and_none_by_guess(language):
    done = {key(m) for m in messages(language) if all(texts(m)) and not m.fuzzy}

    assert sorted(used().keys() - done) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_translation_is_left_over(language):
    assert sorted({key(message) for message in messages(language)} - used().keys()) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_translation_has_the_fields_of_the_text(language):
    wrong = [
        (key(message), text)
        for message in messages(language)
        for text in texts(message)
        if set(_FIELD.findall(text)) != set(_FIELD.findall(key(message)))
    ]

    assert wrong == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_plural_has_every_form_of_the_language(language):
    plurals = [message for message in messages(language) if isinstance(message.id, tuple)]

    assert plurals
    assert {len(texts(message)) for message in plurals} == {committed(language).num_plurals}


@pytest.mark.parametrize("language", LANGUAGES)
def test_compiled_catalogue_says_what_the_written_one_says(language):
    with (LOCALES / language / "LC_MESSAGES" / "digest.mo").open("rb") as file:
        compiled = gettext.GNUTranslations(file)

    for message in messages(language):
        if isinstance(message.id, tuple):
            # in every language of ours so far, 1 takes the first form and 2 the last
            assert compiled.ngettext(*message.id, 1) == texts(message)[0]
            assert compiled.ngettext(*message.id, 2) == texts(message)[-1]
        else:
            assert compiled.gettext(message.id) == texts(message)[0]


def test_french_has_the_spaces_that_rendering_would_give_it():
    french = [text for message in messages("fr") for text in texts(message)]

    assert [text for text in french if spaced(text, "fr") != text] == []


def test_french_never_sets_a_title_bare_in_a_sentence_and_elides_before_no_field():
    """A title at the head of a line, as in the subject of an issue, is not part of a sentence."""
    french = [text for message in messages("fr") for text in texts(message)]

    titles = [text for text in french if re.search(r"(?<!«\u00a0)(?:%\(title\)s|\{title\})", text)]
    assert all(text.startswith("%(title)s, %(month)s") for text in titles)
    assert [text for text in french if re.search(r"\b(?:de|le|que|du) (?:%\((?!year|day|date)|\{)", text)] == []
    assert [text for text in french if "e-mail" in text or "données" in text or "électronique" in text] == []


def test_french_colon_and_quotation_marks_stand_off_by_a_no_break_space():
    french = [text for message in messages("fr") for text in texts(message) if not _ADDRESS.search(text)]

    assert [text for text in french if re.search(r"[^\u00a0]:|«[^\u00a0]|[^\u00a0]»|[ ][;?!]|'|\"", text)] == []
