"""Enough CSS to know what a mail client would do with a mail's style blocks.

- `syntax` reads a style block or a `style` attribute,
- `selecting` finds the elements a selector means,
- `media` answers media queries,
- `colours` reads colour values,
- `cascade` says which colours, sizes and visibility an element ends up with.
"""
