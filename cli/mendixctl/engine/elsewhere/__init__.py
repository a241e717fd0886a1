"""Plan, apply and rollback in a build of AWS CodeBuild: started from here, followed live, brought back.

`settings` says where, `source` what is sent, `builds` talks to CodeBuild, `run` is the use-case, `many` that of many
environments, `inside` what the build itself does, `kept` and `answer` what comes back.
"""
