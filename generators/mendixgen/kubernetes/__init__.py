"""The Kubernetes manifests of an environment: what runs on its cluster, one folder a namespace.

`render` turns a specification into text. What an object is stands in one module a topic (`apps`, `gateway`, ...), as
plain data that is written by one writer (`text`), so that nothing of the YAML can break out of a value. Nothing here is
secret, and nothing has to be asked of Terraform: all names are known beforehand (`names`).
"""
