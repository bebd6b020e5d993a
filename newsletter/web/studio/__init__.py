"""The studio: compose, see, approve, schedule and watch, in the browser."""
