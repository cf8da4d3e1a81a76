"""How long to wait before trying again: full jitter, bounded. Decides, never sleeps."""

FIRST = 1.0  # seconds at most before the first repetition; doubled each time
LONGEST = 300.0  # seconds; also what a provider may ask for at most: its clock may be wrong


def delay(tried: int, jitter: float, *, at_least: float | None = None) -> float:
    """
    Seconds to wait before trying again.

    Args:
        tried: Repetitions so far, from 0.
        jitter: Evenly from 0 to 1; the wait is that part of a span that doubles each time (full jitter), so that many
            who were refused together do not come back together.
        at_least: Seconds that the provider asked for, which come first; None: it asked for none. Garbage and the past
            count as none.

    Returns:
        From 0 to 2 * LONGEST.

    Source: "Exponential Backoff And Jitter", AWS Architecture Blog, 2015.
    """
    span = min(FIRST * 2.0 ** min(tried, 20), LONGEST)
    asked = min(at_least, LONGEST) if at_least is not None and at_least > 0 else 0.0
    return asked + span * jitter
