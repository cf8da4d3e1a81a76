"""One month, from articles to bytes: the issue, its editions, their headers, links and checks."""
