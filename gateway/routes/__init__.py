"""The FastAPI surface, one file per service behind it; the one hot route is `gateway.checkins.route`."""
