"""Planning, handing over, steering and settling a campaign."""
