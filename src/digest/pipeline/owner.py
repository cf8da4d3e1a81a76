"""Who works on something: host, boot, process and its birth, so that a reused number is not mistaken for it."""

import os
import socket
from pathlib import Path

_START_FIELD = 19  # of /proc/PID/stat behind the command's closing parenthesis: clock ticks since boot
_PARTS = 3  # strokes in a name


def this_process() -> str:
    """The name under which this process claims work: host, where its number means something, number and birth."""
    pid = os.getpid()
    return f"{socket.gethostname()}/{_realm()}/{pid}/{_birth(pid) or ''}"


def is_gone(owner: str) -> bool:
    """
    Whether the process named *owner* certainly runs no more.

    False if it ran on another host or in another container, if this system does not tell, or if *owner* names no
    process: then only the lease decides.
    """
    if owner.count("/") < _PARTS:
        return False
    here, pid, birth = owner.rsplit("/", 2)
    if here != f"{socket.gethostname()}/{_realm()}" or not _realm() or not birth:
        return False
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return _birth(int(pid)) not in {birth, None}


def _realm() -> str:
    # two containers may share a host name, and a machine that was started again counts its processes anew
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
        return f"{boot}.{Path('/proc/self/ns/pid').stat().st_ino}"
    except OSError:
        return ""


def _birth(pid: int) -> str | None:
    """When the process was born, in ticks since boot; "gone" if it has ended, None if this system does not tell."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace")
    except OSError:
        return None
    fields = stat.rpartition(")")[2].split()
    return "gone" if fields[0] in {"Z", "X"} else fields[_START_FIELD]
