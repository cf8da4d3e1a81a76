"""`digest` where the machine refuses threads: `python limited.py memory|processes ARGUMENTS`.

memory: every thread asks for more than is left, as under a tight `ulimit -v`. processes: as under `ulimit -u`, which
does not bind root, so root becomes somebody else first, who may still open root's files. To be run in the folder of the
project.
"""

import ctypes
import os
import resource
import sys
import threading
from pathlib import Path

_SOMEBODY = 54321
_KEEP_CAPABILITIES = 8  # prctl(2)
_VERSION_3, _OPEN_ANY_FILE = 0x20080522, 0b110  # capset(2): CAP_DAC_OVERRIDE and CAP_DAC_READ_SEARCH
_STACK, _LEFT = 2 << 30, 1 << 30


def main(limit: str, arguments: list[str]) -> None:
    if limit == "memory":
        threading.stack_size(_STACK)
        taken = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (taken + _LEFT, taken + _LEFT))
    else:
        if os.getuid() == 0:
            _become_somebody()
        resource.setrlimit(resource.RLIMIT_NPROC, (1, 1))
    from digest.cli import main as digest

    sys.argv = ["digest", *arguments]
    digest()


def _become_somebody() -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    header = (ctypes.c_uint32 * 2)(_VERSION_3, 0)
    capabilities = (ctypes.c_uint32 * 6)(_OPEN_ANY_FILE, _OPEN_ANY_FILE)
    os.chown("config.yaml", _SOMEBODY, _SOMEBODY)  # access(2) looks at the user alone
    libc.prctl(_KEEP_CAPABILITIES, 1, 0, 0, 0)
    os.setresuid(_SOMEBODY, _SOMEBODY, _SOMEBODY)
    if libc.capset(header, capabilities):
        raise OSError(ctypes.get_errno(), "capset")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
