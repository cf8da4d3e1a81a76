"""Who works on something: host, process and the process's birth, so that a reused number is not mistaken for it."""

import os
import socket
from pathlib import Path

_START_FIELD = 19  # of /proc/PID/stat behind the command's closing parenthesis: clock ticks since boot


def this_process() -> str:
    """The name under which this process claims work, such as `host/4711/80123`."""
    pid = os.getpid()
    return f"{socket.gethostname()}/{pid}/{_birth(pid)}"


def is_gone(owner: str) -> bool:
    """
    Whether the process named *owner* certainly runs no more.

    False if it ran on another host, or if this system does not tell when a process was born: then only the lease
    decides.
    """
    host, pid, birth = owner.rsplit("/", 2)
    if host != socket.gethostname() or not birth:
        return False
    return _birth(int(pid)) != birth


def _birth(pid: int) -> str:
    proc = Path("/proc/self/stat")
    if not proc.exists():
        return ""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace")
    except (FileNotFoundError, ProcessLookupError):
        return "gone"
    fields = stat.rpartition(")")[2].split()
    return "gone" if fields[0] in {"Z", "X"} else fields[_START_FIELD]
