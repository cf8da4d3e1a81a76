"""The verbs: what the command line, the calendar and the site do. The only place that combines rules, storage and
transports."""
