"""How long to wait before a retry: full jitter, bounded. It decides and never sleeps."""

FIRST = 1.0  # longest wait before the first retry, in seconds; doubled each time
LONGEST = 300.0  # seconds; also the longest wait that a provider may ask for, since its clock may be wrong
_MOST_DOUBLINGS = 20


def spread(tried: int, jitter: float, *, first: float, longest: float) -> float:
    """
    Return a random part of a span that doubles with each retry: those who failed together do not return together.

    Args:
        tried: Retries so far, from 0.
        jitter: Random, evenly from 0 to 1.
        first: The span before the first retry, in seconds.
        longest: The longest span, in seconds.

    Source: "Exponential Backoff And Jitter", AWS Architecture Blog, 2015 (full jitter).
    """
    return min(first * 2.0 ** min(tried, _MOST_DOUBLINGS), longest) * jitter


def delay(tried: int, jitter: float, *, at_least: float | None = None) -> float:
    """
    Return the seconds to wait before the next request to the provider.

    Args:
        tried, jitter: See `spread`.
        at_least: Seconds that the provider asked for, which come first; None if it did not ask. Values that are not
            positive are ignored.

    Returns:
        From 0 to 2 * LONGEST.
    """
    asked = min(at_least, LONGEST) if at_least is not None and at_least > 0 else 0.0
    return asked + spread(tried, jitter, first=FIRST, longest=LONGEST)
