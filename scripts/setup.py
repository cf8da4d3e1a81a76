"""
Set up what a command needs, then run it: `python3 scripts/setup.py COMMAND`, where COMMAND is
demo, test, coverage, torture, mutants, lint, lock, catalogues, bench, lint-mail, lighthouse, pictures or help.

Runs with a bare Python (3.11 or newer, with venv and pip) and nothing else; the Makefile only calls this. Everything
made here goes into `.venv` and `.cache` of the checkout. Further arguments are passed on to the command that is run.
"""

from __future__ import annotations

import sys

if sys.version_info < (3, 11):  # noqa: UP036 - this file is also read by the Python that somebody happens to have
    found = ".".join(str(part) for part in sys.version_info[:3])
    sys.exit(
        f"python {found} is too old: digest needs 3.11 or newer; install one and name it, "
        "for instance: make test PYTHON=python3.12"
    )

import argparse
import os
import subprocess
from pathlib import Path

import catalogues
import chromium
import environment
import mutants
from environment import ROOT, SetupError, program, python

MOST_TEST_PROCESSES = 8  # more only wait for each other
LINT = {
    "ruff check": ("ruff", "check", "."),
    "ruff format": ("ruff", "format", "--check", "."),
    "mypy": ("mypy",),
    "lint-imports": ("lint-imports", "--no-logo"),
}


def main(arguments: list[str] | None = None) -> int:
    """Run one command; returns its exit code, or 2 when the set-up is not possible."""
    _leave_environment()
    parser = argparse.ArgumentParser(prog="scripts/setup.py", description="Set up what a command needs, then run it.")
    parser.add_argument("command", choices=sorted(COMMANDS))
    options, extra = parser.parse_known_args(arguments)
    try:
        return COMMANDS[options.command](extra)
    except SetupError as error:
        print(f"set-up failed: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130


def _leave_environment() -> None:
    """Go on with the Python that made `.venv` when run by the one inside: it may have to be replaced."""
    if sys.prefix != sys.base_prefix and Path(sys.prefix).resolve() == environment.VENV.resolve():
        base = getattr(sys, "_base_executable", "")
        if not base or Path(base).resolve().is_relative_to(environment.VENV.resolve()):
            raise SetupError("this Python is the one in .venv, which may have to be replaced: use python3 instead")
        os.execv(base, [base, *sys.argv])  # noqa: S606 - the same program under another Python


def demo(extra: list[str]) -> int:
    """Run one whole month on sample data, without network or account."""
    with environment.ready("run"):
        return _run([program("digest"), "demo", *extra])


def test(extra: list[str]) -> int:
    """Run every test, with a browser and PostgreSQL; a skipped test is a failure."""
    with environment.ready("dev"):
        browser = chromium.provide()
        return _run(
            [python(), "-m", "pytest", "-n", str(_test_processes()), *extra],
            {"DIGEST_NO_SKIPS": "1", "CHROMIUM": browser},
        )


def _test_processes() -> int:
    """Half as many again as there are processors: tests of leases and deadlines wait more than they compute."""
    processors = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min((3 * processors + 1) // 2, MOST_TEST_PROCESSES)


def coverage(extra: list[str]) -> int:
    """Run every test and report the lines that none runs (HTML: .cache/coverage)."""
    report = ["--cov=digest", "--cov-branch", "--cov-report=term:skip-covered", "--cov-report=html:.cache/coverage"]
    return test([*report, *extra])


def mutation(extra: list[str]) -> int:
    """Count one-token changes that no test notices, per package (slow)."""
    with environment.ready("dev"):
        return mutants.run(extra)


def torture(extra: list[str]) -> int:
    """Kill workers by the hundred, on both engines (a quarter of an hour)."""
    with environment.ready("dev"):
        return _run([python(), "-m", "pytest", "tests/torture", "-v", *extra], {"DIGEST_TEST_TORTURE": "60"})


def bench(extra: list[str]) -> int:
    """Run every benchmark, or the one named: `bench lists --people 10000`."""
    found = {path.stem: path for path in sorted((ROOT / "benchmarks").glob("*.py"))}
    chosen, rest = ([extra[0]], extra[1:]) if extra[:1] and not extra[0].startswith("-") else (list(found), extra)
    if unknown := [name for name in chosen if name not in found]:
        raise SetupError(f"there is no benchmark {unknown[0]}: there are {', '.join(found)}")
    with environment.ready("dev"):
        return max(_run([python(), str(found[name]), *rest]) for name in chosen)


def lint(extra: list[str]) -> int:
    """Check style, types and import layers; every check runs, even after a failure."""
    if extra:
        raise SetupError(f"lint takes no arguments, got {' '.join(extra)}")
    with environment.ready("dev"):
        failed = [name for name, command in LINT.items() if _run([program(command[0]), *command[1:]]) != 0]
    print(f"lint failed: {', '.join(failed)}" if failed else "lint passed")
    return 1 if failed else 0


def lock(extra: list[str]) -> int:
    """Write both lock files from pyproject.toml; `--upgrade` also updates locked packages."""
    with environment.exclusive():
        uv = environment.installer()
        if uv is None:
            raise SetupError("the locks are written by uv, and uv cannot be installed here")
        return max(_run([uv, *_compile_arguments(name), *extra]) for name in ("run", "dev"))


def update_catalogues(extra: list[str]) -> int:
    """Update and compile the language catalogues from code and templates."""
    if extra:
        raise SetupError(f"catalogues takes no arguments, got {' '.join(extra)}")
    with environment.ready("dev"):
        return catalogues.update(program("pybabel"))


def lint_mail(extra: list[str]) -> int:
    """Score the sample mails with SpamAssassin, where it is installed."""
    with environment.ready("run"):
        return _run([python(), "scripts/lint_mail.py", *extra])


def lighthouse(extra: list[str]) -> int:
    """Score pages of the archive with Lighthouse, in the tests' browser."""
    with environment.ready("dev"):
        return _run([python(), "scripts/lighthouse.py", *extra], {"CHROMIUM": chromium.provide()})


def pictures(extra: list[str]) -> int:
    """Retake the pictures in the documentation."""
    with environment.ready("dev"):
        return _run([python(), "scripts/pictures.py", *extra], {"CHROMIUM": chromium.provide()})


def show_help(extra: list[str]) -> int:
    """List these commands."""
    if extra:
        raise SetupError(f"help takes no arguments, got {' '.join(extra)}")
    for name, command in COMMANDS.items():
        print(f"make {name:<11} {(command.__doc__ or '').splitlines()[0]}")
    return 0


COMMANDS = {
    "help": show_help,
    "demo": demo,
    "test": test,
    "coverage": coverage,
    "torture": torture,
    "mutants": mutation,
    "lint": lint,
    "lock": lock,
    "catalogues": update_catalogues,
    "bench": bench,
    "lint-mail": lint_mail,
    "lighthouse": lighthouse,
    "pictures": pictures,
}


def _compile_arguments(name: str) -> list[str]:
    group = ["--group", "dev"] if name == "dev" else []
    made_by = ["--custom-compile-command", "make lock"]
    options = ["--quiet", "--universal", "--python-version", "3.11", "--generate-hashes", *made_by]
    return ["pip", "compile", *options, "pyproject.toml", *group, "-o", environment.LOCKS[name].name]


def _run(command: list[str], extra_environment: dict[str, str] | None = None) -> int:
    sys.stdout.flush()
    variables = {**environment.clean_environ(), **(extra_environment or {})}
    return subprocess.run(command, cwd=ROOT, env=variables, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
