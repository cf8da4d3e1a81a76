"""The HTML of an edition, parsed as a mail program would."""

import re
import textwrap
from dataclasses import replace

import pytest
from lxml import html as parser
from mail_samples import MONTH, NEWSLETTER, ROOT, french, make_article, make_issue, renderer, templates

from digest.content.issue_file import IssueFile, Notice
from digest.errors import RenderError
from digest.issue.edition import EditionKey
from digest.issue.placeholders import fill
from digest.issue.render import freeze, render_edition
from digest.rendering.colour import READABLE, contrast
from digest.rendering.environment import Renderer

NOTICE = Notice("A day of training", "On **Friday**.", "https://example.org/day")
DOCS = (ROOT / "docs" / "mail.md").read_text(encoding="utf-8")
EXAMPLE = textwrap.dedent(DOCS.split("my-templates/email/base/footer.html\n")[1].split("\n\nTemplates are written")[0])
LONG = " ".join(["A sentence of exactly eight words, more or less."] * 9)


def page(*articles, key="en-1", file=None, newsletter=NEWSLETTER):
    issue = make_issue(*articles, file=file, newsletter=newsletter)
    return render_edition(issue, EditionKey.parse(key), renderer()).html


def tree(*articles, **options):
    return parser.document_fromstring(page(*articles, **options))


def texts(elements):
    return [" ".join(element.text_content().split()) for element in elements]


def test_mail_names_its_language_and_both_colour_schemes():
    root = tree(key="fr-1")

    assert page().startswith("<!DOCTYPE html>")
    assert root.get("lang") == "fr"
    assert {meta.get("name"): meta.get("content") for meta in root.iter("meta")}["color-scheme"] == "light dark"
    assert root.findtext(".//title") == "Recherche en bref, novembre 2026\u00a0: à propos de one"


@pytest.mark.parametrize(("language", "direction"), [("en", "ltr"), ("fr", "ltr"), ("ar", "rtl")])
def test_wrapper_inside_of_the_body_has_language_and_direction_since_programs_drop_those_of_html(language, direction):
    newsletter = replace(NEWSLETTER, languages=(language,), title={language: "Title"})
    root = tree(key=f"{language}-1", newsletter=newsletter)
    wrapper = root.find("body").find(".//div[@role='article']")

    assert (wrapper.get("lang"), wrapper.get("dir")) == (language, direction)
    assert (root.get("lang"), root.get("dir")) == (language, direction)


def test_mail_from_right_to_left_is_laid_out_from_right_to_left():
    newsletter = replace(NEWSLETTER, languages=("ar",), title={"ar": "عنوان"})
    root = tree(make_article(language="en"), key="ar-1", newsletter=newsletter)

    assert "text-align:right" in root.find_class("masthead")[0].get("style").replace(" ", "")
    assert "border-right:3px" in root.find_class("implications")[0].get("style").replace(" ", "")
    assert root.find_class("online")[0].get("align") == "left"
    assert "text-align:left" in root.find(".//h2[@dir='ltr']").get("style").replace(" ", "")


def test_article_written_from_right_to_left_has_its_direction_in_a_mail_from_left_to_right():
    [title, *_] = tree(make_article(language="ar")).xpath("//h2[@lang='ar']")

    assert title.get("dir") == "rtl"
    assert "text-align:right" in title.get("style").replace(" ", "")


@pytest.mark.parametrize(
    ("key", "language", "lang"), [("fr-1", "en", "en"), ("fr-1", "fr", "en"), ("en-1", "en", None)]
)
def test_english_citation_in_a_french_mail_is_marked_as_english(key, language, lang):
    citation = "Lee, A. (2021). The effects of therapists. Journal of Things, 1(2), 3–4."
    [cited] = tree(make_article(citation=citation, language=language), key=key).find_class("citation")

    assert cited.get("lang") == lang
    assert cited.get("dir") == ("ltr" if lang else None)


def test_headings_are_in_order_under_one_h1():
    article = make_article(body="Text.\n\n#### Deep\n\nMore.\n\n###### Deeper", implications="A.\n\n# B\n\nC.")
    root = tree(article, make_article("two"), key="en-1", file=IssueFile(MONTH, notices=(NOTICE,)))

    headings = [(int(e.tag[1]), e.text_content()) for e in root.iter("h1", "h2", "h3", "h4", "h5", "h6")]

    assert headings == [
        (1, "Research Digest"),
        (2, "Title of one"),
        (3, "Deep"),
        (4, "Deeper"),
        (3, "Practice implications"),
        (4, "B"),
        (2, "Also in this issue"),
        (2, "Notices"),
        (3, "A day of training"),
    ]


def test_every_table_is_marked_as_layout():
    page_html = page(file=IssueFile(MONTH, notices=(NOTICE,)))

    tables = re.findall(r"<table[^>]*>", page_html)

    assert len(tables) >= 4
    assert [table for table in tables if 'role="presentation"' not in table] == []


def test_article_shows_title_as_permalink_and_names_in_the_reader_s_language():
    root = tree(make_article(topics=("dropout", "alliance")), key="fr-1")

    assert [a.get("href") for a in root.iterfind(".//h2/a")] == ["https://digest.example.org/2026-11/one/"]
    assert texts(root.find_class("kicker")) == ["Méta-analyse"]
    assert texts(root.find_class("about")) == ["Résumé : Dr. Ann LeeThèmes : Alliance thérapeutique; Abandon"]
    assert "https://doi.org/10.1000/xyz123" in [a.get("href") for a in root.find_class("citation")[0].iter("a")]
    assert texts(root.find_class("implications")) == ["Implications pour la pratique Implications of one."]


def test_article_without_extras_has_no_empty_element():
    bare = make_article(topics=(), research_type=None, citation=None, author=None, implications=None)

    root = tree(bare)

    assert not any(root.find_class(name) for name in ("kicker", "about", "citation", "implications"))
    assert [p for p in root.iter("p") if not p.text_content().strip()] == []


def test_article_in_another_language_says_so():
    root = tree(make_article(language="fr"), make_article("two"), key="en-12")

    assert [e.tag for e in root.iterfind(".//*[@lang='fr']")] == ["li", "h2", "p", "div", "div"]


def test_articles_outside_of_the_edition_are_one_linked_line_each():
    root = tree(make_article("one"), make_article("two"), make_article("three"), key="en-2")

    assert texts(root.iter("h2")) == ["Title of two", "Also in this issue"]
    assert [(li.text_content(), li.find("a").get("href")) for li in root.iter("li")] == [
        ("Title of one", "https://digest.example.org/2026-11/one/"),
        ("Title of three", "https://digest.example.org/2026-11/three/"),
    ]


def test_whole_edition_has_no_list_of_other_articles():
    assert "Also in this issue" not in page(make_article("one"), make_article("two"), key="en-12")


def test_footer_says_who_sends_it_why_and_how_to_leave():
    foot = tree().find_class("foot")[0]
    links = {a.text_content(): a.get("href") for a in foot.iter("a")}
    text = " ".join(foot.text_content().split())

    assert "Practice Network sends Research Digest once a month. You receive it because you subscribed." in text
    assert "100 Example Street" in text
    assert links["editor@example.org"] == "mailto:editor@example.org"
    assert re.fullmatch(r"https://digest\.invalid/[0-9a-f]{16}/unsubscribe-html", links["Unsubscribe"])
    assert links["Read this issue on the web"] == "https://digest.example.org/2026-11/?lang=en"


@pytest.mark.parametrize(
    ("contact", "href"), [("https://example.org/contact", "https://example.org/contact"), ("613 555-0100", None)]
)
def test_contact_is_a_link_only_if_it_can_be_one(contact, href):
    foot = tree(newsletter=replace(NEWSLETTER, contact=contact)).find_class("foot")[0]

    assert contact in foot.text_content()
    assert [a.get("href") for a in foot.iter("a") if a.text_content() == contact] == ([href] if href else [])


def test_preheader_is_hidden_and_padded():
    [preheader] = tree(file=IssueFile(MONTH, preheader="Look inside")).find_class("preheader")

    assert preheader.text_content().startswith("Look inside\u034f\u200c\u00a0")
    assert "display:none" in preheader.get("style").replace(" ", "")


def test_styles_stand_in_the_elements_and_media_queries_survive():
    mail = page()
    style = mail[mail.index("<style>\n") : mail.rindex("</style>")]

    assert "font-size:34px" in re.search(r"<h1[^>]*>", mail)[0]
    assert "@media screen and (max-width: 620px)" in style
    assert "@media (prefers-color-scheme: dark)" in style
    assert re.search(r"\.sheet \{ background-color: #16191c !important; \}", style)
    assert "!important" not in mail[mail.rindex("</style>") :]
    assert len(style) < 8192


def test_outlook_s_comments_survive_in_pairs():
    mail = page()

    assert mail.count("<!--[if mso]>") == mail.count("<![endif]-->") == 3
    assert '<!--[if mso]><table role="presentation" width="600"' in mail


def test_three_long_articles_stay_far_below_the_clip():
    articles = [make_article(slug, body="\n\n".join([LONG] * 12), implications=LONG) for slug in ("a", "b", "c")]

    mail = page(*articles, key="en-123", file=IssueFile(MONTH, notices=(NOTICE, NOTICE, NOTICE)))

    assert len(mail.encode()) < 60 * 1024


@pytest.mark.parametrize(
    "attack",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "</style><script>alert(1)</script>",
        "<svg onload=alert(1)>",
        "<!--[if mso]><b>x</b><![endif]-->",
        "</td></tr></table>",
        '"><a onclick="x">',
    ],
)
def test_markup_of_an_author_is_shown_and_never_obeyed(attack):
    article = make_article(
        title=attack, body=f"Body {attack}", about={"en": attack}, author=attack, citation=attack, implications=attack
    )
    file = IssueFile(MONTH, introduction=attack, preheader=attack, notices=(Notice(attack, attack, ""),))
    newsletter = replace(NEWSLETTER, title={"en": attack}, from_name="A", postal_address=(attack,))
    plain = tree(file=IssueFile(MONTH, introduction="a", preheader="a", notices=(Notice("a", "b"),)))

    root = tree(article, file=file, newsletter=newsletter)

    assert not root.xpath("//script | //svg | //img | //@onerror | //@onload | //@onclick | //b")
    assert len(root.xpath("//table | //td")) == len(plain.xpath("//table | //td"))
    assert len(root.xpath("//comment()")) == len(plain.xpath("//comment()"))
    assert attack in root.find_class("citation")[0].text_content()


@pytest.mark.parametrize(
    "tag", ["{{7*7}}", "{% include 'email/digest/body.txt' %}", "{{ config }}", "%name%", "-name-", "[unsubscribe]",
            "<%asm_group_unsubscribe_url%>", "%(title)s", "{name}"]
)  # fmt: skip
def test_template_language_in_content_is_literal_text(tag):
    issue = make_issue(
        make_article(title=f"T {tag}", body=f"B `{tag}`", author=f"A {tag}", about={"en": f"X {tag}"}),
        newsletter=replace(NEWSLETTER, title={"en": f"N {tag}"}),
    )

    edition = render_edition(issue, EditionKey("en", 1), renderer())
    root = parser.document_fromstring(edition.html)

    assert texts(root.iter("h2")) == [f"T {tag}"]
    assert texts(root.iter("code")) == [tag]
    assert f"T {tag}" in edition.text
    assert edition.subject == f"N {tag}, November 2026: X {tag}"


def test_accent_is_made_readable_in_light_and_dark():
    mail = page(newsletter=replace(NEWSLETTER, accent="#ffee00"))

    assert "#ffee00" not in mail.split("@media (prefers-color-scheme: dark)")[0]
    assert "#ffee00" in mail.split("@media (prefers-color-scheme: dark)")[1]


def test_accent_that_is_no_colour_is_refused():
    with pytest.raises(RenderError, match="not a colour"):
        page(newsletter=replace(NEWSLETTER, accent="red} body{display:none"))


def test_logo_names_its_owner_where_pictures_are_off_and_has_the_height_that_outlook_needs():
    [image] = tree(newsletter=replace(NEWSLETTER, logo="https://example.org/logo.png")).iter("img")

    assert (image.get("src"), image.get("alt")) == ("https://example.org/logo.png", "Practice Network")
    assert image.get("height") == "48"
    assert "max-width:100%" in image.get("style")


def test_mail_without_a_logo_has_no_picture_at_all():
    assert not list(tree().iter("img"))


def test_mail_of_several_articles_lists_and_numbers_them():
    root = tree(make_article("one", research_type=None), make_article("two"), make_article("three"), key="en-12")

    assert texts(root.find_class("label")) == ["In this issue"]
    assert [(li.text_content(), li.find("a").get("href")) for li in root.find_class("contents")[0]] == [
        ("Title of one", "https://digest.example.org/2026-11/one/"),
        ("Title of two", "https://digest.example.org/2026-11/two/"),
    ]
    assert texts(root.find_class("kicker")) == ["1", "2 · Meta-analysis"]


def test_mail_of_one_article_has_no_list_and_no_number():
    root = tree()

    assert not root.find_class("contents")
    assert texts(root.find_class("kicker")) == ["Meta-analysis"]


def test_sender_stands_once_in_the_footer_though_the_address_begins_with_it():
    newsletter = replace(NEWSLETTER, postal_address=("Practice Network", "100 Example Street"))

    address = tree(newsletter=newsletter).find_class("foot")[0].findall("p")[3]
    assert [text.strip() for text in address.itertext()] == ["Practice Network", "100 Example Street"]


@pytest.mark.parametrize("name", sorted(name for name in templates() if "/notification/" not in name))
def test_template_folder_can_replace_any_part(name):
    mark = "/* my own part */" if name.endswith(".css") else "my own part"
    own = {**templates(), name: mark}
    issue = make_issue(make_article("one"), make_article("two"), file=IssueFile(MONTH, notices=(NOTICE,)))

    edition = render_edition(issue, EditionKey("en", 1), Renderer(own, {}))

    assert mark in f"{edition.html}{edition.text}{edition.subject}{edition.preheader}"


def test_part_of_the_documentation_s_example_replaces_the_footer():
    own = {**templates(), "email/base/footer.html": EXAMPLE}

    edition = render_edition(make_issue(), EditionKey("fr", 1), Renderer(own, {"fr": french()}))

    assert "Practice Network, 100 Example Street, Ottawa ON  K1A 0A0. editor@example.org" in edition.html
    assert re.search(
        r'<a href="https://digest\.invalid/[0-9a-f]{16}/unsubscribe-html"[^>]*>Se désabonner</a>', edition.html
    )


def test_filled_in_greeting_and_link_are_read_as_they_are_written():
    edition = render_edition(make_issue(), EditionKey("en", 1), renderer())
    url = "https://digest.example.org/u/1?a=1&b=2"

    filled = fill(
        edition.html,
        edition.nonce,
        greeting='Dear Ann & <b>"Bo"</b>,',
        unsubscribe_url=url,
        preferences_url="https://example.org/p",
    )
    root = parser.document_fromstring(filled)

    assert 'Dear Ann & <b>"Bo"</b>,' in root.find_class("introduction")[0].text_content()
    assert url in [a.get("href") for a in root.find_class("foot")[0].iter("a")]
    assert "digest.invalid" not in filled


def test_freezing_makes_every_subset_in_every_language_and_the_same_bytes_each_time():
    issue = make_issue(make_article("one"), make_article("two"))

    frozen = freeze(issue, renderer())

    assert [str(edition.key) for edition in frozen.editions] == ["en-1", "en-2", "en-12", "fr-1", "fr-2", "fr-12"]
    assert freeze(issue, renderer()).hash == frozen.hash
    assert frozen.editions[2] == render_edition(issue, EditionKey("en", 3), renderer())


def test_archive_gets_rendered_articles_without_placeholders():
    document = freeze(make_issue(make_article(body="## Finding\n\n[Here](/2026-10/)")), renderer()).document

    assert document.subject == {
        "en": "Research Digest, November 2026: about one",
        "fr": "Recherche en bref, novembre 2026\u00a0: à propos de one",
    }
    assert document.articles[0].html == (
        '<h2>Finding</h2>\n<p><a href="https://digest.example.org/2026-10/">Here</a></p>'
    )
    assert document.articles[0].doi == "10.1000/xyz123"
    assert "digest.invalid" not in repr(document)


def test_edition_that_the_issue_does_not_have_is_refused():
    with pytest.raises(ValueError, match="does not exist"):
        render_edition(make_issue(), EditionKey("en", 2), renderer())
    with pytest.raises(ValueError, match="without articles"):
        freeze(replace(make_issue(), articles=()), renderer())


def test_every_colour_of_text_is_readable_on_every_paper_of_its_scheme():
    sheet = re.sub(r"\.(preheader|button a) \{[^}]*\}", "", page().split("</style>")[1])  # the latter on the accent
    shown, dark = sheet.split("@media (prefers-color-scheme: dark)")

    for rules, papers in ((shown, ("#fcfbf8", "#f4f2ec", "#efece4")), (dark, ("#16191c", "#1e2226", "#0e1012"))):
        assert all(paper in rules for paper in papers)
        inks = set(re.findall(r"(?<!-)color: (#[0-9a-f]{6})", rules))
        assert {(ink, paper) for ink in inks for paper in papers if contrast(ink, paper) < READABLE} == set()


def test_document_keeps_the_author_and_the_levels_of_headings():
    article = make_article(body="## Finding", implications="## Practice", author="L'Écuyer, A.")
    [kept] = freeze(make_issue(article), renderer()).document.articles

    assert (kept.slug, kept.research_type) == (article.slug, article.research_type)
    assert kept.author == "L’Écuyer, A."
    assert "<h2" in kept.html
    assert "<h3" in kept.implications_html
    assert freeze(make_issue(make_article(author=None)), renderer()).document.articles[0].author is None
