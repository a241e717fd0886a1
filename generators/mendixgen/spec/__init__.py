"""The specification of an environment: YAML read with positions, checked, edited and merged."""
