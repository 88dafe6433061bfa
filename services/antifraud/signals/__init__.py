"""One file per signal: what a piece of evidence says, before any policy weighs it."""
