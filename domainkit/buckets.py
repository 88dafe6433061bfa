"""How far and how old in steps: told on where the exact figure is evidence that only judging may read."""

from bisect import bisect_left

# Metres from the place, and seconds from a QR's issue to its scan, up to and including.
DISTANCES_M = (50.0, 100.0, 200.0, 500.0, 1000.0, 5000.0)
SLOT_AGES_S = (2, 5, 10, 20, 40, 60)
# How far off a phone says that its position may be, metres.
ACCURACIES_M = (10.0, 20.0, 50.0, 100.0, 200.0, 500.0)


def distance_bucket(distance_m: float) -> int:
    """From 1, the nearest, on; 0 where no distance is known, which is negative."""
    return bisect_left(DISTANCES_M, distance_m) + 1 if distance_m >= 0 else 0


def slot_age_bucket(slot_age_s: int) -> int:
    """From 1, the freshest, on; 0 where there was no QR, of which the age is negative."""
    return bisect_left(SLOT_AGES_S, slot_age_s) + 1 if slot_age_s >= 0 else 0


def accuracy_bucket(accuracy_m: float) -> int:
    """From 1, the most exact, on; 0 where no phone said."""
    return bisect_left(ACCURACIES_M, accuracy_m) + 1 if accuracy_m > 0 else 0
