"""A script door: somebody who did not write the box plays a day with it and judges it."""
