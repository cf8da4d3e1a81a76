"""Spaces at signs: as in French Canada, and in no other language."""

import html as entities
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.rendering.markdown import to_html
from digest.rendering.spacing import spaced, spaced_html
from digest.rendering.typography import typographic

_N = "\u00a0"
TEXTS = st.text(st.sampled_from(list("a5 \u00a0\u202f;:?!%«»()'\"*`<>{}\n=-é")), max_size=60)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Quoi ? Non ! Oui ; bien.", "Quoi? Non! Oui; bien."),
        ("Quoi\u202f?! Non\u00a0!", "Quoi?! Non!"),
        ("Ce mois-ci : trois", f"Ce mois-ci{_N}: trois"),
        ("Ce mois-ci: trois", f"Ce mois-ci{_N}: trois"),
        ("Ce mois-ci\u202f: trois", f"Ce mois-ci{_N}: trois"),
        ("Thèmes:", f"Thèmes{_N}:"),
        ("50 % et 12,5%", f"50{_N}% et 12,5{_N}%"),
        ("«mot» et « deux mots »", f"«{_N}mot{_N}» et «{_N}deux mots{_N}»"),
        ("« Pourquoi ? » demande-t-elle", f"«{_N}Pourquoi?{_N}» demande-t-elle"),
        ("Le titre « A » : un essai", f"Le titre «{_N}A{_N}»{_N}: un essai"),
        ("(Quoi ?) [20 %] ;", f"(Quoi?) [20{_N}%];"),
    ],
)
def test_spaces_are_those_of_french_in_canada(text, expected):
    assert spaced(text, "fr") == spaced(text, "fr-CA") == expected


@pytest.mark.parametrize(
    "text",
    [
        "à 12:30, sur https://example.org/a?b=1;c:d",
        "doi:10.1000/a;b?c",
        "{name}? %(title)s 100%(x)s %NAME%",
        "un clin d’œil ;-) et ;)",
        "a != b",
        "( ? ) « »",
        "«»",
        "mailto:a@example.org",
        "<b ?>",
    ],
)
def test_addresses_times_placeholders_and_signs_that_stand_alone_are_left(text):
    assert spaced(text, "fr") == text


@pytest.mark.parametrize("language", ["en", "de", "es", "it"])
def test_other_languages_keep_their_spaces(language):
    text = "Was ? Ja : 50 % «so» Who: it?"

    assert spaced(text, language) == text
    assert spaced_html(f"<p>{text}</p>", language) == f"<p>{text}</p>"


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("<p><strong>Quand :</strong> lundi</p>", f"<p><strong>Quand{_N}:</strong> lundi</p>"),
        ("<p><strong>Quand</strong> : lundi</p>", f"<p><strong>Quand</strong>{_N}: lundi</p>"),
        ("<p><em>mot </em>» et «<em> mot</em></p>", f"<p><em>mot{_N}</em>» et «<em>{_N}mot</em></p>"),
        ("<p>«<em>mot</em>»</p>", f"<p>«{_N}<em>mot</em>{_N}»</p>"),
        ("<p><em>Quoi </em>?</p>", "<p><em>Quoi</em>?</p>"),
        ("<p>Quoi<em> </em> ?</p>", "<p>Quoi<em></em>?</p>"),
        ("<p><code>a ? b</code>: oui</p>", f"<p><code>a ? b</code>{_N}: oui</p>"),
        ('<p><a href="https://example.org/?a;b">Ici ?</a></p>', '<p><a href="https://example.org/?a;b">Ici?</a></p>'),
        ("<p>Un &amp; deux ; trois</p>", "<p>Un &amp; deux; trois</p>"),
        ("<p>A&nbsp;: b</p>", "<p>A&nbsp;: b</p>"),
        ("<p>Fin </p><p>? début</p>", "<p>Fin </p><p>? début</p>"),
    ],
)
def test_fragment_is_spaced_across_its_elements(html, expected):
    assert spaced_html(html, "fr") == expected


@given(TEXTS)
def test_spacing_twice_is_spacing_once(text):
    once = spaced(text, "fr")

    assert spaced(once, "fr") == once
    assert typographic(typographic(text, "fr"), "fr") == typographic(text, "fr")


@given(TEXTS)
def test_nothing_but_spaces_changes(text):
    done = spaced(text, "fr")

    assert "".join(done.split()) == "".join(text.split())
    assert done.count("\n") == text.count("\n")


@given(TEXTS)
def test_fragment_keeps_its_tags_and_changes_nothing_but_spaces(text):
    html = to_html(text, base_url="https://example.org")
    done = spaced_html(html, "fr")

    assert re.findall(r"<[^<>]*>", done) == re.findall(r"<[^<>]*>", html)
    assert spaced_html(done, "fr") == done
    assert "".join(entities.unescape(done).split()) == "".join(entities.unescape(html).split())


@pytest.mark.parametrize("part", [" ", "a ;", "« ", " »", "5 %", "a : ", "{", "«{", "http://;"])
def test_long_texts_are_read_once(part):
    text = part * (40_000 // len(part))

    assert "".join(spaced(text, "fr").split()) == "".join(text.split())
