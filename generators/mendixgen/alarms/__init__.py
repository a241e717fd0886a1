"""The catalogue of alarms, and how a row of it becomes a resource: what monitoring and the edge have in common."""
