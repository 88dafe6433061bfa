"""The way of a check-in through the gateway: request, line, batch, fallback, answer."""
