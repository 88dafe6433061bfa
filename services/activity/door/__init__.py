"""What staff need at a door: whom they mean, guests, and paper."""
