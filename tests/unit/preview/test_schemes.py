"""A mail as a light or a dark mail program shows it."""

import pytest

from digest.preview.schemes import Scheme, in_scheme

MAIL = (
    "<html><head><style>@media (prefers-color-scheme: dark){p{color:#fff}}"
    "@media screen and ( prefers-color-scheme:light ){p{color:#000}}</style></head><body><p>x</p></body></html>"
)


@pytest.mark.parametrize(
    ("scheme", "dark", "light"),
    [(Scheme.DARK, "(min-width: 0px)", "(max-width: 0px)"), (Scheme.LIGHT, "(max-width: 0px)", "(min-width: 0px)")],
)
def test_media_rules_hold_for_the_chosen_scheme_alone(scheme: Scheme, dark: str, light: str):
    shown = in_scheme(MAIL, scheme)

    assert f"@media {dark}{{p{{color:#fff}}}}" in shown
    assert f"@media screen and {light}{{p{{color:#000}}}}" in shown
    assert f"color-scheme:{scheme} !important" in shown


def test_links_open_beside_the_preview():
    assert '<base target="_blank">' in in_scheme(MAIL, Scheme.LIGHT).partition("</head>")[0]


def test_mail_without_a_head_is_shown_all_the_same():
    assert in_scheme("<p>x</p>", Scheme.LIGHT).endswith("<p>x</p>")
