"""Take an environment back to an earlier release, and bring back what was deleted since."""
