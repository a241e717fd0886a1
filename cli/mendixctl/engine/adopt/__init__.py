"""``adopt``: what was built by hand in an account becomes an environment's, without being touched first."""
