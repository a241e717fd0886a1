"""What may be done: a verdict for every planned change."""
