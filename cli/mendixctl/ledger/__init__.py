"""The ledger: what every apply of an environment did, append-only, beside its state."""
