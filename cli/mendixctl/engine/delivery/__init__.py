"""Delivers an application: built or taken as it is, pushed by digest, deployed by a strategy, verified, taken back."""
