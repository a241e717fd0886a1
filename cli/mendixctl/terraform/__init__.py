"""Terraform as a subprocess: one typed method a subcommand."""
