"""gRPC between our processes: mTLS with a table of allowed callers, deadlines, one typed error, metrics and traces."""
