"""When an issue goes out and to how many: what a person is told before saying yes.

Truth is a row of the ledger. Here a time is read and put into words, readers are counted, and
one interval job looks at the ledger every moment.
"""
