"""Whole letters as they should be, byte for byte; `make bless` writes them anew."""
