"""The content security policies of the site."""

from collections.abc import Mapping

# Articles contain HTML: nothing in them may run, be framed, or send data elsewhere.
CONTENT_SECURITY_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self' https:; connect-src 'self'; form-action 'self'; "
    "frame-ancestors 'none'; base-uri 'none'"
)

# For the page of an article, which may load the site's own script; nothing in its text may run.
FOR_ARTICLE: Mapping[str, str] = {"Content-Security-Policy": f"{CONTENT_SECURITY_POLICY}; script-src 'self'"}

# For the pages of an export, which say it themselves; there, the search runs in the browser, in WebAssembly.
FOR_FILES = (
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; style-src 'self'; "
    "img-src 'self' https:; connect-src 'self'; form-action 'self'; base-uri 'none'"
)

# For the pages with topics, which show no articles.
WITH_SCRIPT: Mapping[str, str] = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    )
}
