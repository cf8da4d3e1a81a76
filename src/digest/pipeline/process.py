"""The owner of a lease: host, boot, process number and start time, so that a reused number is not mistaken for it.

A lease goes by the database's clock. That clock may step, or differ between two processes on one SQLite file, so
where the owner is known to run on this machine its lease goes by the machine's uptime instead.
"""

import datetime as dt
import os
import socket
from pathlib import Path

_START_FIELD = 19  # of /proc/PID/stat behind the command's closing parenthesis: clock ticks since boot
_PARTS = 3  # strokes in a name


def this_process() -> str:
    """The name under which this process claims work: host, where its number means something, number and birth."""
    pid = os.getpid()
    return f"{_here()}/{pid}/{_birth(pid) or ''}"


def is_running(pid: int) -> bool | None:
    """Whether a process with this number runs on this machine; None if it belongs to another account."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return None
    return True


def is_gone(owner: str) -> bool:
    """
    Whether the process named *owner* has certainly ended.

    False if it ran on another host or in another container, if this system does not tell, or if *owner* names no
    process: then only the lease decides.
    """
    return _runs(owner) is False


def counts_as_gone(owner: str, lease_until: dt.datetime, lease_uptime: float | None, now: dt.datetime) -> bool:
    """
    Whether *owner* counts as gone at *now*: its process has ended, or its lease has run out.

    Args:
        lease_uptime: When the lease ends, by the uptime of the owner's machine. It decides, whatever the clock says,
            as long as the owner is known to run on this machine.
    """
    runs = _runs(owner)
    up = uptime() if runs and lease_uptime is not None else None
    if runs is False:
        return True
    return lease_until <= now if up is None or lease_uptime is None else lease_uptime <= up


def uptime() -> float | None:
    """Seconds since this machine started, which no change of its clock moves; None if this system does not tell."""
    try:
        # not a clock of this process: the tools that fake those leave the file alone
        return float(Path("/proc/uptime").read_text(encoding="ascii").split()[0])
    except (OSError, ValueError, IndexError):
        return None


def shares_uptime(owner: str) -> bool:
    """Whether *owner* ran on this machine since it was last started, so that its uptimes can be compared."""
    return owner.count("/") >= _PARTS and bool(_realm()) and owner.rsplit("/", 2)[0] == _here()


def _runs(owner: str) -> bool | None:
    """Whether the process named *owner* runs; None if nobody here can know."""
    if not shares_uptime(owner):
        return None
    _, pid, birth = owner.rsplit("/", 2)
    if not birth:
        return None
    if (running := is_running(int(pid))) is not True:
        return running
    now_born = _birth(int(pid))
    return None if now_born is None else now_born == birth


def _here() -> str:
    return f"{socket.gethostname()}/{_realm()}"


def _realm() -> str:
    # two containers may share a host name, and process numbers start again after a reboot
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
