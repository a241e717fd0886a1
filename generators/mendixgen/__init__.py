"""mendixgen: a specification in, Terraform files out. Pure: no AWS, no Terraform, no printing."""

__version__ = "0.1.0"
