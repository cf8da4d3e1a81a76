"""The version that a person quotes in a report."""

from importlib.metadata import version

from typer.testing import CliRunner

from digest.cli import app


def test_version_is_that_of_the_package():
    result = CliRunner().invoke(app, ["--version"])

    assert (result.exit_code, result.output) == (0, f"digest {version('digest')}\n")
