"""The tools of the project agree with one another, and the rules of the test run hold."""

import ast
import re
import socket
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
import setup as setup_script

ROOT = Path(__file__).resolve().parents[2]
SOURCES = ROOT / "src/digest"
UNIT_TESTS = Path(__file__).parent
LONGEST_MODULE = 400  # lines
LARGEST_FOLDER = 15  # modules


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


def test_every_public_class_has_a_name_of_its_own():
    classes = Counter(node.name for path in SOURCES.rglob("*.py") for node in _public_classes(path))

    assert "Issue" in classes
    assert [name for name, count in classes.items() if count > 1] == []


def test_no_module_is_too_long():
    lengths = {path: len(path.read_text().splitlines()) for path in SOURCES.rglob("*.py")}

    assert max(lengths.values()) > 100
    assert [path for path, length in lengths.items() if length > LONGEST_MODULE] == []


def test_no_folder_holds_too_many_modules():
    modules = [path for path in SOURCES.rglob("*.py") if path.name != "__init__.py"]

    folders = Counter(path.parent.relative_to(SOURCES).as_posix() for path in modules)

    assert folders.pop("storage/migrations/versions")  # grows with each release
    assert [name for name, count in folders.items() if count > LARGEST_FOLDER] == []


def test_every_unit_test_is_in_the_folder_of_the_package_that_it_tests():
    tests = [path for path in UNIT_TESTS.rglob("test_*.py") if path != Path(__file__)]

    assert tests
    assert [path for path in tests if not _is_beside_its_package(path)] == []


def _is_beside_its_package(test: Path) -> bool:
    """Whether a unit test is named after a module of its folder's package, or imports from that package."""
    folder = test.parent.relative_to(UNIT_TESTS)
    package = ".".join(("digest", *folder.parts, ""))
    is_named_after_a_module = (SOURCES / folder / test.name.removeprefix("test_")).is_file()
    return is_named_after_a_module or any(f"{name}.".startswith(package) for name in _imports(test))


def _public_classes(path: Path) -> Iterator[ast.ClassDef]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
            yield node


def _imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{name.name}" for name in node.names)
        elif isinstance(node, ast.Import):
            yield from (name.name for name in node.names)


def _pins(lock: Path) -> dict[str, str]:
    return dict(re.findall(r"^([a-z0-9._-]+)==(\S+)", lock.read_text(), re.MULTILINE))
