"""HCP Terraform and Terraform Enterprise: whose token, what their API says, and applies that run there.

Sources: API reference of HCP Terraform (developer.hashicorp.com/terraform/cloud-docs/api-docs: "Workspaces", "Runs",
"Plans", "Applies", "State versions"), go-tfe (``workspace.go``, ``run.go``, ``logreader.go``, ``state_version.go``) and
Terraform's own ``internal/cloud/backend_plan.go`` and ``backend_apply.go``.
"""
