"""What differs from the newest release, and why: AWS, a new generator or module, or the YAML."""
