import gettext

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.errors import RenderError
from digest.rendering.environment import Renderer

TEMPLATES = {
    "a.html": "<p>{{ word }}</p>",
    "a.txt": "{{ word }}",
    "month.txt": "{{ month_name(month, language) }}: {{ join_words(words, language) }}",
    "greet.txt": "{% trans %}Hello,{% endtrans %} {% trans name %}dear {{ name }}{% endtrans %}",
    "broken.html": "one\n{% if %}",
    "outer.html": 'line one\n{% include "inner.html" %}',
    "inner.html": "\n\n{{ missing }}",
}


class French(gettext.NullTranslations):
    def gettext(self, message):
        return {"Hello,": "Bonjour,"}.get(message, message)


RENDERER = Renderer(TEMPLATES, {"fr": French()})


def test_value_is_escaped_in_html_and_itself_in_text():
    assert RENDERER.render("a.html", "en", word="<b>") == "<p>&lt;b&gt;</p>"
    assert RENDERER.render("a.txt", "en", word="<b>") == "<b>"


@given(st.text())
def test_no_value_is_read_as_a_template(text):
    assert RENDERER.render("a.txt", "en", word=text) == text


def test_text_is_in_the_language_and_english_where_there_is_no_catalogue():
    assert RENDERER.render("greet.txt", "fr", name="{{x}} %s") == "Bonjour, dear {{x}} %s"
    assert (
        RENDERER.render("greet.txt", "en", name="A") == RENDERER.render("greet.txt", "de", name="A") == "Hello, dear A"
    )


def test_template_can_set_a_month_and_a_list_in_words():
    from digest.months import Month

    rendered = RENDERER.render("month.txt", "fr", month=Month(2026, 11), words=["A", "B"])

    assert rendered == "novembre 2026: A et B"


@pytest.mark.parametrize(
    ("template", "place"),
    [
        ("broken.html", "templates/broken.html:2: "),
        ("outer.html", "templates/inner.html:3: "),
        ("absent.html", "templates/absent.html: "),
        ("a.html", "templates/a.html:1: "),
    ],
)
def test_error_names_template_and_line(template, place):
    with pytest.raises(RenderError) as caught:
        RENDERER.render(template, "en")

    assert str(caught.value).startswith(place)
