"""Drawings of an environment from its specification: the same specification always makes the same picture."""
