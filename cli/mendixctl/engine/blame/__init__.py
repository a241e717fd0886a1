"""Which release last changed what: chains of values and of changes, walked out of the ledger."""
