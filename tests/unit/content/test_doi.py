"""A DOI is the same however it is written."""

import pytest

from digest.content.doi import bare_doi


@pytest.mark.parametrize(
    "written",
    [
        "10.1000/xyz123",
        " 10.1000/xyz123 ",
        "https://doi.org/10.1000/xyz123",
        "http://dx.doi.org/10.1000/xyz123",
        "HTTPS://WWW.DOI.ORG/10.1000/xyz123",
        "doi.org/10.1000/xyz123",
        "dx.doi.org/10.1000/xyz123",
        "doi:10.1000/xyz123",
        "doi: 10.1000/xyz123",
        "DOI 10.1000/xyz123",
        "DOI : 10.1000/xyz123",
        "DOI: https://doi.org/10.1000/xyz123",
        "doi https://doi.org/10.1000/xyz123",
        "info:doi/10.1000/xyz123",
        "<https://doi.org/10.1000/xyz123>",
    ],
)
def test_prefix_is_no_part_of_a_doi(written: str):
    assert bare_doi(written) == "10.1000/xyz123"


def test_address_is_decoded_and_a_bare_doi_is_not():
    assert (
        bare_doi("https://doi.org/10.1002/(SICI)1097%3C1::AID%3E3.0.CO;2-9") == "10.1002/(SICI)1097<1::AID>3.0.CO;2-9"
    )
    assert bare_doi("10.1000/a%3Cb") == "10.1000/a%3Cb"


@pytest.mark.parametrize("text", ["", "pending", "10.", "the doi is missing"])
def test_what_is_no_doi_stays_for_the_checks_to_report(text: str):
    assert bare_doi(text) == text
