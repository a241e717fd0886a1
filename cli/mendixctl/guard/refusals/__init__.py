"""What AWS refuses, as data that the plan, the emulator and the documentation share: one JSON file a service.

A rule is told from facts. A fact has a place in Terraform's values (``plan``) and one in the request and the answers of
the API (``api``), so that the same condition is asked of a planned change and of a request that reaches the emulator.
"""
