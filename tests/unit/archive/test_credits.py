import pytest

from digest.archive.credits import Author, Credits, bare_orcid


@pytest.mark.parametrize("orcid", ["0000-0002-1825-0097", "0000-0001-5109-3700", "0000-0002-1694-233X"])
def test_orcid_is_taken_with_and_without_its_address(orcid: str):
    assert bare_orcid(orcid) == orcid
    assert bare_orcid(f" https://orcid.org/{orcid}") == orcid


@pytest.mark.parametrize("position", [0, 3, 5, 10, 15])
def test_every_wrong_digit_of_an_orcid_is_noticed(position: int):
    orcid = "0000-0002-1825-0097"
    for digit in set("0123456789") - {orcid[position]}:
        with pytest.raises(ValueError, match="last character does not fit"):
            bare_orcid(orcid[:position] + digit + orcid[position + 1 :])


@pytest.mark.parametrize("text", ["", "0000000218250097", "0000-0002-1825-00970", "0000-0002-1825-009x", "orcid.org"])
def test_other_forms_are_no_orcid(text: str):
    with pytest.raises(ValueError, match="must be an ORCID such as"):
        bare_orcid(text)


@pytest.mark.parametrize(
    ("licence", "name"),
    [
        ("https://creativecommons.org/licenses/by-nc-nd/4.0/", "CC BY-NC-ND 4.0"),
        ("https://creativecommons.org/licenses/by/4.0/deed.fr", "CC BY 4.0"),
        ("https://creativecommons.org/publicdomain/zero/1.0/", "CC0 1.0"),
        ("https://example.org/terms", "example.org"),
        (None, None),
    ],
)
def test_licence_has_a_short_name(licence: str | None, name: str | None):
    assert Credits(licence).licence_name == name


def test_authors_are_found_by_name_in_any_case():
    maya = Author("Maya Okafor", "0000-0002-1825-0097", "https://example.org/maya")

    assert Credits(authors=(maya,)).author("maya okafor") == maya
    assert Credits(authors=(maya,)).author("Luc Bergeron") == Author("Luc Bergeron")
    assert maya.urls == ("https://orcid.org/0000-0002-1825-0097", "https://example.org/maya")
