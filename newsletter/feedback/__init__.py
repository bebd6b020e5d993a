"""Use case: what happened to every single mail after it was handed over."""
