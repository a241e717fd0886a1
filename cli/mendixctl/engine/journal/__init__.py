"""What a run of Terraform says while it works, kept so that a crash can be told from an end."""
