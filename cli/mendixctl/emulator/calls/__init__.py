"""What IAM would be asked about each request: the actions, on which resources, under which conditions.

The emulator lets everybody do everything. Where ``MENDIXCTL_EMULATOR_CALLS`` names a file, it writes down there what
AWS would have asked IAM, one JSON object a line, so that policies can be judged by what was really called.
"""
