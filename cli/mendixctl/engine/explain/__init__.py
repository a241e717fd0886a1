"""``explain``: what a field of the YAML, an error's code or a type of resource means, from what mendixctl knows."""
