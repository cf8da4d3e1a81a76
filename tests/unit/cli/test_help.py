"""Help that a person reads at a glance, and usage errors without a library's words."""

import re
from collections.abc import Iterator

import pytest
import typer
from typer.core import TyperGroup
from typer.testing import CliRunner

from digest.cli import app
from digest.cli.terminal.program import WORKFLOWS

VERBS = frozenset(
    {
        "Add",
        "Approve",
        "Back",
        "Cancel",
        "Change",
        "Copy",
        "Create",
        "Erase",
        "Export",
        "Freeze",
        "Hold",
        "Import",
        "List",
        "Preview",
        "Publish",
        "Remove",
        "Repair",
        "Report",
        "Resume",
        "Run",
        "Send",
        "Serve",
        "Set",
        "Settle",
        "Show",
        "Suppress",
        "Unsubscribe",
        "Upgrade",
    }
)
LIBRARY_WORDS = ("Error", "Invalid", "Value error", "does not match", "Input should", "No such", "Usage", "requires")


def paths(group: TyperGroup, above: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    yield above
    for name, command in group.commands.items():
        if isinstance(command, TyperGroup):
            yield from paths(command, (*above, name))
        else:
            yield (*above, name)


ROOT = typer.main.get_command(app)
EVERY = sorted(paths(ROOT))


def help_of(path: tuple[str, ...]) -> str:
    result = CliRunner().invoke(app, [*path, "--help"], env={"COLUMNS": "80"}, prog_name="digest")
    assert result.exit_code == 0
    return result.output


def said(*arguments: str) -> str:
    result = CliRunner().invoke(app, arguments, prog_name="digest")
    assert (result.exit_code, result.stdout) == (2, "")
    return result.stderr


def first_line(path: tuple[str, ...]) -> str:
    return help_of(path).split("\n")[2].strip()


@pytest.mark.parametrize("path", EVERY, ids=" ".join)
def test_help_fits_a_terminal_of_80_columns_uncut(path: tuple[str, ...]):
    text = help_of(path)

    assert max(map(len, text.split("\n"))) <= 80
    assert not re.search(r"[a-z]\.\.\.|\s\.\.\.", text)


@pytest.mark.parametrize("path", EVERY, ids=" ".join)
def test_what_to_write_is_named_by_words_instead_of_types(path: tuple[str, ...]):
    assert not re.search(r"<[^>]*>|[{}%]|\[\[|\b(TEXT|INTEGER) RANGE", help_of(path))


@pytest.mark.parametrize("path", [path for path in EVERY if path], ids=" ".join)
def test_first_line_is_a_short_sentence_that_starts_with_an_imperative_verb(path: tuple[str, ...]):
    line = first_line(path)
    verb = line.split()[0].rstrip(",")

    assert len(line) < 60
    assert line.endswith(".")
    assert verb in VERBS


def test_every_command_is_in_one_workflow():
    grouped = [name for names in WORKFLOWS.values() for name in names]

    assert sorted(grouped) == sorted(ROOT.commands)


def test_workflows_are_the_headings_of_the_help():
    text = help_of(())

    assert re.findall(r"^(\w+):$", text, re.MULTILINE) == ["Options", *WORKFLOWS]
    assert "--version" in text


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (
            "send 2021",
            "MONTH: '2021' is not a month: write it as YYYY-MM, such as 2026-11 (see `digest send --help`)",
        ),
        ("send", "MONTH is missing (see `digest send --help`)"),
        ("sned 2026-11", "there is no command 'sned', did you mean 'send'? (see `digest --help`)"),
        ("subscribers foo", "there is no command 'foo' (see `digest subscribers --help`)"),
        ("send 2026-11 --dry", "there is no option --dry, did you mean --dry-run? (see `digest send --help`)"),
        ("--foo", "there is no option --foo (see `digest --help`)"),
        ("send 2026-11 x", "unexpected argument 'x' (see `digest send --help`)"),
        ("send 2026-11 --yes=1", "--yes takes no value"),
        ("hold 2026-11 --reason", "--reason needs a value"),
        (
            "serve --port 0",
            "--port: '0' is not a port: write a whole number from 1 to 65535 (see `digest serve --help`)",
        ),
        (
            "archive export public --url archive.example.org",
            (
                "--url: must be the address of the site, such as https://digest.example.org "
                "(see `digest archive export --help`)"
            ),
        ),
        (
            "status 2026-11 --who x",
            "--who: 'x' is not possible: write rejected, in-doubt or waiting (see `digest status --help`)",
        ),
        (
            "subscribers import a.csv --date 2021",
            (
                "--date: '2021' is not a date: write it as YYYY-MM-DD, such as 2026-11-03 "
                "(see `digest subscribers import --help`)"
            ),
        ),
        (
            "settle 2026-11 --resend --give-up",
            "choose one of --resend, --assume-sent and --give-up (see `digest settle --help`)",
        ),
    ],
)
def test_wrong_usage_is_one_line_in_the_programs_own_words(arguments: str, problem: str):
    text = said(*arguments.split())

    assert text == f"digest: {problem}\n"
    assert not [word for word in LIBRARY_WORDS if word in text]


@pytest.mark.parametrize("arguments", ["serve", "preview 2026-11", "scheduler", "worker", "serve --port 65535"])
def test_service_starts_with_the_defaults_of_its_options(arguments: str):
    result = CliRunner().invoke(app, [*arguments.split(), "--config", "nowhere.yaml"], prog_name="digest")

    assert str(result.exception).startswith("no configuration at nowhere.yaml")
