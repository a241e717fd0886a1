"""One function a result: how it looks to a person. `mendixctl.views.human.view` says which result is whose."""
