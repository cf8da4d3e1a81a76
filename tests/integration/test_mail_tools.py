"""The tools around the mail: what they print, and what they say when something is missing."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
PICTURES = sorted(
    {page.parent / name for page in PAGES for name in re.findall(r"!\[[^\]]+\]\(([^)]+)\)", page.read_text("utf-8"))}
)


def run(script: str, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(ROOT / script), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, env={**os.environ, **environment})


def test_mail_linter_without_spamassassin_says_what_to_install(tmp_path: Path):
    done = run("scripts/lint_mail.py", PATH=str(tmp_path))

    assert done.returncode == 2
    assert "apt-get install spamassassin" in done.stderr


@pytest.mark.parametrize(("score", "code"), [("0.9", 0), ("1.0", 1), ("5.3", 1)])
def test_mail_linter_fails_if_one_mail_scores_one_or_more(tmp_path: Path, score: str, code: int):
    done = run("scripts/lint_mail.py", PATH=f"{scorer(tmp_path, score, 'number == 4')}:{os.environ['PATH']}")

    assert done.returncode == code, done.stderr
    assert re.match(rf" +{score}  20\d\d-\d\d (en|fr)-\d+  A,B\n", done.stdout)


def test_mail_linter_scores_notifications_too(tmp_path: Path):
    folder = scorer(tmp_path, "2.0", "b'X-Edition: confirm' in mails[number + 1]")

    done = run("scripts/lint_mail.py", PATH=f"{folder}:{os.environ['PATH']}")

    assert done.returncode == 1
    assert done.stdout.startswith("  2.0  confirm fr  A,B\n  2.0  confirm en  A,B\n")


def scorer(folder: Path, score: str, condition: str) -> Path:
    """A SpamAssassin that gives *score* to the mails for which *condition* is true, and -0.1 to the others."""
    program = folder / "spamassassin"
    program.write_text(
        f"#!{sys.executable}\nimport re, sys\n"
        "status = b'X-Spam-Status: No, score=%s required=5.0 tests=A,\\n\\tB autolearn=no\\n'\n"
        "mails = re.split(rb'^(From .*\\n)', sys.stdin.buffer.read(), flags=re.M)[1:]\n"
        "for number in range(0, len(mails), 2):\n"
        f"    told = status % (b'{score}' if {condition} else b'-0.1')\n"
        "    sys.stdout.buffer.write(mails[number] + told + mails[number + 1])\n"
    )
    program.chmod(0o755)
    return folder


def test_benchmark_prints_times_of_an_edition_and_an_issue_and_bytes_of_each_part():
    done = run("benchmarks/render.py", "--runs", "1")

    assert done.returncode == 0, done.stderr
    assert "| a whole issue, 14 editions |" in done.stdout
    sizes = dict(re.findall(r"^\| ([a-zA-Z ]+) \| ([\d,]+) \| [\d,]+ \|$", done.stdout, re.MULTILINE))
    assert set(sizes) == {"HTML", "of it the style sheet", "plain text", "headers", "message as it is sent"}
    assert int(sizes["HTML"].replace(",", "")) < 90 * 1024


@pytest.mark.parametrize("picture", PICTURES, ids=lambda path: path.name)
def test_picture_that_a_page_shows_is_there_and_small(picture: Path):
    assert 0 < picture.stat().st_size <= 300_000
    assert picture.read_bytes().startswith(b"\x89PNG")


def test_readme_shows_the_mail():
    assert ROOT / "docs" / "pictures" / "mail.png" in PICTURES
