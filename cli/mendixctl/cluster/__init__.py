"""The Kubernetes API of an environment's cluster: how it is reached, and the few calls that a deployment makes."""
