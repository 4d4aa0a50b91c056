"""Django's PostgreSQL, but for a server that does not answer: see `base`. The name that `ENGINE` is set to."""
