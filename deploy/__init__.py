"""How the system is started: on one machine, in an image, in a cluster."""
