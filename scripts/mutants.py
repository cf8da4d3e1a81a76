"""Mutation tests: change one token of the code at a time and count the changes that no test notices."""

from __future__ import annotations

import argparse
import json
import random
import shutil
import subprocess
from pathlib import Path

from environment import CACHE, ROOT, SetupError, clean_environ, program

# What is mutated, and the tests that should notice.
PACKAGES = {
    "delivery": (["src/digest/delivery"], ["tests/unit/delivery"]),
    "subscribers": (
        ["src/digest/subscribers"],
        ["tests/unit/subscribers", "tests/integration/test_editing.py", "tests/integration/test_import_leavers.py"],
    ),
    "tokens": (["src/digest/tokens.py"], ["tests/unit/test_tokens.py"]),
    "content": (["src/digest/content"], ["tests/unit/content"]),
    "issue": (["src/digest/issue"], ["tests/unit/issue"]),
    "outbox": (
        ["src/digest/storage/outbox"],
        [
            "tests/contract/storage/outbox",
            "tests/contract/storage/test_clock_steps.py",
            "tests/contract/storage/test_origin.py",
            "tests/contract/test_receive_events.py",
            "tests/contract/test_status.py",
        ],
    ),
}
COPIED = ("src", "tests", "scripts", "templates", "articles", "subscribers", "docs", "benchmarks")
# The wording of an error, or of a finding and its remedy, is left alone: a test of it would only repeat it.
WORDING = (r'\braise \w+\(f?"', r'^\s*(advice|remedy) = f?"', r'^\s*f?"[^"]* [^"]* [^"]*"[,)]*$')
SETTINGS = """
[tool.mutmut]
source_paths = {source}
pytest_add_cli_args_test_selection = {tests}
pytest_add_cli_args = ["-p", "no:randomly", "-k", "not postgresql"]
also_copy = {copied}
do_not_mutate_patterns = {wording}
"""


def run(arguments: list[str]) -> int:
    """Mutate the named packages (all without any), print each one's score; 1 if a run failed.

    The survivors stay to be read: `mutmut results` and `mutmut show NAME` in `.cache/mutants/PACKAGE`.
    """
    parser = argparse.ArgumentParser("setup.py mutants", description="Count the mutants that no test notices.")
    parser.add_argument("packages", nargs="*", metavar="PACKAGE", help=f"of {', '.join(PACKAGES)} (all without any)")
    parser.add_argument("--sample", type=int, metavar="COUNT", help="try only COUNT mutants of each, drawn at random")
    parser.add_argument("--seed", type=int, default=0, help="draw another sample (0)")
    parser.add_argument("--processes", type=int, metavar="COUNT", help="mutants tried at once (one a processor)")
    options = parser.parse_args(arguments)
    if unknown := [name for name in options.packages if name not in PACKAGES]:
        raise SetupError(f"no package {unknown[0]} to mutate: choose from {', '.join(PACKAGES)}")
    scores = {name: _score(name, options) for name in options.packages or PACKAGES}
    for name, score in scores.items():
        print(f"{name}: {score or 'failed, see above'}")
    return 0 if all(scores.values()) else 1


def _score(name: str, options: argparse.Namespace) -> str | None:
    folder = _copy(name)
    at_once = ["--max-children", str(options.processes)] if options.processes else []
    chosen = _sample(folder, options.sample, options.seed) if options.sample else []
    for command in (["run", *at_once, *chosen], ["export-cicd-stats"]):
        if _mutmut(folder, *command) != 0:
            return None
    found = json.loads((folder / "mutants" / "mutmut-cicd-stats.json").read_text(encoding="utf-8"))
    noticed = found["killed"] + found["timeout"] + found["segfault"]
    tried = noticed + found["survived"] + found["suspicious"] + found["no_tests"]
    share = 100 * noticed / tried
    of = f"{tried} drawn from {found['total']}" if chosen else str(tried)
    return f"{noticed} of {of} mutants noticed ({share:.0f}%), {found['no_tests']} run by no test"


def _sample(folder: Path, count: int, seed: int) -> list[str]:
    """Names of *count* mutants, the same for one seed and one state of the code."""
    # mutmut writes down all mutants before it finds that no name matches
    _mutmut(folder, "run", "none", output=subprocess.DEVNULL)
    files = sorted((folder / "mutants").rglob("*.meta"))
    names = [name for path in files for name in json.loads(path.read_text(encoding="utf-8"))["exit_code_by_key"]]
    if not names:
        raise SetupError("mutmut made no mutants: run it without --sample to see why")
    return random.Random(seed).sample(sorted(names), min(count, len(names)))  # noqa: S311 - no secret


def _mutmut(folder: Path, *command: str, output: int | None = None) -> int:
    call = [program("mutmut"), *command]
    return subprocess.run(call, cwd=folder, env=clean_environ(), check=False, stdout=output, stderr=output).returncode


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
    lists = {"source": source, "tests": tests, "copied": [*COPIED, *files], "wording": WORDING}
    settings = SETTINGS.format(**{key: json.dumps(values) for key, values in lists.items()})
    with (folder / "pyproject.toml").open("a", encoding="utf-8") as file:
        file.write(settings)
    return folder
