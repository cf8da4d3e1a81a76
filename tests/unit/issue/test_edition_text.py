"""The plain-text part of an edition."""

from mail_samples import MONTH, make_article, make_issue, renderer

from digest.content.issue_file import IssueFile, Notice
from digest.issue.edition import EditionKey
from digest.issue.placeholders import fill
from digest.issue.render import render_edition

LETTER = """\
Research Digest
November 2026
===============

Dear Ann & Bo,

This month: about one.

Read this issue on the web
https://digest.example.org/2026-11/?lang=en


Title of one
============
Meta-analysis
Summary by Dr. Ann Lee
Topics: Alliance
https://digest.example.org/2026-11/one/

  Lee, A. (2021). A study. Journal, 1(2), 3–4.
  https://doi.org/10.1000/xyz123

Body of one, with a link [1] & more.

[1] https://example.org/x

Practice implications
---------------------

Implications of one.


Also in this issue
==================

- Title of two
  https://digest.example.org/2026-11/two/


Notices
=======

A day
-----

On *Friday*.

https://example.org/day

------------------------------------------------------------------------

Practice Network sends Research Digest once a month. You receive it
because you subscribed. It contains the articles on the topics you
chose, or every article if you chose none.

Change your topics, pause, or change your address
https://digest.example.org/p/1

Unsubscribe
https://digest.example.org/u/1?a=1&b=2

Read this issue on the web
https://digest.example.org/2026-11/?lang=en

All past issues
https://digest.example.org/?lang=en

Practice Network
100 Example Street
Ottawa ON  K1A 0A0

Contact: editor@example.org
"""


def test_text_part_is_a_letter_with_the_same_content_and_links():
    issue = make_issue(
        make_article(body="Body of one, with [a link](https://example.org/x) & more."),
        make_article("two"),
        file=IssueFile(MONTH, notices=(Notice("A day", "On **Friday**.", "https://example.org/day"),)),
    )
    edition = render_edition(issue, EditionKey("en", 1), renderer())

    letter = fill(edition.text, edition.nonce, greeting="Dear Ann & Bo,",
                  unsubscribe_url="https://digest.example.org/u/1?a=1&b=2",
                  preferences_url="https://digest.example.org/p/1")  # fmt: skip

    assert letter == LETTER


def test_text_part_numbers_its_articles_as_its_list_of_contents_does():
    articles = (make_article("one", title="A title that is rather long, " * 3), make_article("two"))

    text = render_edition(make_issue(*articles), EditionKey("fr", 3), renderer()).text

    assert text.startswith(
        "Recherche en bref\nNovembre 2026\n=================\n\nDans ce numéro\n\n"
        "1. A title that is rather long, A title that is rather long, A title\n   that is rather long,\n"
        "2. Title of two\n\n"
    )
    assert "\n2. Title of two\n===============\n" in text


def test_every_line_but_an_address_fits_72_columns():
    long = make_article(title="word " * 40, body="word " * 300, implications="- " + "item " * 60, author="name " * 40)

    edition = render_edition(make_issue(long), EditionKey("fr", 1), renderer())

    assert [line for line in edition.text.splitlines() if len(line) > 72 and "https://" not in line] == []
