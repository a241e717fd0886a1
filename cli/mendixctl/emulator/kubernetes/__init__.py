"""A small Kubernetes API for each emulated cluster: what kubectl, the Python client and our releases need of one.

Objects are kept, validated against the schemas of the cluster's own version, applied on the server's side with managed
fields, watched and deleted as a real server does it. There is no scheduler and no kubelet: stand-ins say of what was
asked for that it runs (`controllers`), or that it fails where an annotation tells them to.

A request that changes something goes through the emulator's journal like one to AWS, so that objects are kept across a
restart and reset with everything else.
"""
