"""Lists and backups through the command line."""

import csv
from pathlib import Path

import pytest
from projects import add_people, make_project, people, run, run_json

PROOF = ("--source", "a form", "--date", "2026-01-31")
EXPORTS = Path(__file__).parents[1] / "exports"  # five people each, of whom only ann@ and ben@example.org want mail


@pytest.mark.parametrize("program", sorted(path.stem for path in EXPORTS.glob("*.csv")))
def test_export_of_another_program_brings_nobody_back_who_left_there(tmp_path: Path, program: str):
    make_project(tmp_path)
    file, report = EXPORTS / f"{program}.csv", tmp_path / "report.csv"

    done = run_json(tmp_path, "subscribers", "import", str(file), *PROOF, "--report", str(report))

    active = [row["email"] for row in run_json(tmp_path, "subscribers", "list") if row["state"] == "active"]
    assert active == ["ann@example.org", "ben@example.org"]
    assert (done["format"], done["counts"].pop("added"), sum(done["counts"].values())) == (program, 2, 3)
    with report.open(newline="") as lines:
        there = {row["email"]: row["result"] for row in csv.DictReader(lines)}
    assert {result for address, result in there.items() if address not in active} <= {
        "unsubscribed_there", "cleaned_there", "blocked_there", "absent_there"
    }  # fmt: skip


def test_unclear_column_stops_the_import_until_it_is_ignored(tmp_path: Path):
    make_project(tmp_path)
    file, report = tmp_path / "list.csv", tmp_path / "report.csv"
    file.write_text("email,member_type\nann@example.org,gold\nbea@example.org,unsubscribed\n")
    arguments = ("subscribers", "import", str(file), *PROOF, "--report", str(report))

    run(tmp_path, *arguments, code=1)
    assert run_json(tmp_path, "subscribers", "list") == []
    assert not report.exists()

    done = run_json(tmp_path, *arguments, "--ignore-column", "member_type")
    assert done["counts"] == {"added": 1, "unsubscribed_there": 1}


def test_trailing_separator_in_some_rows_loses_no_row(tmp_path: Path):
    make_project(tmp_path)
    file, report = tmp_path / "list.csv", tmp_path / "report.csv"
    rows = [f"p{number}@example.org,Person" + "," * (number % 3) for number in range(6000)]
    file.write_text("email,name\n" + "\n".join(rows) + "\n")

    done = run_json(tmp_path, "subscribers", "import", str(file), *PROOF, "--report", str(report))

    assert done["counts"] == {"added": 6000}
    assert report.read_text().count("\n") == 6001


def test_report_keeps_the_address_of_a_refused_row(tmp_path: Path):
    make_project(tmp_path)
    file, report = tmp_path / "list.csv", tmp_path / "report.csv"
    file.write_text("email,topics\nann@example.org,nonsense\n=cmd@,\n")

    done = run_json(tmp_path, "subscribers", "import", str(file), *PROOF, "--report", str(report), code=1)

    assert [row["address"] for row in done["refused"]] == ["ann@example.org", "=cmd@"]
    with report.open(newline="") as lines:
        assert [row["email"] for row in csv.DictReader(lines)] == ["ann@example.org", "' =cmd@"]


def test_import_tells_of_every_row_and_what_it_did_not_use(tmp_path: Path):
    make_project(tmp_path)
    file, report = tmp_path / "list.csv", tmp_path / "report.csv"
    file.write_text("Courriel;Nom;telephone\nann@example.org;Ann;1\nANN@example.org;;2\nnobody;;3\n", encoding="utf-8")

    done = run_json(tmp_path, "subscribers", "import", str(file), *PROOF, "--report", str(report), code=1)

    assert done["counts"] == {"added": 1, "duplicate": 1}
    assert done["duplicates"] == [{"line": 3, "why": "the same address as line 2"}]
    assert [row["line"] for row in done["refused"]] == [4]
    assert done["unused_columns"] == {"telephone": None}
    with report.open(newline="") as lines:
        assert [row["result"] for row in csv.DictReader(lines)] == ["added", "duplicate", "refused"]
    assert report.stat().st_mode & 0o777 == 0o600


def test_list_without_proof_of_consent_is_refused_before_anything_is_written(tmp_path: Path):
    make_project(tmp_path)
    (tmp_path / "list.csv").write_text("email\nann@example.org\n")

    run(tmp_path, "subscribers", "import", str(tmp_path / "list.csv"), code=1)

    assert run_json(tmp_path, "subscribers", "list") == []


def test_byte_that_is_no_text_is_found_before_anything_is_written(tmp_path: Path):
    make_project(tmp_path)
    content = "email,name\n" + "".join(f"p{number}@example.org,Étienne\n" for number in range(3000))
    (tmp_path / "list.csv").write_bytes(content.encode() + b"last@example.org,\xff\n")

    run(tmp_path, "subscribers", "import", str(tmp_path / "list.csv"), *PROOF, code=1)

    assert run_json(tmp_path, "subscribers", "list") == []


def test_dry_run_of_an_import_changes_nothing(tmp_path: Path):
    make_project(tmp_path)
    (tmp_path / "list.csv").write_text(people(8))

    foretold = run_json(tmp_path, "subscribers", "import", str(tmp_path / "list.csv"), *PROOF, "--dry-run")

    assert (foretold["dry_run"], foretold["counts"]) == (True, {"added": 8})
    assert run_json(tmp_path, "subscribers", "list") == []
    said = run(tmp_path, "subscribers", "import", str(tmp_path / "list.csv"), *PROOF, "--dry-run")
    assert "nothing was changed" in said
    assert "8  added" in said


def test_export_replaces_a_file_only_when_told_to(tmp_path: Path):
    add_people(make_project(tmp_path), people(8))
    file = tmp_path / "out.csv"

    run(tmp_path, "subscribers", "export", str(file))
    first = file.read_text()
    run(tmp_path, "subscribers", "export", str(file), code=1)
    run(tmp_path, "subscribers", "export", str(file), "--force")

    assert first == file.read_text()
    assert first.count("\n") == 9
    assert file.stat().st_mode & 0o777 == 0o600
    assert run_json(tmp_path, "subscribers", "import", str(file))["counts"] == {"unchanged": 8}


def test_backup_is_made_once(tmp_path: Path):
    add_people(make_project(tmp_path), people(8))

    run(tmp_path, "db", "backup", str(tmp_path / "copy.db"))

    assert (tmp_path / "copy.db").stat().st_mode & 0o777 == 0o600
    run(tmp_path, "db", "backup", str(tmp_path / "copy.db"), code=1)


def test_backup_of_postgresql_names_the_command(tmp_path: Path, postgresql_url: str):
    make_project(tmp_path, postgresql_url)

    said = run(tmp_path, "db", "backup", str(tmp_path / "digest.dump"), code=3)

    assert said.startswith("pg_dump --format=custom ")
