"""MySQL: engines, errors by meaning, idempotency keys."""
