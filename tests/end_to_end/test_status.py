"""`digest status` as a process of its own."""

import datetime as dt
import subprocess
from pathlib import Path

from projects import MONTH, command, environment, make_project, make_ready, run, run_json

from digest.delivery.breaker import Gate
from digest.storage import gate


def test_status_tells_rate_pause_and_next_step_to_people_and_scripts(tmp_path: Path):
    digest = make_ready(make_project(tmp_path), 8)
    run(tmp_path, "send", str(MONTH), "--yes", "--plan-only")

    planned = run_json(tmp_path, "status", str(MONTH))
    assert (planned["rate"], planned["seconds_left"], planned["paused"]) == (0, None, None)
    assert planned["next"] == [f"not finished: run `digest send {MONTH}` to go on"]
    assert run_json(tmp_path, "status") == [planned]

    with digest.database.write() as connection:
        now = digest.database.now(connection)
        until = now + dt.timedelta(hours=1)
        gate.lock(connection, "files")
        gate.write(connection, "files", Gate(2, 1, now, until, "the disk is [full]"))

    waits = f"waiting until {until:%H:%M:%S} UTC: the disk is [full]"
    assert run_json(tmp_path, "status", str(MONTH))["paused"]["reason"] == "the disk is [full]"
    assert run(tmp_path, "status", str(MONTH)).splitlines()[0] == f"{MONTH}  sending: {waits}"
    assert waits in run(tmp_path, "status")


def test_status_of_a_sent_month_has_nothing_left_to_do(tmp_path: Path):
    make_ready(make_project(tmp_path), 8)
    run(tmp_path, "send", str(MONTH), "--yes")

    done = run_json(tmp_path, "status", str(MONTH))

    assert (done["state"], done["rate"], done["seconds_left"], done["next"]) == ("sent", None, None, [])


def test_hints_stay_out_of_what_a_script_reads(tmp_path: Path):
    make_ready(make_project(tmp_path), 8)
    run(tmp_path, "send", str(MONTH), "--yes", "--plan-only")

    told = subprocess.run(
        command(tmp_path, "status", str(MONTH)), capture_output=True, text=True, env=environment(), check=True
    )

    assert f"run `digest send {MONTH}`" in told.stderr
    assert "run" not in told.stdout
