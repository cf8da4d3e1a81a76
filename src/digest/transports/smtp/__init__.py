"""An SMTP relay: handing over message by message."""
