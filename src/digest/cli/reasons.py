"""The reason for withdrawing an article, which readers see: from options, or asked on the terminal."""

import re
import sys
from collections.abc import Sequence

import typer

from digest.cli.options import Exit
from digest.cli.terminal.output import note
from digest.issue.withdrawal import EVERY

_FOR_ONE = re.compile(r"([a-z]{2,3}(?:-[A-Za-z0-9]+)?):\s*(.*)", re.DOTALL)


def reasons_of(texts: Sequence[str] | None, languages: Sequence[str]) -> dict[str, str]:
    """Read `--reason TEXT` for every language, and `--reason fr:TEXT` for one of *languages*.

    Raises:
        typer.BadParameter: One is empty, or two are for the same language.
    """
    found: dict[str, str] = {}
    for text in texts or ():
        match = _FOR_ONE.fullmatch(text.strip())
        language, said = (match[1], match[2]) if match and match[1] in languages else (EVERY, text.strip())
        if not said or language in found:
            problem = "is empty" if not said else f"is given twice for {language or 'every language'}"
            raise typer.BadParameter(f"--reason {problem}")
        found[language] = said
    return found


def ask_reasons(slugs: Sequence[str], languages: Sequence[str]) -> dict[str, str]:
    """Ask in each of *languages*; an empty answer after the first takes the first. Without a terminal: exit code 2."""
    if not sys.stdin.isatty():
        note(f"no terminal to ask why {' and '.join(slugs)} is withdrawn: add --reason TEXT")
        raise typer.Exit(Exit.USAGE)
    first, *others = languages
    question = f"Why is {' and '.join(slugs)} withdrawn? Readers see the answer"
    reasons = {first: typer.prompt(f"{question} ({first})", err=True).strip()}
    for language in others:
        answer = typer.prompt(
            f"The reason in {language} (empty: the same text)", default="", show_default=False, err=True
        )
        reasons |= {language: answer.strip()} if answer.strip() else {}
    return {EVERY: reasons[first]} if len(reasons) == 1 else reasons
