"""Words that claim a cause, in articles on a kind of study that shows associations."""

import re
from collections.abc import Iterator

from digest.content.article import Article
from digest.issue.checks.codes import warning
from digest.issue.checks.files.written import Piece, of_article
from digest.issue.findings import Finding
from digest.topics import Taxonomy

# Verbs that also say how somebody fares ("clients improve") count only with something that they act on.
_ENGLISH = r"""
    \bcaus(?:es|ed|ing)\b | \blead(?:s|ing)?\ to\b | \bled\ to\b
    | \bresult(?:s|ed|ing)?\ in\ (?:an?|more|less|fewer|better|worse|lower|higher)\b
    | \bbring(?:s|ing)?\ about\b | \bbrought\ about\b | \bgives?\ rise\ to\b | \bproduc(?:es|ed|ing)\b
    | \bbrings?\ (?:an?|more|less|better)\b | \bplay(?:s|ed)?\ a\ (?:part|role)\ in\b
    | \bmatter(?:s|ed)?\ (?:most|more|less|a\ (?:lot|great\ deal|good\ deal))\b
    | \bma(?:kes?|de)\ (?:[\w’'-]+\s+){1,3}(?:more|less|better|worse)\b
    | \bthanks\ to\b | \b(?:affects|determines|drives)\b | \binfluenc(?:es|ed)\ (?:the|how|whether|what)\b
    | \b(?:effects?|impacts?|influence)\ of\ (?:[\w’'-]+\s+){1,5}on\b
    | \b(?:improv|rais|increas|reduc|decreas|enhanc)(?:es|ed|ing)\ (?:[\w’'-]+\s+){0,3}?OBJECT
    | \b(?:lower|boost|strengthen|weaken|prevent)(?:s|ed|ing)\ (?:[\w’'-]+\s+){0,3}?OBJECT
    """.replace(
    "OBJECT",
    r"(?:outcomes?|results?|symptoms?|drop-?outs?|alliances?|distress|depression|anxiety|worry|relapses?|recovery"
    r"|remission|improvement|change|attendance|self-harm)\b",
)
_FRENCH = r"""
    \bà\ cause\ d | \bcaus(?:ent|ait|aient|ée?s?)\b | \bgrâce\ (?:à|aux?)\b
    | (?<![’'])\bentraîn(?:ent?|ait|aient|ée?s?)\b | \bprovoqu(?:ent?|ait|aient|ée?s?)\b
    | \b(?:mènent?|conduit|conduisent)\ (?:à|aux?)\b | \b(?:agit|agissent|influent?|pèsent?)\ sur\b
    | \bpeser\ davantage\b | \beffets?\ d(?:e|es|u|’|')\s*(?:[\w’'-]+\s+){1,5}sur\b
    | \b(?:améliore|augmente|diminue|renforce|favorise|abaisse|influence)(?:nt)?\ OBJECT
    | \b(?:réduit|réduisent|accroît|accroissent|prévient|préviennent)\ OBJECT
    """.replace("OBJECT", r"(?:(?:les?|la|leurs?|son|sa|ses|une?)\b|l[’'])")
_CLAIMS = {
    "en": re.compile(_ENGLISH, re.IGNORECASE | re.VERBOSE),
    "fr": re.compile(_FRENCH, re.IGNORECASE | re.VERBOSE),
}
_HEDGES = {
    "en": re.compile(
        r"\b(?:not|no|nor|never|neither|nobody|cannot|may|might|could|would|perhaps|possibly|whether|if)\b|n[’']t\b|\?$",
        re.IGNORECASE,
    ),
    "fr": re.compile(
        r"\b(?:ne|pas|ni|rien|aucune?|jamais|peut|peuvent|pourrai\w+|peut-être|si)\b|\b(?:n|s)[’'](?=\w)|\?$",
        re.IGNORECASE,
    ),
}
_END = re.compile(r""";\s+|(?<=[.!?…])[”"»)*_]*\s+(?=[\W_]*[^\W\d_a-zà-ÿ])|\n\s*\n|\n(?=\s*[-*]\s)""")


def causal_word_findings(article: Article, taxonomy: Taxonomy) -> Iterator[Finding]:
    """Find words that claim a cause, in clauses that neither hedge nor deny it."""
    language = article.language.partition("-")[0]
    if not taxonomy.is_correlational(article.research_type) or language not in _CLAIMS:
        return
    kind = taxonomy.research_type_name(article.research_type or "", "en")
    for piece in of_article(article):
        if piece.text in {article.citation, article.author}:
            continue
        for line, said in _claims(piece, language):
            problem = f"{said!r} claims a cause, but the research type is {kind!r}, which shows associations"
            remedy = "write that one goes with the other, or suppress this finding and say why"
            yield warning("causal-words", problem, remedy, piece.place(line))


def _claims(piece: Piece, language: str) -> Iterator[tuple[int, str]]:
    """The claims with their line in the text, from 1."""
    for start, sentence in _sentences(piece.text):
        if not _HEDGES[language].search(sentence.strip()):
            for match in _CLAIMS[language].finditer(sentence):
                yield piece.text.count("\n", 0, start + match.start()) + 1, " ".join(match[0].split())


def _sentences(text: str) -> Iterator[tuple[int, str]]:
    """Each sentence, its parts around a semicolon apart, and each heading or item, with where it begins."""
    start = 0
    for end in _END.finditer(text):
        yield start, text[start : end.end()]
        start = end.end()
    yield start, text[start:]
