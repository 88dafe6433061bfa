"""The web console as browsers fetch it: files of a build, which the API neither needs nor knows."""
