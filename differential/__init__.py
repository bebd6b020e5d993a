"""A second opinion on the pipeline: MJML's own compiler, and css-inline.

Not part of `make test`: it needs Node and a package from npm. `make test-differential` gets
both, or says loudly that it can not.
"""
