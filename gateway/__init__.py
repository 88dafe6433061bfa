"""The HTTP surface: token check, limits, natural batching of check-ins, live streams. Stateless."""
