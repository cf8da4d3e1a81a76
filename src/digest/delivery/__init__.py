"""The rules of getting an edition to its readers: states, plan, message, hand-over."""
