"""Releases without an outcome, and what may exist in AWS because of them."""
