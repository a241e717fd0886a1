"""Recovery of an environment in another region: its plan, drills, failover and failback."""
