"""
The virtual environment in `.venv`: made once, renewed when a lock or pyproject.toml changes, shared by runs at once.

A stamp in `.venv` says what is installed. Two file locks order the runs: a run that installs holds the lock alone,
a run that only executes a command shares it, so that nothing is replaced under a running command.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import shutil
import ssl
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
CACHE = ROOT / ".cache"
LOCKS = {"run": ROOT / "requirements.lock", "dev": ROOT / "requirements-dev.lock"}
UV_REQUIREMENTS = ROOT / "scripts" / "uv-requirements.txt"
STAMP = VENV / ".digest-stamp"
UNFINISHED = VENV / ".digest-unfinished"

# Variables that would make a Python or an installer look elsewhere than into .venv.
FOREIGN = ("PYTHONHOME", "PYTHONPATH", "PIP_TARGET", "PIP_PREFIX", "PIP_USER", "UV_PYTHON", "UV_PROJECT_ENVIRONMENT")


class SetupError(Exception):
    """What is missing on this machine, and what to do about it."""


def program(name: str) -> str:
    """Path of a console script of the environment."""
    return str(VENV / "bin" / name)


def python() -> str:
    """Path of the environment's Python."""
    return program("python")


def clean_environ() -> dict[str, str]:
    """The process's environment, pointed at `.venv` and at nothing else."""
    variables = {name: value for name, value in os.environ.items() if name not in FOREIGN}
    variables["VIRTUAL_ENV"] = str(VENV)
    variables["PATH"] = os.pathsep.join([str(VENV / "bin"), variables.get("PATH", os.defpath)])
    if _has_system_certificates():
        variables.setdefault("UV_SYSTEM_CERTS", "true")  # as pip does: a company's own authority is known there
    return variables


@contextmanager
def ready(wanted: str) -> Iterator[None]:
    """
    Hold an environment with the packages *wanted* (`run` or `dev`) until the block ends.

    `dev` contains `run`, and is never taken back by a later `run`.

    Raises:
        SetupError: Python lacks venv or pip, or the packages cannot be installed.
    """
    while True:
        with locked("setup.lock", exclusive=False):
            if _is_installed(wanted):
                yield
                return
        with exclusive():
            chosen = "dev" if wanted == "dev" or Path(program("pytest")).exists() else "run"
            if not _is_installed(chosen):
                _install(chosen)


@contextmanager
def exclusive() -> Iterator[None]:
    """Keep every other run out until the block ends."""
    with locked("setup.lock", exclusive=True):
        yield


def installer() -> str | None:
    """Path of uv, installed when it is missing; None where it cannot be had. Needs the lock to be held alone."""
    _make_venv()
    return _uv()


def call(command: list[str], directory: Path = ROOT, extra: dict[str, str] | None = None) -> bool:
    """Run a step of the set-up, its output going through; whether it succeeded."""
    return subprocess.run(command, cwd=directory, env={**clean_environ(), **(extra or {})}, check=False).returncode == 0


def say(text: str) -> None:
    """Print one line about the set-up, at once."""
    print(f"set-up: {text}", flush=True)


def _install(name: str) -> None:
    say(f"installing the {name} packages into .venv (only when something changed)")
    if STAMP.exists() and _stamp()[:1] != [_origin()]:
        shutil.rmtree(VENV)  # its scripts name the Python and the place that they were made for
    STAMP.unlink(missing_ok=True)
    _make_venv()
    UNFINISHED.touch()
    uv = _uv()
    lock = str(LOCKS[name])
    pip = [python(), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    if uv and call([uv, "pip", "sync", "--quiet", "--compile-bytecode", "--python", python(), lock]):
        done = call([uv, "pip", "install", "--quiet", "--python", python(), "--no-deps", "-e", str(ROOT)])
    else:
        say("uv is of no use here, going on with pip, which takes longer")
        done = call([*pip, "--require-hashes", "-r", lock])
    if not done or not Path(program("digest")).exists():
        done = call([*pip, "--no-deps", "-e", str(ROOT)])
    if not done:
        raise SetupError("the packages could not be installed (see above); is the package index within reach?")
    STAMP.write_text("\n".join([_origin(), name, _key(name)]), encoding="utf-8")
    UNFINISHED.unlink()


def _uv() -> str | None:
    uv = program("uv")
    requirement = UV_REQUIREMENTS.read_text(encoding="utf-8").split("uv==", 1)[1].split()[0]
    if _output([uv, "--version"]).startswith(f"uv {requirement}"):
        return uv
    pip = [python(), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    return uv if call([*pip, "--require-hashes", "-r", str(UV_REQUIREMENTS)]) else None


def _make_venv() -> None:
    if UNFINISHED.exists() or (VENV.exists() and not _output([python(), "--version"])):
        shutil.rmtree(VENV)
    if _output([python(), "-m", "pip", "--version"]):
        return
    for module in ("venv", "ensurepip"):
        if importlib.util.find_spec(module) is None:
            release = f"{sys.version_info.major}.{sys.version_info.minor}"
            raise SetupError(f"this python has no {module}; on Debian and Ubuntu: apt-get install python{release}-venv")
    if not call([sys.executable, "-m", "venv", str(VENV)]):
        raise SetupError(f"{sys.executable} could not make a virtual environment in {VENV} (see above)")


def _has_system_certificates() -> bool:
    paths = ssl.get_default_verify_paths()
    return paths.cafile is not None or (paths.capath is not None and any(Path(paths.capath).iterdir()))


def _output(command: list[str]) -> str:
    try:
        done = subprocess.run(command, env=clean_environ(), capture_output=True, text=True, check=False)
    except OSError:  # not there, or a link to a Python that is gone
        return ""
    return done.stdout if done.returncode == 0 else ""


def _is_installed(wanted: str) -> bool:
    names = ["dev"] if wanted == "dev" else ["run", "dev"]
    return Path(python()).exists() and any(_stamp() == [_origin(), name, _key(name)] for name in names)


def _stamp() -> list[str]:
    return STAMP.read_text(encoding="utf-8").splitlines() if STAMP.exists() else []


def _origin() -> str:
    return f"python {sys.version_info.major}.{sys.version_info.minor} for {ROOT}"


def _key(name: str) -> str:
    digest = hashlib.sha256()
    for path in (LOCKS[name], ROOT / "pyproject.toml", UV_REQUIREMENTS):
        digest.update(path.read_bytes())
    return digest.hexdigest()


@contextmanager
def locked(name: str, *, exclusive: bool) -> Iterator[None]:
    """Hold the lock file *name* of the checkout, waiting for it when another run has it."""
    try:
        import fcntl  # noqa: PLC0415 - absent on Windows, where an error says so instead of a traceback
    except ImportError:
        raise SetupError("this system has no fcntl: use Linux or macOS (on Windows: WSL)") from None
    CACHE.mkdir(exist_ok=True)
    mode = fcntl.LOCK_EX if exclusive else fcntl.LOCK_SH
    with (CACHE / name).open("w") as file:
        try:
            fcntl.flock(file, mode | fcntl.LOCK_NB)
        except BlockingIOError:
            say("waiting for another run in this checkout to end its part")
            fcntl.flock(file, mode)
        yield
