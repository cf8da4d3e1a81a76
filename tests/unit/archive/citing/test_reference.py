"""What is cited: the study by its fields, by its citation, or else the summary."""

import pytest
from archive_samples import cited, web_article

from digest.archive.citing.people import Person, people_of, person_of
from digest.archive.citing.reference import (
    Reference,
    ReferenceKind,
    distinct,
    reference_of,
)
from digest.content.article import Study
from digest.months import Month

MONTH = Month(2026, 11)
EMPATHY = (
    "Elliott, R., Bohart, A. C., & Murphy, D. (2018). Therapist empathy and client outcome: An updated meta-analysis. "
    "Psychotherapy, 55(4), 399–410. https://doi.org/10.1037/pst0000175"
)


def reference(**changes: object) -> Reference:
    return reference_of(cited(web_article("empathy", **changes), MONTH))


def test_study_is_cited_by_its_fields():
    study = Study("A study", ("Lee, A.",), 2021, "A journal", "3", "2", "10-19", language="en")

    found = reference(study=study, citation="Something else.", doi="10.1000/xyz")

    assert found == Reference(
        ReferenceKind.ARTICLE,
        "A study",
        (Person("Lee", "A."),),
        year=2021,
        container="A journal",
        volume="3",
        issue="2",
        pages="10–19",
        doi="10.1000/xyz",
        url="https://doi.org/10.1000/xyz",
        language="en",
        summaries=("https://digest.example.org/2026-11/empathy/",),
    )


def test_chapter_has_its_book_and_editors():
    study = Study("A chapter", ("Lee, A.",), book_title="A book", editors=("Roy, B.",), publisher="A press")

    found = reference(study=study)

    assert (found.kind, found.container, found.publisher) == (ReferenceKind.CHAPTER, "A book", "A press")
    assert found.editors == (Person("Roy", "B."),)


def test_book_has_a_publisher_and_no_journal():
    found = reference(study=Study("A book", ("Lee, A.",), publisher="A press"))

    assert (found.kind, found.container) == (ReferenceKind.BOOK, "")


def test_article_number_stands_in_only_without_pages():
    with_both = Study("A study", pages="1–9", article_number="e12")
    with_number = Study("A study", article_number="e12")

    assert reference(study=with_both).article_number == ""
    assert reference(study=with_number).article_number == "e12"


def test_line_breaks_in_fields_become_spaces():
    found = reference(study=Study("A\nstudy\u00a0of\ttwo", ("Lee,\nA.",), journal="One\r\ntwo"))

    assert (found.title, found.container, found.authors) == ("A study of two", "One two", (Person("Lee", "A."),))


def test_citation_of_a_journal_article_is_taken_apart():
    found = reference(citation=EMPATHY, doi="10.1037/pst0000175")

    assert found == Reference(
        ReferenceKind.ARTICLE,
        "Therapist empathy and client outcome: An updated meta-analysis",
        (Person("Elliott", "R."), Person("Bohart", "A. C."), Person("Murphy", "D.")),
        year=2018,
        container="Psychotherapy",
        volume="55",
        issue="4",
        pages="399–410",
        doi="10.1037/pst0000175",
        url="https://doi.org/10.1037/pst0000175",
        summaries=("https://digest.example.org/2026-11/empathy/",),
    )


def test_title_of_a_citation_may_be_a_question():
    citation = "Lee, A. (2020). Does it work? A trial, 1990 to 2000. Journal of Trials, 5, Article e0123."

    found = reference(citation=citation)

    assert (found.title, found.container, found.volume, found.article_number) == (
        "Does it work? A trial, 1990 to 2000",
        "Journal of Trials",
        "5",
        "e0123",
    )
    assert reference(citation="Lee, A. (2020). Does it work? Journal of Trials, 5(1).").title == "Does it work?"


@pytest.mark.parametrize("words", ["Advance online publication", "Prépublication en ligne"])
def test_citation_of_an_article_before_its_issue_is_taken_apart(words: str):
    found = reference(citation=f"Lee, A. (2021). Change in therapy. Psychology & Psychotherapy. {words}.")

    assert (found.title, found.container, found.volume) == ("Change in therapy", "Psychology & Psychotherapy", "")


def test_pages_without_a_volume_are_no_volume():
    found = reference(citation="Lee, A. (2010). Change in therapy. Psychotherapy Research, 423–435.")

    assert (found.volume, found.pages) == ("", "423–435")


def test_any_other_citation_is_the_title_as_a_whole():
    citation = "Lee A, Roy B. (2019) Change in therapy. J Consult 12: 3. doi:10.1000/xyz"

    found = reference(citation=citation, doi="10.1000/xyz")

    assert (found.kind, found.title) == (
        ReferenceKind.OTHER,
        "Lee A, Roy B. (2019) Change in therapy. J Consult 12: 3.",
    )
    assert (found.year, found.doi) == (2019, "10.1000/xyz")


def test_citation_with_other_names_than_initials_is_not_taken_apart():
    assert reference(citation="Lee, Ann (2020). A study. A journal, 5(1), 1–9.").kind == ReferenceKind.OTHER


def test_article_without_a_study_is_cited_itself():
    found = reference(title="What we read", author="Maya Okafor", language="en")

    assert found == Reference(
        ReferenceKind.SUMMARY,
        "What we read",
        (Person("Maya Okafor"),),
        year=2026,
        container="The Digest",
        url="https://digest.example.org/2026-11/empathy/",
        language="en",
    )


def test_two_summaries_of_a_study_give_one_reference():
    one, other = (
        Reference(ReferenceKind.ARTICLE, "A", doi="10.1/A", summaries=("x",)),
        Reference(ReferenceKind.ARTICLE, "A", doi="10.1/a", summaries=("y",)),
    )
    without = Reference(ReferenceKind.OTHER, "B", summaries=("z",))

    found = distinct([one, without, other, without])

    assert [reference.summaries for reference in found] == [("x", "y"), ("z",), ("z",)]


def test_names_come_apart_at_commas():
    assert person_of("Lee, A. B., Jr.") == Person("Lee", "A. B.", "Jr.")
    assert person_of("World Health Organization") == Person("World Health Organization")
    assert person_of("Lee,") == Person("Lee")


def test_authors_of_a_citation():
    assert people_of("Lee, J.-P., Jr., de la Cruz, M. et Roy, B.") == (
        Person("Lee", "J.-P.", "Jr."),
        Person("de la Cruz", "M."),
        Person("Roy", "B."),
    )
    assert people_of("World Health Organization.") == (Person("World Health Organization"),)
    assert people_of("Lee and others") is None
    assert people_of("Lee, A., Roy") is None
