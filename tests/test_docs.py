"""The docs keep up with the code: every command, option and configuration key is written about."""

import re
from pathlib import Path
from pkgutil import resolve_name

import pytest
import typer
from pydantic import BaseModel

from digest import characters, tokens
from digest.cli import app
from digest.config import Config
from digest.content import files, library, slugs
from digest.delivery import breaker
from digest.issue import wording
from digest.issue.checks.mail import size
from digest.rendering import plain
from digest.storage.db import engine
from digest.transports.sendgrid import personalizations, requests, signature
from digest.web import bodies

ROOT = Path(__file__).resolve().parent.parent
COMMANDS = (ROOT / "docs/commands.md").read_text(encoding="utf-8")
CONFIGURATION = (ROOT / "docs/configuration.md").read_text(encoding="utf-8")


def commands(group: typer.Typer, above: str = "digest") -> dict[str, typer.models.CommandInfo]:
    found = {f"{above} {_name(info)}": info for info in group.registered_commands}
    for inner in group.registered_groups:
        found |= commands(inner.typer_instance, f"{above} {inner.name}")
    return found


def _name(info: typer.models.CommandInfo) -> str:
    return info.name or info.callback.__name__.replace("_", "-")


def keys(model: type[BaseModel], above: str = "") -> list[str]:
    found = []
    for name, field in model.model_fields.items():
        key = f"{above}{field.alias or name}"
        inner = field.annotation
        if (
            isinstance(inner, type)
            and issubclass(inner, BaseModel)
            and inner.__name__ != "RateSection"
            and (inner.__name__.endswith(("Section", "Sender")))
        ):
            found += keys(inner, f"{key}.")
        else:
            found.append(key)
    return found


@pytest.mark.parametrize("command", sorted(commands(app)))
def test_command_is_documented(command: str):
    assert f"`{command}" in COMMANDS


@pytest.mark.parametrize("key", keys(Config))
def test_configuration_key_is_documented(key: str):
    assert f"`{key}`" in CONFIGURATION


def test_documented_commands_exist():
    documented = re.findall(r"^\| `(digest(?: [a-z]+)+)", COMMANDS, re.MULTILINE)

    assert set(documented) == set(commands(app))


@pytest.mark.parametrize(
    "page", [*sorted(ROOT.glob("docs/*.md")), ROOT / "README.md", ROOT / "CONTRIBUTING.md"], ids=str
)
def test_links_between_pages_lead_somewhere(page: Path):
    for target in re.findall(r"\]\((?!https?://|mailto:)([^)#]+)", page.read_text(encoding="utf-8")):
        assert (page.parent / target).exists(), target


def test_pages_that_code_and_templates_name_exist():
    named = {
        name
        for folder in ("src", "templates", "tests", "scripts", "benchmarks")
        for path in (ROOT / folder).rglob("*")
        if path.suffix in {".py", ".html", ".txt", ".j2", ".js"}
        for name in re.findall(r"\bdocs/[\w/-]+\.\w+", path.read_text(encoding="utf-8"))
    }

    assert named
    assert [name for name in sorted(named) if not (ROOT / name).is_file()] == []


def anchors(page: Path) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize(
    "page", [*sorted(ROOT.glob("docs/*.md")), ROOT / "README.md", ROOT / "CONTRIBUTING.md"], ids=str
)
def test_links_to_headings_lead_somewhere(page: Path):
    for target, anchor in re.findall(r"\]\(([\w./-]*\.md|)#([^)]+)\)", page.read_text(encoding="utf-8")):
        assert anchor in anchors(page.parent / target if target else page), f"{target}#{anchor}"


PACKAGES = sorted(path.stem for path in (ROOT / "src/digest").iterdir() if path.suffix in {".py", ""})
NAMES_IN_TOUR = re.findall(
    rf"`((?:{'|'.join(PACKAGES)})\.[A-Za-z_.]+)`", (ROOT / "docs/tour.md").read_text(encoding="utf-8")
)


@pytest.mark.parametrize("name", sorted(set(NAMES_IN_TOUR)))
def test_name_in_tour_exists(name: str):
    assert resolve_name(f"digest.{name}")


def test_tour_names_many_modules():
    assert len(set(NAMES_IN_TOUR)) > 40


@pytest.mark.parametrize("page", sorted(path.name for path in ROOT.glob("docs/*.md")))
def test_page_is_linked_from_the_readme(page: str):
    assert f"](docs/{page})" in (ROOT / "README.md").read_text(encoding="utf-8")


UNITS = {"KiB": 1024, "KB": 1024, "MB": 10**6, "minutes": 60, "hours": 3600, "days": 86_400}
LIMITS = [
    ("articles.md", "300 characters", characters.LONGEST_LINE),
    ("articles.md", "100 characters", slugs._LONGEST),
    ("articles.md", "256 KiB", files.LARGEST_TEXT),
    ("articles.md", "1000 articles", library._MOST_ARTICLES),
    ("checks.md", "110 characters", wording.SUBJECT_CHARACTERS),
    ("checks.md", "90 KB", size.NEAR_CLIP_BYTES),
    ("checks.md", "102 KB", size.CLIP_BYTES),
    ("delivery.md", "1000", requests.MOST_RECIPIENTS),
    ("delivery.md", "20 MB", requests.MOST_BYTES),
    ("delivery.md", "10000 bytes", personalizations.MOST_SUBSTITUTION_BYTES),
    ("events.md", "25 hours", signature.OLDEST),
    ("mail.md", "110 characters", wording.SUBJECT_CHARACTERS),
    ("mail.md", "72 characters", plain.WIDTH),
    ("sending.md", "15 minutes", breaker.PATIENCE.total_seconds()),
    ("site.md", "64 KiB", bodies.LONGEST_BODY),
    ("site.md", "200 fields", bodies.MOST_FIELDS),
    ("storage.md", "30 s", engine._BUSY_SECONDS),
    ("site.md", "180 days", tokens.LIFETIMES[tokens.Purpose.PREFERENCES].total_seconds()),
    ("site.md", "7 days", tokens.LIFETIMES[tokens.Purpose.CONFIRM].total_seconds()),
    ("site.md", "7 days", tokens.LIFETIMES[tokens.Purpose.UNDO_ADDRESS].total_seconds()),
    ("site.md", "24 hours", tokens.LIFETIMES[tokens.Purpose.NEW_ADDRESS].total_seconds()),
    ("site.md", "24 hours", tokens.LIFETIMES[tokens.Purpose.EXPORT].total_seconds()),
    ("site.md", "24 hours", tokens.LIFETIMES[tokens.Purpose.ERASE].total_seconds()),
    ("site.md", "24 hours", tokens.LIFETIMES[tokens.Purpose.CHANGE_ADDRESS].total_seconds()),
    ("site.md", "30 minutes", tokens.LIFETIMES[tokens.Purpose.RETURN].total_seconds()),
]


@pytest.mark.parametrize(("page", "figure", "limit"), LIMITS)
def test_documented_limit_is_the_one_that_holds(page: str, figure: str, limit: float):
    text = re.sub(r"(?<=\d),(?=\d{3})", "", (ROOT / "docs" / page).read_text(encoding="utf-8"))
    number, _, unit = figure.partition(" ")

    assert re.search(rf"\b{number}\s*{unit}\b", text), "say it in the page, or correct both"
    assert int(number) * UNITS.get(unit, 1) == limit
