"""Articles as a file to download."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from digest.archive.citing.bibtex import bibtex
from digest.archive.citing.csl_json import csl_json
from digest.archive.citing.reference import CitedArticle, Reference, distinct, reference_of
from digest.archive.citing.ris import ris
from digest.archive.citing.table import table


@dataclass(frozen=True)
class ExportFormat:
    """A format of files.

    Attributes:
        name: As readers know it.
        ending: Of file names and addresses, without a dot.
    """

    name: str
    ending: str
    media_type: str
    write: Callable[[Sequence[CitedArticle]], str]
    encoding: str = "utf-8"


def _of_studies(write: Callable[[Sequence[Reference]], str]) -> Callable[[Sequence[CitedArticle]], str]:
    return lambda articles: write(distinct(reference_of(one) for one in articles))


RIS = ExportFormat("RIS", "ris", "application/x-research-info-systems; charset=utf-8", _of_studies(ris))
BIBTEX = ExportFormat("BibTeX", "bib", "application/x-bibtex; charset=utf-8", _of_studies(bibtex))
CSL_JSON = ExportFormat("CSL-JSON", "json", "application/vnd.citationstyles.csl+json", _of_studies(csl_json))
# with a byte order mark, without which Excel takes accents for other characters
CSV = ExportFormat("CSV", "csv", "text/csv; charset=utf-8", table, "utf-8-sig")
REFERENCE_FORMATS = {one.ending: one for one in (RIS, BIBTEX, CSL_JSON)}
"""By ending: each study once, however many summaries of it there are."""
EXPORT_FORMATS = REFERENCE_FORMATS | {CSV.ending: CSV}
"""By ending; CSV has one row for each article."""


def exported(articles: Sequence[CitedArticle], form: ExportFormat) -> bytes:
    """The articles as one file, in their order."""
    return form.write(articles).encode(form.encoding)
