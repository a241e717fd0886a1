"""Brings an environment's manifests into its cluster: compared, applied, those that are no longer said taken away."""
