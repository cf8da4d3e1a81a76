"""The docs keep up with the code: every command, option and configuration key is written about."""

import re
from pathlib import Path
from pkgutil import resolve_name

import pytest
import typer
from pydantic import BaseModel

from digest.cli import app
from digest.config import Config

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
