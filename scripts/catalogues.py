"""The language catalogues: template, translations, compiled form, all by Babel's own commands."""

from __future__ import annotations

import tempfile
from pathlib import Path

from environment import ROOT, call

LOCALES = ROOT / "src" / "digest" / "locales"
TEMPLATE = LOCALES / "digest.pot"
LANGUAGES = ("fr",)
CHANGES_ALWAYS = "POT-Creation-Date"


def update(pybabel: str) -> int:
    """
    Collect the texts, bring them into each catalogue, compile it; returns 0, or 1 when a step failed.

    A text that is gone leaves the catalogue; a new one joins untranslated. Nothing is translated by guess.
    """
    LOCALES.mkdir(parents=True, exist_ok=True)
    steps = [_collect(pybabel), *(_merge(pybabel, language) for language in LANGUAGES)]
    compiled = call([pybabel, "compile", "--statistics", "-D", "digest", "-d", str(LOCALES)])
    return 0 if all([*steps, compiled]) else 1


def _collect(pybabel: str) -> bool:
    with tempfile.TemporaryDirectory() as folder:
        fresh = Path(folder) / "digest.pot"
        options = [
            "-F",
            "babel.cfg",
            "--project=digest",
            "--copyright-holder=The digest authors",
            "--add-location=file",
            "--sort-by-file",
            "-o",
            str(fresh),
        ]
        if not call([pybabel, "--quiet", "extract", *options, "."]):
            return False
        if not TEMPLATE.exists() or _texts(fresh) != _texts(TEMPLATE):
            TEMPLATE.write_bytes(fresh.read_bytes())
    return True


def _texts(template: Path) -> list[str]:
    return [line for line in template.read_text(encoding="utf-8").splitlines() if CHANGES_ALWAYS not in line]


def _merge(pybabel: str, language: str) -> bool:
    place = ["-D", "digest", "-d", str(LOCALES), "-i", str(TEMPLATE), "-l", language]
    if not (LOCALES / language / "LC_MESSAGES" / "digest.po").exists():
        return call([pybabel, "init", *place])
    return call([pybabel, "update", "--no-fuzzy-matching", "--ignore-obsolete", "--ignore-pot-creation-date", *place])
