"""Objects into a cluster: compared with it, applied in their order, waited for, taken away; as a part of a release."""
