"""The doctor's checks, one file per concern; each is a coroutine from a scene to what it found."""
