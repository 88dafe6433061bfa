"""reporting: live numbers and lists, from what checkin recorded."""
