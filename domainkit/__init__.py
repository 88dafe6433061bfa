"""What several processes share that is this business: credentials, seals, roles, names, guesses."""
