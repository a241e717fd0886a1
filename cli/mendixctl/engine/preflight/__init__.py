"""Before an apply: what AWS says of what it would be asked for."""
