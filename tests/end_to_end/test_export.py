"""`digest archive export` as a process of its own, also one that is killed."""

import hashlib
import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from archive_samples import publish, web_article
from projects import command, environment, make_project, opened, run, run_json

from digest.months import Month

ARTICLES = [web_article(f"study-{number:02}", doi=f"10.1000/{number}") for number in range(20)]
MONTHS = [Month(2025, number) for number in range(1, 9)]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    make_project(tmp_path / "project")
    put_online(tmp_path / "project", MONTHS[:1])
    return tmp_path / "project"


def put_online(project: Path, months: list[Month]) -> None:
    digest = opened(project)
    with digest.database.write() as connection:
        for month in months:
            publish(connection, month, *ARTICLES)


def check_whole(folder: Path) -> int:
    """Check every file that is online against its hash; how many there are."""
    current = (folder / "current").resolve()
    manifest = json.loads((current.parent / "files.json").read_text())
    found = {path.relative_to(current).as_posix(): path for path in current.rglob("*") if path.is_file()}

    assert found.keys() == manifest.keys()
    assert {name: hashlib.sha256(path.read_bytes()).hexdigest() for name, path in found.items()} == manifest
    return len(found)


def wait_for_files(folder: Path, number: int, process: subprocess.Popen[bytes]) -> None:
    while process.poll() is None and sum(path.is_file() for path in folder.rglob("*")) < number:
        time.sleep(0.01)


def test_second_export_writes_only_what_a_new_issue_changes(project: Path, tmp_path: Path):
    folder = str(tmp_path / "public")
    first = run_json(project, "archive", "export", folder)
    again = run_json(project, "archive", "export", folder)
    put_online(project, MONTHS[1:2])
    said = run(project, "archive", "export", folder, "--no-search")

    assert (first["written"], first["removed"], first["missing"]) == (first["files"], 0, [])
    assert (again["written"], again["removed"], again["files"]) == (0, 0, first["files"])
    assert f"{folder}/current: {check_whole(tmp_path / 'public')} files" in said
    assert not (tmp_path / "public/current/pagefind").exists()


def test_killed_export_leaves_the_old_site_and_the_next_one_is_complete(project: Path, tmp_path: Path):
    folder = tmp_path / "public"
    run(project, "archive", "export", str(folder))
    before, files = (folder / "current").readlink(), check_whole(folder)
    put_online(project, MONTHS[1:])
    process = subprocess.Popen(
        command(project, "archive", "export", str(folder)), env=environment(), stderr=subprocess.DEVNULL
    )
    wait_for_files(folder / "versions/2/site", 40, process)
    process.send_signal(signal.SIGKILL)
    process.wait(timeout=20)

    assert process.returncode == -signal.SIGKILL
    assert (folder / "current").readlink() == before
    assert check_whole(folder) == files
    done = run_json(project, "archive", "export", str(folder))
    assert check_whole(folder) == done["files"] > files


def test_missing_pagefind_is_reported_with_what_to_install(project: Path, tmp_path: Path):
    without = "import sys; sys.modules['pagefind_bin'] = None; from digest.cli import main; main()"
    _, _, _, *arguments = command(project, "archive", "export", str(tmp_path / "public"))
    done = subprocess.run(
        [sys.executable, "-c", without, *arguments], capture_output=True, text=True, env=environment(), check=False
    )

    assert done.returncode == 2
    assert done.stderr == (
        "digest: the search of an export needs Pagefind: install it with `pip install 'digest[export]'`, "
        "or export with --no-search\n"
    )
    assert not (tmp_path / "public").exists()
