"""The tools of the project agree with one another, and the rules of the test run hold."""

import re
import socket
from pathlib import Path

import pytest
import setup as setup_script

ROOT = Path(__file__).resolve().parents[2]


def test_every_make_target_is_a_command_of_the_script():
    makefile = (ROOT / "Makefile").read_text()

    targets = re.search(r"^\.PHONY: (.+)$", makefile, re.MULTILINE).group(1).split()

    assert sorted(targets) == sorted(setup_script.COMMANDS)


def test_both_locks_agree_on_what_runs():
    run, dev = (_pins(ROOT / name) for name in ("requirements.lock", "requirements-dev.lock"))

    assert run.items() <= dev.items()


def test_every_lock_names_bytes_and_no_host():
    for path in (
        ROOT / "requirements.lock",
        ROOT / "requirements-dev.lock",
        ROOT / "scripts/browser/package-lock.json",
    ):
        text = path.read_text()

        assert "://" not in text
        assert "sha256:" in text or "sha512-" in text


def test_connection_to_another_machine_is_refused():
    with pytest.raises(AssertionError, match=r"192\.0\.2\.1"), socket.socket() as outside:
        outside.connect(("192.0.2.1", 80))


def test_looking_up_another_machine_is_refused():
    with pytest.raises(AssertionError, match=r"example\.org"):
        socket.create_connection(("example.org", 80))


def test_connection_to_this_machine_is_allowed():
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()) as client:
        assert client.getpeername() == server.getsockname()


def _pins(lock: Path) -> dict[str, str]:
    return dict(re.findall(r"^([a-z0-9._-]+)==(\S+)", lock.read_text(), re.MULTILINE))
