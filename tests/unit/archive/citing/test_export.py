"""What is written as RIS, BibTeX, CSL-JSON and CSV reads back with the same fields."""

import csv
import io
import json
from dataclasses import replace
from typing import Any

import bibtexparser
import pytest
import rispy
from archive_samples import cited, web_article
from bibtexparser.middlewares import LatexDecodingMiddleware, NameParts, SeparateCoAuthors, SplitNameParts
from hypothesis import given
from hypothesis import strategies as st

from digest.archive.citing.bibtex import bibtex
from digest.archive.citing.csl_json import csl_json
from digest.archive.citing.export import BIBTEX, CSL_JSON, CSV, EXPORT_FORMATS, REFERENCE_FORMATS, RIS, exported
from digest.archive.citing.people import Person
from digest.archive.citing.reference import Reference, ReferenceKind, reference_of
from digest.archive.citing.ris import ris
from digest.archive.citing.table import COLUMNS
from digest.content.article import Study
from digest.issue.citations.citation import doi_url
from digest.months import Month

MONTH = Month(2026, 11)
CONTAINERS = {"article": "journal", "incollection": "booktitle", "book": "note", "misc": "howpublished"}
AWKWARD = "Été & \"PTSD\" 50% of {a}, {b}} = \\x_y^z #1 $2 ~ `` -- '' @article{z, <b> ?` œuvre 漢字"

# what a line may hold; the library reads `\textasciicircum{}` as a modifier letter, so that one is no text of ours
characters = st.one_of(
    st.sampled_from("éÈçœŒñ{}\"'`,&%$#_~^\\=@;:–-<>()[] aBz019"),
    st.characters(exclude_categories=("C", "Z"), exclude_characters="ˆ"),
)
lines = st.text(characters, max_size=40).map(lambda text: " ".join(text.split()))
texts = lines.filter(bool)
names = texts.map(lambda text: " ".join(text.replace(",", " ").split())).filter(bool)
people = st.one_of(
    st.builds(Person, names),
    st.builds(Person, names, names, st.sampled_from(["", "Jr.", "III"])),
)
dois = st.text(st.characters(min_codepoint=33, max_codepoint=126, exclude_characters="{}\\"), max_size=20)
references = st.builds(
    Reference,
    kind=st.sampled_from([ReferenceKind.ARTICLE, ReferenceKind.CHAPTER]),
    title=texts,
    authors=st.lists(people, max_size=4).map(tuple),
    editors=st.lists(people, max_size=2).map(tuple),
    year=st.none() | st.integers(1800, 2100),
    container=lines,
    publisher=lines,
    volume=lines,
    issue=lines,
    pages=st.from_regex(r"\A[1-9][0-9]{0,3}(–[1-9][0-9]{0,3})?\Z") | st.just(""),
    doi=dois.map(lambda end: f"10.1000/{end}"),
).map(lambda one: replace(one, url=doi_url(one.doi), summaries=("https://digest.example.org/2026-11/empathy/",)))


def read_ris(text: str) -> list[dict[str, Any]]:
    return rispy.loads(text, newline="\r\n")


def read_bibtex(text: str) -> list[dict[str, Any]]:
    """Every field of every entry, decoded; addresses and DOIs are verbatim."""
    split = bibtexparser.parse_string(text, append_middleware=[SeparateCoAuthors(), SplitNameParts()])
    assert not split.failed_blocks
    decode = LatexDecodingMiddleware()._transform_python_value_string

    def value(name: str, raw: Any) -> Any:
        if isinstance(raw, list):
            return [read_name(person, lambda part: decode(part)[0]) for person in raw]
        return raw if name in {"doi", "url"} else decode(raw)[0].replace("ˆ", "^")

    return [
        {"type": entry.entry_type, "key": entry.key, **{f.key: value(f.key, f.value) for f in entry.fields}}
        for entry in split.entries
    ]


def read_name(parts: NameParts, decode: Any) -> Person:
    last, given, suffix = (
        decode(" ".join(words)).replace("ˆ", "^") for words in ([*parts.von, *parts.last], parts.first, parts.jr)
    )
    return Person(last, given, suffix)


@given(st.lists(references, min_size=1, max_size=3))
def test_ris_reads_back(cited: list[Reference]):
    found = read_ris(ris(cited))

    assert [_of_ris(one) for one in found] == [_expected_ris(one) for one in cited]


def _of_ris(one: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in one.items() if name not in {"urls", "notes"}}


def _expected_ris(one: Reference) -> dict[str, Any]:
    first, _, last = one.pages.partition("–")
    values = {
        "type_of_reference": "JOUR" if one.kind == ReferenceKind.ARTICLE else "CHAP",
        "authors": [person.inverted for person in one.authors],
        "secondary_authors": [person.inverted for person in one.editors],
        "year": str(one.year or ""),
        "title": one.title,
        "secondary_title": one.container,
        "volume": one.volume,
        "number": one.issue,
        "start_page": first,
        "end_page": last,
        "publisher": one.publisher,
        "doi": one.doi,
    }
    return {name: value for name, value in values.items() if value}


@given(st.lists(references, min_size=1, max_size=3))
def test_bibtex_reads_back(cited: list[Reference]):
    found = read_bibtex(bibtex(cited))

    assert len({one["key"] for one in found}) == len(cited)
    for one, wanted in zip(found, cited, strict=True):
        expected = {
            "type": "article" if wanted.kind == ReferenceKind.ARTICLE else "incollection",
            "author": list(wanted.authors),
            "editor": list(wanted.editors),
            "title": wanted.title,
            CONTAINERS[one["type"]]: wanted.container,
            "year": str(wanted.year or ""),
            "volume": wanted.volume,
            "number": wanted.issue,
            "pages": wanted.pages,
            "publisher": wanted.publisher,
            "doi": wanted.doi,
            "url": wanted.url,
            "annote": f"Summary: {wanted.summaries[0]}",
            "key": one["key"],
        }
        assert one == {name: value for name, value in expected.items() if value}


@given(st.lists(references, min_size=1, max_size=3))
def test_csl_json_reads_back(cited: list[Reference]):
    found = json.loads(csl_json(cited))

    assert [item["title"] for item in found] == [one.title for one in cited]
    assert [item.get("container-title", "") for item in found] == [one.container for one in cited]
    assert [item["DOI"] for item in found] == [one.doi for one in cited]
    for item, one in zip(found, cited, strict=True):
        assert [_person(name) for name in item.get("author", [])] == list(one.authors)
        assert [_person(name) for name in item.get("editor", [])] == list(one.editors)


def _person(name: dict[str, str]) -> Person:
    return Person(name.get("literal") or name["family"], name.get("given", ""), name.get("suffix", ""))


@pytest.mark.parametrize("form", [RIS, BIBTEX, CSL_JSON, CSV], ids=lambda form: form.ending)
def test_awkward_title_survives(form):
    study = Study(AWKWARD, ("Lee, A.",), 2021, "J & K")
    article = cited(web_article("empathy", study=study), MONTH, "https://digest.example.org")

    text = exported([article], form).decode(form.encoding)

    found = {
        RIS: lambda: read_ris(text)[0]["title"],
        BIBTEX: lambda: read_bibtex(text)[0]["title"],
        CSL_JSON: lambda: json.loads(text)[0]["title"],
        CSV: lambda: next(csv.DictReader(io.StringIO(text)))["title"],
    }[form]()
    assert found == AWKWARD


def test_capitals_of_a_title_are_kept_by_braces():
    reference = Reference(ReferenceKind.ARTICLE, "EMDR for PTSD in Montréal: A trial")

    assert "title = {{EMDR} for {PTSD} in {Montréal}: A trial}" in bibtex([reference])


def test_groups_and_particles_stay_whole_in_bibtex():
    people = (Person("Health and Care Institute"), Person("van der Kolk", "B. A."))

    assert "{Health and Care Institute} and {van der Kolk}, B. A." in bibtex(
        [Reference(ReferenceKind.ARTICLE, "A", people)]
    )


def test_every_bibtex_entry_has_a_key_of_its_own():
    same = Reference(ReferenceKind.ARTICLE, "The trial", (Person("Lee", "A."),), year=2021)

    found = read_bibtex(bibtex([same, same, Reference(ReferenceKind.OTHER, "漢字")]))

    assert [one["key"] for one in found] == ["lee2021the", "lee2021the-2", "han"]


def test_ris_lines_end_as_the_format_asks():
    text = ris([Reference(ReferenceKind.BOOK, "A book"), Reference(ReferenceKind.OTHER, "A citation")])

    assert text.splitlines(keepends=True)[0] == "TY  - BOOK\r\n"
    assert text.count("TY  - ") == text.count("ER  - \r\n") == 2
    assert "\n\n" not in text.replace("\r\n\r\n", "")


def test_csv_runs_no_formula():
    study = Study("=HYPERLINK(1)", ("@sum, A.",), effect="-0.45", design="+x", n=12, k=3, preregistered=True)
    article = web_article("empathy", title="=1+1", study=study, topics=("empathy", "training"))
    text = exported([cited(article, MONTH)], CSV).decode("utf-8-sig")

    row = next(csv.DictReader(io.StringIO(text)))

    assert row["title"] == "'=HYPERLINK(1)"
    assert row["authors"] == "'@sum, A."
    assert (row["effect"], row["design"], row["summary"]) == ("'-0.45", "'+x", "'=1+1")
    assert (row["n"], row["k"], row["preregistered"], row["topics"]) == ("12", "3", "yes", "empathy; training")
    assert tuple(row) == COLUMNS


def test_csv_has_a_row_for_each_article_and_other_formats_one_for_each_study():
    articles = [
        cited(web_article(slug, doi="10.1/x", citation="Lee. (2020)."), MONTH, "https://x.example")
        for slug in ("one", "two")
    ]

    counts = {
        form.ending: exported(articles, form).count(b"x.example/2026-11/one/") for form in EXPORT_FORMATS.values()
    }

    assert counts == {"ris": 1, "bib": 1, "json": 1, "csv": 1}
    assert len(read_ris(exported(articles, RIS).decode())) == 1
    assert len(exported(articles, CSV).splitlines()) == 3


def test_article_without_a_study_leaves_the_columns_of_the_study_empty():
    article = cited(web_article("empathy", author="Maya Okafor"), MONTH, "https://digest.example.org")

    row = next(csv.DictReader(io.StringIO(exported([article], CSV).decode("utf-8-sig"))))

    assert (row["authors"], row["title"], row["summary author"]) == ("", "", "Maya Okafor")


def test_nothing_to_export_is_an_empty_file():
    assert [exported([], form) for form in REFERENCE_FORMATS.values()] == [b"", b"", b"[]\n"]


def test_summary_is_a_web_page_of_its_author():
    one = reference_of(cited(web_article("empathy", author="Maya Okafor"), MONTH, "https://d.example"))

    assert read_ris(ris([one]))[0]["type_of_reference"] == "ELEC"
    assert json.loads(csl_json([one]))[0]["type"] == "webpage"
    assert read_bibtex(bibtex([one]))[0]["author"] == [Person("Maya Okafor")]
