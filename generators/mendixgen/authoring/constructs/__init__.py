"""What areas share: several resources, or both ends of a rule, that always go together."""
