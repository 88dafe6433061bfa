"""The whole system on one machine: `make up` and what it starts."""
