"""SendGrid: handing over, events and suppression lists."""
