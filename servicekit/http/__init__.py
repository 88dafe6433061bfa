"""HTTP: the server of every process, and what it bears from strangers."""
