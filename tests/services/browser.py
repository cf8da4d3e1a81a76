"""The browser of the page tests: how it is found and launched."""

import chromium
from playwright.sync_api import Browser, BrowserType

# No GPU, no QUIC, no calls home; every host but this machine is unknown to it.
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
)


def launch(browser_type: BrowserType) -> Browser:
    """
    Launch the browser that `scripts/chromium.py` finds.

    Raises:
        RuntimeError: There is none; the message says what to do.
    """
    executable = chromium.find()
    if executable is None:
        raise RuntimeError(f"no browser for the page tests: `make test` fetches one; or {chromium.BRING_ONE}")
    return browser_type.launch(executable_path=executable, args=list(ARGUMENTS))
