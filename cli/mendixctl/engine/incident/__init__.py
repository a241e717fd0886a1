"""Incidents of an environment: what is open, who answered and solved it, and whether deadlines were kept."""
