"""Wrong usage in the program's own words: what is wrong, with which command, and where to look."""

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from difflib import get_close_matches

import typer
from typer._click.exceptions import (
    BadOptionUsage,
    BadParameter,
    MissingParameter,
    NoArgsIsHelpError,
    NoSuchOption,
    UsageError,
)

from digest.cli.terminal.output import note

_USAGE = 2  # exit code
_REFUSED = 1
_EXTRA = re.compile(r"Got unexpected extra argument(?:\(s\)|s)? \((.*)\)", re.DOTALL)
_UNKNOWN = re.compile(r"No such command '(.*?)'", re.DOTALL)
_WRAPPED = "Value error, "  # what pydantic puts before the message of a ValueError


@contextmanager
def usage_in_own_words() -> Iterator[None]:
    """Print an error of usage as one line and end with exit code 2; an answer that ends the command ends it with 1."""
    try:
        yield
    except NoArgsIsHelpError:
        raise
    except UsageError as error:
        see = f" (see `{error.ctx.command_path} --help`)" if error.ctx is not None else ""
        note(f"digest: {usage_problem(error)}{see}")
        raise typer.Exit(_USAGE) from None
    except typer.Abort:
        note("digest: nothing was changed: you did not confirm")
        raise typer.Exit(_REFUSED) from None


def usage_problem(error: UsageError) -> str:
    """What is wrong, without the command; lower case, no full stop."""
    if isinstance(error, NoSuchOption | BadOptionUsage):
        return _about_option(error)
    if isinstance(error, BadParameter):
        return _about_value(error)
    if extra := _EXTRA.match(error.message):
        return f"unexpected argument {extra[1]!r}"
    if unknown := _UNKNOWN.match(error.message):
        return _unknown_command(unknown[1], error)
    return "a command is missing" if error.message == "Missing command." else error.message.rstrip(".")


def _about_option(error: NoSuchOption | BadOptionUsage) -> str:
    if isinstance(error, NoSuchOption):
        near = next(iter(error.possibilities or ()), None)
        return f"there is no option {error.option_name}" + (f", did you mean {near}?" if near else "")
    takes_none = "does not take a value" in error.message
    return f"{error.option_name} {'takes no value' if takes_none else 'needs a value'}"


def _about_value(error: BadParameter) -> str:
    name = _name_of(error)
    if isinstance(error, MissingParameter):
        return f"{name} is missing"
    problem = error.message.removeprefix(_WRAPPED).rstrip(".")
    return f"{name}: {problem}" if name else problem


def one_of(*choices: str) -> Callable[[str], str]:
    """A parser that takes only *choices*."""

    def parse(text: str) -> str:
        if text not in choices:
            raise ValueError(f"{text!r} is not possible: write {_alternatives(choices)}")
        return text

    return parse


def port(value: str | int) -> int:
    """Read the number of a TCP port: what was typed, or the default of the option.

    Raises:
        ValueError: *value* is not a whole number from 1 to 65535.
    """
    text = str(value)
    if not (text.isascii() and text.isdecimal() and 1 <= int(text) <= 65535):  # noqa: PLR2004
        raise ValueError(f"{text!r} is not a port: write a whole number from 1 to 65535")
    return int(text)


def _name_of(error: BadParameter) -> str:
    """`--port`, `MONTH`, or nothing if the error is about no single parameter."""
    if isinstance(error.param_hint, str):
        return error.param_hint
    if error.param is None:
        return ""
    options = [name for name in getattr(error.param, "opts", ()) if name.startswith("-")]
    return options[0] if options else error.param.display_name_raw


def _unknown_command(word: str, error: UsageError) -> str:
    commands = list(getattr(error.ctx.command, "commands", ())) if error.ctx is not None else []
    near = get_close_matches(word, commands, n=1)
    return f"there is no command {word!r}" + (f", did you mean {near[0]!r}?" if near else "")


def _alternatives(choices: Sequence[str]) -> str:
    *others, last = choices
    return f"{', '.join(others)} or {last}" if others else last
