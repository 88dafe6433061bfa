"""RabbitMQ: connections that come back, confirmed publishes, consumers in batches, the outbox."""
