"""Pipelines as files: those that deliver apps, and those of the platform repository itself, for each tool.

All of them stay thin: what they do is commands of mendixctl, which are the same for every tool and are tested where
they are. What differs is how a tool waits for a person, holds a second run back, and hands out identities.
"""
