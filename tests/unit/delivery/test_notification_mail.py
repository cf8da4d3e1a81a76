"""The mail of every notification: the look of the issue, one button, both parts alike, nothing that it may not say."""

import datetime as dt
import re
from dataclasses import replace

import pytest
from lxml import html as parser
from mail_samples import NEWSLETTER, make_note, renderer, templates

from digest.bootstrap.resources import load_support
from digest.delivery.note_checks import check_notes, sample_note
from digest.delivery.notifications import NotificationKind
from digest.rendering.environment import Renderer

ACCENTS = ["#2a5d67", "#ffee00", "#000000", "#ffffff", "#ff00aa"]
KINDS = pytest.mark.parametrize("kind", list(NotificationKind))
LANGUAGES = pytest.mark.parametrize("language", ["en", "fr"])


def tree(kind=NotificationKind.CONFIRM, language="en", **options):
    return parser.document_fromstring(make_note(kind, language, **options).html)


def texts(elements):
    return [" ".join(element.text_content().split()) for element in elements]


@KINDS
@LANGUAGES
def test_notification_opens_with_one_bar_and_the_newsletter_s_name(kind, language):
    root = tree(kind, language)

    assert len(root.find_class("bar")) == 1
    assert texts(root.find_class("masthead")) == [NEWSLETTER.title_in(language)]
    assert len(list(root.iter("h1"))) == 1
    assert root.get("lang") == language


@KINDS
def test_every_paragraph_stands_in_a_styled_part(kind):
    root = tree(kind)

    for paragraph in root.iter("p"):
        cell = next(paragraph.iterancestors("td"))
        assert "font-size" in cell.get("style"), paragraph.text_content()


@KINDS
@LANGUAGES
def test_button_is_a_painted_cell_with_room_around_its_words_in_every_program(kind, language):
    [cell] = tree(kind, language).find_class("button")
    [link] = cell.findall("a")

    assert cell.get("bgcolor") == "#2a5d67"
    assert "mso-padding-alt" in cell.get("style")  # Word's engine gives the cell the room that it denies the link
    assert "padding" in link.get("style")
    assert link.get("href") == note_url(kind, language)


@KINDS
def test_link_is_shown_as_text_too_for_whom_the_button_fails(kind):
    [copy] = tree(kind).find_class("copy")

    assert copy.find("a").text == copy.find("a").get("href") == note_url(kind, "en")


@KINDS
@LANGUAGES
def test_sender_and_postal_address_stand_once_in_each_part(kind, language):
    newsletter = replace(NEWSLETTER, postal_address=("Practice Network", "100 Example Street"))
    note = make_note(kind, language, newsletter=newsletter)
    [foot] = parser.document_fromstring(note.html).find_class("foot")

    for part in (foot.text_content(), note.text.partition("-" * 72)[2]):
        assert part.count("Practice Network") == part.count("100 Example Street") == 1


@KINDS
@LANGUAGES
def test_subject_says_who_writes_and_the_line_beside_it_something_else(kind, language):
    note = make_note(kind, language)
    [beside] = texts(parser.document_fromstring(note.html).find_class("preheader"))

    assert NEWSLETTER.title_in(language) in note.subject
    assert beside.strip("\u034f\u200c\xa0 ")
    assert note.subject not in beside


@KINDS
@LANGUAGES
def test_both_parts_greet_the_reader_without_a_name_that_somebody_typed(kind, language):
    note = make_note(kind, language)
    hello = {"en": "Hello,", "fr": "Bonjour,"}[language]

    assert hello in note.html
    assert f"\n{hello}\n" in note.text


@LANGUAGES
def test_confirmation_mail_leads_nowhere_but_to_its_page_and_the_contact(language):
    hrefs = {link.get("href") for link in tree(NotificationKind.CONFIRM, language).iter("a")}

    assert hrefs == {note_url(NotificationKind.CONFIRM, language), "mailto:editor@example.org"}


@pytest.mark.parametrize("accent", ACCENTS)
def test_notifications_pass_the_checks_of_an_issue_mail_whatever_the_accent(accent):
    newsletter = replace(NEWSLETTER, accent=accent, logo="https://digest.example.org/logo.png")

    assert check_notes(newsletter, renderer(), load_support()) == ()


def test_checks_find_what_is_wrong_with_a_notification():
    broken = templates()
    broken["email/notification/body.html"] = broken["email/notification/body.html"].replace(
        "</h1>",
        '</h1><p style="color: #dddddd; display: grid">A sentence that only this part has, {{ "{{ name }}" }}</p>'
        '<h4>Deep</h4><a href="">x</a>',
    )
    broken["email/base/sender.html"] = "Somewhere"
    broken["email/notification/erase/words.txt"] = "{{ missing }}"

    found = {finding.code: finding for finding in check_notes(NEWSLETTER, Renderer(broken, {}), load_support())}

    assert found.keys() == {
        "text-out-of-step",
        "low-contrast",
        "heading-order",
        "insecure-link",
        "leftover-placeholder",
        "no-sender",
        "no-postal-address",
        "not-rendered",
        "unsupported",
    }
    assert "the confirm mail (en)" in found["low-contrast"].problem
    assert "erase/words.txt:1" in found["not-rendered"].problem


def test_notification_that_is_very_long_is_found():
    long = templates() | {"email/notification/footer.html": "<tr><td>" + "word " * 20_000 + "</td></tr>"}

    found = check_notes(NEWSLETTER, Renderer(long, {}), load_support())

    assert "size-near-clip" in {finding.code for finding in found}


@pytest.mark.parametrize("name", sorted(name for name in templates() if "/notification/" in name))
def test_template_folder_can_replace_any_part_of_a_notification(name):
    mark = '{% set heading = "my own part" %}' if name.endswith("words.txt") else "my own part"
    own = {**templates(), name: mark}
    if name.endswith("words.txt"):
        own[name] = templates()[name] + mark
    kinds = [kind for kind in NotificationKind if f"/{kind}/" in name] or [NotificationKind.CONFIRM]

    for kind in kinds:
        note = make_note(kind, "en", templating=Renderer(own, {}))
        assert "my own part" in f"{note.html}{note.text}{note.subject}"


def note_url(kind, language):
    return re.search(r"https://\S+", make_note(kind, language).text)[0]


@KINDS
@LANGUAGES
def test_sample_of_a_notification_is_like_a_real_one(kind, language):
    note = sample_note(kind, language, NEWSLETTER, renderer())

    assert (note.address, note.notification_id) == (NEWSLETTER.from_address, 0)
    assert (note.origin.installation, note.origin.date.tzinfo, note.origin.month) == ("sample", dt.UTC, "")
    assert dict(note.headers)["Content-Language"] == language
    assert re.search(r"/(AbCdEfGh){8}\b", note.text), "the link is as long as a real one"
    assert "None" not in note.html
