import json
from pathlib import Path

import pytest

from digest.errors import ConfigError, Conflict
from digest.web.export.folder import FileChanges, open_folder

FIRST = {"index.html": b"home", "2026-11/index.html": b"issue"}


def export(folder: Path, files: dict[str, bytes]) -> FileChanges:
    with open_folder(folder) as opened:
        version = opened.new_version()
        for name, content in files.items():
            version.put(name, content)
        return opened.publish(version)


def online(folder: Path) -> dict[str, bytes]:
    current = (folder / "current").resolve()
    return {path.relative_to(current).as_posix(): path.read_bytes() for path in current.rglob("*") if path.is_file()}


def inode(folder: Path, name: str) -> int:
    return (folder / "current" / name).stat().st_ino


def test_current_is_what_was_published(tmp_path: Path):
    done = export(tmp_path / "site", FIRST)

    assert online(tmp_path / "site") == FIRST
    assert done == FileChanges(written=2, unchanged=0, removed=0)


def test_next_version_writes_only_what_changed(tmp_path: Path):
    export(tmp_path, FIRST)
    before = inode(tmp_path, "2026-11/index.html")
    done = export(tmp_path, {**FIRST, "index.html": b"another home"})

    assert done == FileChanges(written=1, unchanged=1, removed=0)
    assert inode(tmp_path, "2026-11/index.html") == before
    assert online(tmp_path)["index.html"] == b"another home"


def test_next_version_leaves_out_what_is_gone(tmp_path: Path):
    export(tmp_path, FIRST)
    done = export(tmp_path, {"index.html": b"home"})

    assert done == FileChanges(written=0, unchanged=1, removed=1)
    assert online(tmp_path) == {"index.html": b"home"}


def test_old_version_stays_until_the_new_one_is_complete(tmp_path: Path):
    export(tmp_path, FIRST)
    with open_folder(tmp_path) as opened:
        version = opened.new_version()
        version.put("index.html", b"half of a site")

        assert online(tmp_path) == FIRST
    assert online(tmp_path) == FIRST


def test_what_an_unfinished_export_left_is_deleted(tmp_path: Path):
    export(tmp_path, FIRST)
    with open_folder(tmp_path) as opened:
        left = opened.new_version().folder
        (left / "rubbish").write_bytes(b"")
    export(tmp_path, FIRST)

    assert "rubbish" not in online(tmp_path)
    assert sorted(path.name for path in (tmp_path / "versions").iterdir()) == ["1", "2"]


def test_only_the_version_before_is_kept(tmp_path: Path):
    for number in range(4):
        export(tmp_path, {"index.html": b"%d" % number})

    assert sorted(path.name for path in (tmp_path / "versions").iterdir()) == ["3", "4"]


def test_changing_a_new_file_leaves_the_old_version_as_it_was(tmp_path: Path):
    export(tmp_path, FIRST)
    old = (tmp_path / "current").resolve()
    export(tmp_path, {**FIRST, "index.html": b"another home"})

    assert (old / "index.html").read_bytes() == b"home"


def test_file_that_somebody_changed_is_written_again(tmp_path: Path):
    export(tmp_path, FIRST)
    (tmp_path / "current/index.html").write_bytes(b"hoax")
    done = export(tmp_path, FIRST)

    assert online(tmp_path) == FIRST
    assert done.written == 1


def test_manifest_has_the_hash_of_every_file(tmp_path: Path):
    export(tmp_path, {"index.html": b"home"})
    manifest = json.loads((tmp_path / "current/../files.json").read_text())

    assert manifest == {"index.html": "4ea140588150773ce3aace786aeef7f4049ce100fa649c94fbbddb960f1da942"}


def test_file_is_kept_only_as_it_was_written(tmp_path: Path):
    export(tmp_path, FIRST)
    (tmp_path / "current/index.html").write_bytes(b"hoax")
    with open_folder(tmp_path) as opened:
        version = opened.new_version()

        assert version.keep("2026-11/index.html")
        assert not version.keep("index.html")
        assert not version.keep("2026-12/index.html")
        opened.publish(version)
    assert online(tmp_path) == {"2026-11/index.html": b"issue"}


def test_empty_folder_becomes_an_export(tmp_path: Path):
    assert export(tmp_path, FIRST).written == 2


def test_folder_with_other_files_is_refused(tmp_path: Path):
    (tmp_path / "thesis.odt").write_bytes(b"")

    with pytest.raises(ConfigError, match="is not empty and not an export: choose a new folder"):
        export(tmp_path, FIRST)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.odt"]


def test_file_in_place_of_the_folder_is_refused(tmp_path: Path):
    (tmp_path / "site").write_bytes(b"")

    with pytest.raises(ConfigError, match="not an export"):
        export(tmp_path / "site", FIRST)


def test_two_exports_at_once_are_refused(tmp_path: Path):
    with open_folder(tmp_path), pytest.raises(Conflict, match="wait until it has finished"):
        export(tmp_path, FIRST)
