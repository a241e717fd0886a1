"""Areas, written in typed Python, become plain Terraform modules. Only `mendixctl modules build` comes here."""
