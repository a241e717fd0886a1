"""Plan an environment: what would change, what that means, and whether it may be applied."""
