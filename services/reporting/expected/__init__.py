"""Who is expected: rosters and what participants say, joined with who has come."""
