"""Every route but one, a file per service behind them; the hot one is `gateway.checkins.route`."""
