"""Use case: from draft to approved.

People look at a letter before it goes out: by a link that shows the draft and takes comments, by
a personal link that asks for a decision, in their own inbox as a test, and in the rehearsal
before they approve. What they decide on is what they were shown: a decision carries the mark of
that, and is refused when the files make something else by then.
"""
