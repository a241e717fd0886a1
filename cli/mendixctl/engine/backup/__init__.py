"""Backups of an environment: what is covered by which plan."""
