"""What a program reads: one JSON document a command."""
