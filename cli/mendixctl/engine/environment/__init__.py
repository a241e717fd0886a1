"""What is opened before anything is done: the environment's files, its tools, its ledger, and whose it is."""
