"""The people one expects: lists of an organisation that several activities may use."""
