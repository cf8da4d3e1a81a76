"""Mutation tests: change one token of the code at a time and count the changes that no test notices."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

from environment import CACHE, ROOT, SetupError, clean_environ, program

# What is mutated, and the tests that should notice.
PACKAGES = {
    "delivery": (["src/digest/delivery"], ["tests/unit/delivery"]),
    "subscribers": (["src/digest/subscribers"], ["tests/unit/subscribers"]),
    "tokens": (["src/digest/tokens.py"], ["tests/unit/test_tokens.py"]),
    "content": (["src/digest/content"], ["tests/unit/content", "tests/integration/test_library.py"]),
    "issue": (["src/digest/issue"], ["tests/unit/issue"]),
    "outbox": (["src/digest/storage/outbox"], ["tests/contract/storage/outbox"]),
}
COPIED = ("src", "tests", "scripts", "templates", "articles", "subscribers", "docs", "benchmarks")
SETTINGS = """
[tool.mutmut]
source_paths = {source}
pytest_add_cli_args_test_selection = {tests}
pytest_add_cli_args = ["-p", "no:randomly", "-k", "not postgresql"]
also_copy = {copied}
"""


def run(names: list[str]) -> int:
    """Mutate the packages *names* (all without any), print each one's score; 1 if a run failed.

    The survivors stay to be read: `mutmut results` and `mutmut show NAME` in `.cache/mutants/PACKAGE`.
    """
    if unknown := [name for name in names if name not in PACKAGES]:
        raise SetupError(f"no package {unknown[0]} to mutate: choose from {', '.join(PACKAGES)}")
    scores = {name: _score(name) for name in names or PACKAGES}
    for name, score in scores.items():
        print(f"{name}: {score or 'failed, see above'}")
    return 0 if all(scores.values()) else 1


def _score(name: str) -> str | None:
    folder = _copy(name)
    for command in (["run"], ["export-cicd-stats"]):
        call = [program("mutmut"), *command]
        if subprocess.run(call, cwd=folder, env=clean_environ(), check=False).returncode != 0:
            return None
    found = json.loads((folder / "mutants" / "mutmut-cicd-stats.json").read_text(encoding="utf-8"))
    noticed = found["killed"] + found["timeout"] + found["segfault"]
    share = 100 * noticed / found["total"]
    return f"{noticed} of {found['total']} mutants noticed ({share:.0f}%), {found['no_tests']} run by no test"


def _copy(name: str) -> Path:
    folder = CACHE / "mutants" / name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for entry in COPIED:
        shutil.copytree(ROOT / entry, folder / entry, ignore=shutil.ignore_patterns("__pycache__", "*.db*"))
    for path in ROOT.iterdir():
        if path.is_file():
            shutil.copy(path, folder)
    source, tests = PACKAGES[name]
    files = [path.name for path in folder.iterdir() if path.is_file() and path.name != "pyproject.toml"]
    settings = SETTINGS.format(source=json.dumps(source), tests=json.dumps(tests), copied=json.dumps([*COPIED, *files]))
    with (folder / "pyproject.toml").open("a", encoding="utf-8") as file:
        file.write(settings)
    return folder
