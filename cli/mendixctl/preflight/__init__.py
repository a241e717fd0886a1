"""What is asked of AWS before a plan is applied: read-only, with the deployer's own credentials.

Validation knows what no account has, and a plan what Terraform would do. What is left depends on the account: quotas,
what a zone offers, which names are taken, who may do what. A `Question` asks about one of these and gives `Finding`
objects; `catalogue` lists the questions, `run` asks them at the same time, and `cache` keeps the answers for an hour.
Nothing here changes anything, and nothing here is imported for an environment of the emulator or without need.
"""
