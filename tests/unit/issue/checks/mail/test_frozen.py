"""What is found in the editions that would be sent."""

import json
import re
from dataclasses import replace

import pytest
from check_samples import TWO, altered, in_article, long_issue, rendered, support, with_template
from mail_samples import MONTH, NEWSLETTER, ROOT, make_issue, renderer

from digest.content.accepted import AcceptedFinding
from digest.content.issue_file import IssueFile
from digest.issue.checks.mail.clients import ACCEPTED
from digest.issue.checks.mail.frozen import check_frozen
from digest.issue.checks.mail.support import Support
from digest.issue.render import freeze

FOOTER = "email/base/footer.html"


def codes(findings):
    return [finding.code for finding in findings]


def told(findings):
    (finding,) = findings
    return finding.problem


def test_fault_of_every_edition_is_told_once():
    findings = in_article("<h6>Too deep</h6><h6>Too deep</h6>")

    assert codes(findings) == ["heading-order"]


def test_findings_of_editions_are_suppressed_in_the_issue_file():
    accepted = (AcceptedFinding("subject-length", "a title of the law", 2),)
    file = IssueFile(MONTH, subject="Word " * 30, suppressed=accepted)

    assert rendered(make_issue(*TWO, file=file)) == ()


@pytest.mark.parametrize(("kilobytes", "expected"), [(60, []), (80, ["size-near-clip"]), (110, ["clipped"])])
def test_size_is_held_against_the_clip(kilobytes, expected):
    assert codes(rendered(long_issue(kilobytes))) == expected


def test_footer_before_the_clip_leaves_a_larger_mail_at_a_warning():
    findings = altered(html=lambda html: html.replace("</body>", "<!--" + "x" * 110_000 + "--></body>"))

    assert codes(findings) == ["size-near-clip"]


def padded(html, wanted, measure):
    """*html* with a comment at its top, so that *measure* of it is *wanted*."""
    return html.replace("<head>", f"<!--{'x' * (wanted - measure(html) - len('<!---->'))}--><head>", 1)


@pytest.mark.parametrize(("more", "expected"), [(0, ["size-near-clip"]), (1, ["clipped"])])
def test_mail_is_clipped_if_its_footer_and_half_a_kilobyte_end_beyond_102_kb(more, expected):
    def to_footer(html):
        return len(html[: re.search(r"[^\"]*unsubscribe-html(?!.*unsubscribe-html)", html, re.DOTALL).start()].encode())

    assert codes(altered(html=lambda html: padded(html, 102 * 1024 - 512 + more, to_footer))) == expected


@pytest.mark.parametrize(("more", "expected"), [(0, []), (1, ["size-near-clip"])])
def test_mail_is_near_the_clip_above_90_kb(more, expected):
    findings = altered(html=lambda html: padded(html, 90 * 1024 + more, lambda text: len(text.encode())))

    assert codes(findings) == expected


@pytest.mark.parametrize("part", ["html", "txt"])
def test_footer_without_unsubscribe_link_is_an_error(part):
    findings = with_template(f"email/base/footer.{part}", lambda text: text.replace("{{ unsubscribe_url }}", "#none"))

    assert "no-unsubscribe" in codes(findings)


@pytest.mark.parametrize(
    ("changes", "code"), [({"from_name": " "}, "no-sender"), ({"postal_address": ()}, "no-postal-address")]
)
def test_sender_that_the_configuration_lacks_is_an_error(changes, code):
    issue = make_issue(*TWO)
    frozen = freeze(issue, renderer())

    assert codes(check_frozen(replace(issue, newsletter=replace(NEWSLETTER, **changes)), frozen, support())) == [code]


def test_text_part_without_postal_address_is_an_error():
    findings = altered(text=lambda text: text.replace("100 Example Street", ""))

    assert "no-postal-address" in codes(findings)


@pytest.mark.parametrize(
    "change",
    [
        lambda headers: headers[1:],
        lambda headers: (*headers, headers[0]),
        lambda headers: (*headers, ("To", "a@example.org")),
        lambda headers: tuple((name, "" if name == "List-Id" else value) for name, value in headers),
        lambda headers: tuple((name, value + "\r\nBcc: a@example.org") for name, value in headers),
        lambda headers: tuple((name, value + ", <mailto:a@example.org>") for name, value in headers),
        lambda headers: tuple((name, "Another" if name == "Subject" else value) for name, value in headers),
        lambda headers: tuple((name, "No" if name.endswith("Post") else value) for name, value in headers),
    ],
)
def test_any_other_set_of_headers_is_an_error(change):
    assert codes(altered(headers=change)) == ["wrong-headers"]


def test_placeholder_of_another_issue_is_left_over():
    assert codes(
        altered(
            html=lambda html: html.replace("Dropout", "x").replace(
                "</h1>", " digest-0123456789abcdef-greeting-html</h1>"
            )
        )
    ) == [
        "leftover-placeholder",
        "text-out-of-step",
    ]


def test_sign_that_the_author_wrote_is_not_told_again_for_the_edition():
    article = replace(
        TWO[0], body="The word TODO.", suppressed=(AcceptedFinding("leftover-placeholder", "about it", 3),)
    )

    assert rendered(make_issue(article, TWO[1])) == ()


@pytest.mark.parametrize(
    ("markup", "code"),
    [
        ('<a href="">Somewhere</a>', "insecure-link"),
        ('<a href="http://example.org/page">Somewhere</a>', "insecure-link"),
        ('<a href="https://example.org/page"><img src="https://example.org/a.png" alt=""></a>', "insecure-link"),
        ('<a href="https://example.org/page">here</a>', "vague-link"),
    ],
)
def test_faulty_link_of_a_template_is_found(markup, code):
    assert code in codes(in_article(f"<p>{markup}</p>"))


def test_second_heading_of_the_first_level_is_found():
    assert codes(in_article("<h1>Again</h1>")) == ["heading-order"]


@pytest.mark.parametrize(
    ("style", "problem"),
    [
        ("color: #999", "in light mode 'Grey words' has a contrast of only 2.8 (#999999 on #"),
        ("color: rgb(250, 250, 250)", "in light mode 'Grey words'"),
        (
            "background: #333 none; color: #555555",
            "in light mode 'Grey words' has a contrast of only 1.7 (#555555 on #333333)",
        ),
    ],
)
def test_text_that_is_hard_to_read_is_found_with_its_colours(style, problem):
    found = [finding for finding in in_article(f'<p style="{style}">Grey words</p>') if finding.code == "low-contrast"]

    assert found[0].problem.startswith(problem)


def test_large_text_needs_less_contrast():
    paragraph = '<p style="color: #808080; font-size: {}px; font-weight: {}">Grey words</p>'

    assert codes(in_article(paragraph.format(24, 400))) == codes(in_article(paragraph.format(19, 700))) == []
    assert set(codes(in_article(paragraph.format(19, 400)))) == {"low-contrast"}


def test_dark_mode_is_looked_at_by_itself():
    def change(css):
        return (
            css
            + "\n@media (prefers-color-scheme: dark) { p, li { color: #333333 !important; } a:hover { color: #000; } }"
        )

    problem = next(f.problem for f in with_template("email/base/styles.css", change) if f.code == "low-contrast")

    assert problem.startswith("in dark mode")
    assert "(#333333 on " in problem


def test_text_that_is_hidden_or_for_outlook_alone_is_not_looked_at():
    hidden = '<div style="display: none; color: #ffffff">Hidden from everybody, and white</div>'

    assert in_article(f"{hidden}<!--[if mso]><p>For Outlook alone, a whole sentence</p><![endif]-->") == ()


def test_sentence_and_link_of_one_part_alone_are_found():
    only_html = in_article("<p>A sentence that stands here alone.</p>")
    only_text = with_template("email/digest/article.txt", lambda text: text + "A sentence that stands here alone.\n")
    link = in_article('<p><a href="https://example.org/only">Lee</a></p>')

    assert "'A sentence that stands here alone.' is only in the HTML" in told(only_html)
    assert "'A sentence that stands here alone.' is only in the plain text" in told(only_text)
    assert "the link to 'https://example.org/only' is only in the HTML" in told(link)


@pytest.mark.parametrize(
    ("subject", "expected"),
    [
        ("What helps\u00a0: deux études sur l’alliance", []),
        ("Étude 5 % & more – a question?", []),
        ("x" * 111, ["subject-length"]),
        ("GREAT NEWS FOR ALL", ["subject-characters"]),
        ("Buy now!!", ["subject-characters"]),
        ("Hidden \u200fmark", ["subject-characters"]),
        ("PTSD and EMDR", []),
    ],
)
def test_subject_is_short_and_of_plain_characters(subject, expected):
    assert codes(rendered(make_issue(*TWO, file=IssueFile(MONTH, subject=subject)))) == expected


@pytest.mark.parametrize(
    ("subject", "doubtful"),
    [
        ("What helps \u2603", "the character snowman"),
        ("What helps \ue000", "the character u+e000"),
        ("What helps?!", "'?!'"),
        ("Only $ 5", "'$ 5'"),
        ("ABCDEFGHIJ abcdefghi", "mostly capital letters"),
    ],
)
def test_doubtful_part_of_the_subject_is_named(subject, doubtful):
    findings = rendered(make_issue(*TWO, file=IssueFile(MONTH, subject=subject)))

    assert {finding.code for finding in findings} == {"subject-characters"}
    assert findings[0].problem.endswith(f" has {doubtful}")


@pytest.mark.parametrize("subject", ["ABCDEFGHI abcdefgh", "ABCDEFGHIJ abcdefghij", "What helps?", "$x"])
def test_capitals_and_signs_in_measure_are_plain(subject):
    assert rendered(make_issue(*TWO, file=IssueFile(MONTH, subject=subject))) == ()


@pytest.mark.parametrize(("length", "expected"), [(110, []), (111, ["subject-length"])])
def test_longest_subject_is_the_documented_one(length, expected):
    findings = rendered(make_issue(*TWO, file=IssueFile(MONTH, subject="x" * length)))

    assert codes(findings) == expected


def test_programs_that_lack_a_feature_are_listed():
    one = [f.problem for f in in_article('<p style="display:flex">A</p>') if f.code == "unsupported"]
    two = [f.problem for f in in_article("<svg></svg>") if f.code == "unsupported"]

    assert one[0].endswith("display:flex, which is not supported by Outlook for Windows")
    assert " and " in two[0].partition("not supported by ")[2]


def test_described_picture_is_fine_and_another_is_named():
    described, bare = (
        [f.problem for f in in_article(f'<img src="https://example.org/a.png"{alt}>') if f.code == "no-alt"]
        for alt in (' alt="A curve"', "")
    )

    assert described == []
    assert bare[0].startswith("the picture 'https://example.org/a.png' in edition ")


@pytest.mark.parametrize(
    ("name", "value", "fault"),
    [
        ("List-Id", "", "List-Id is empty or contains a control character"),
        ("List-Id", "<a.b>\x07", "List-Id is empty or contains a control character"),
        ("Subject", "Another", "Subject differs from the edition's subject"),
        ("List-Unsubscribe", "<https://example.org/>", "List-Unsubscribe is not exactly the reader's own link"),
        ("List-Unsubscribe-Post", "No", "List-Unsubscribe-Post does not offer one-click unsubscribing"),
    ],
)
def test_first_fault_of_the_headers_is_named(name, value, fault):
    findings = altered(headers=lambda headers: tuple((one, value if one == name else was) for one, was in headers))

    assert told(findings).endswith(fault)


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (lambda headers: tuple(pair for pair in headers if pair[0] != "List-Id"), "List-Id is missing"),
        (lambda headers: (*headers, ("To", "a@example.org")), "To is not allowed"),
        (lambda headers: (*headers, ("List-Id", "<a.b>")), "List-Id appears 2 times"),
    ],
)
def test_header_that_is_missing_or_too_many_is_named(change, fault):
    assert told(altered(headers=change)).endswith(fault)


def test_optional_headers_are_allowed():
    assert altered(headers=lambda headers: (*dict([*headers, ("Reply-To", "a@example.org")]).items(),)) == ()


@pytest.mark.parametrize(
    ("markup", "feature"),
    [
        ('<p style="display:flex">A</p>', "display:flex"),
        ('<p style="margin: 1rem 0">A</p>', "rem unit"),
        ('<p style="width: calc(100% - 2px)">A</p>', "calc() function"),
        ('<p style="position: absolute; top: 0">A</p>', "position"),
        ('<p style="background-image: linear-gradient(#fff, #fff)">A</p>', "linear-gradient()"),
        ('<p style="--own: flex">A</p>', "CSS Variables"),
        ('<section aria-labelledby="a">A</section>', "HTML5 semantics"),
        ("<svg></svg>", "<svg>"),
        ('<input type="checkbox">', "checkbox"),
        ('<a href="#top">The contents of this mail</a>', "Local anchors"),
        ('<p hidden="hidden">A</p>', "hidden attribute"),
    ],
)
def test_what_a_program_lacks_is_found_where_it_is_used(markup, feature):
    assert any(f.code == "unsupported" and feature in f.problem for f in in_article(markup))


@pytest.mark.parametrize(
    ("css", "feature"),
    [("@font-face { font-family: A; src: url(https://example.org/a.woff) }", "@font-face"),
     ("p::before { color: red }", "::before"),
     ("@supports (gap: 1px) { p { color: #000000 } }", "@supports")],
)  # fmt: skip
def test_what_a_program_lacks_is_found_in_the_style_sheet(css, feature):
    findings = with_template("email/base/styles.css", lambda text: f"{text}\n{css}\n")

    assert any(f.code == "unsupported" and feature in f.problem for f in findings)


def test_what_stands_inside_of_a_media_query_is_an_addition():
    css = "\n@media screen and (min-width: 900px) { .cell { display: grid !important; gap: 1rem; } }\n"

    assert with_template("email/base/styles.css", lambda text: text + css) == ()


def test_without_data_about_programs_that_check_is_left_out():
    issue = make_issue(*TWO)

    assert check_frozen(issue, freeze(issue, renderer()), Support()) == ()


def test_data_about_programs_is_whole():
    data = Support.of(json.loads((ROOT / "src/digest/vendored/caniemail/features.json").read_text(encoding="utf-8")))

    assert data == support()
    assert len(data.clients) == 8
    assert len(data.features) > 250
    assert {len(letters) for _, letters in data.features.values()} == {8}
    assert set("".join(letters for _, letters in data.features.values())) <= set("yanu")
    assert [slug for slug in ACCEPTED if not data.lacking(slug)] == []
    assert data.lacking("css-display-flex") == ("Outlook for Windows",)
