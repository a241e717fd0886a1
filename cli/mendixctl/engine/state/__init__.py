"""The state as an object: its copies, its locks, and whether it is what the ledger says was left."""
