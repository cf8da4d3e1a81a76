"""What a page may load and where it may send: the content security policies of the site."""

from collections.abc import Mapping

# Articles hold HTML: nothing in them may run, frame, or be sent anywhere.
CONTENT_SECURITY_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self' https:; form-action 'self'; "
    "frame-ancestors 'none'; base-uri 'none'"
)

# The pages with topics, on which no article stands.
WITH_SCRIPT: Mapping[str, str] = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; form-action 'self'; "
        "frame-ancestors 'none'; base-uri 'none'"
    )
}
