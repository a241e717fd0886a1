"""An area's inputs as Terraform's variables: types and validations."""
