"""Who must know: neutral messages, their form in each channel, and an outbox that loses nothing.

`compose` says what is said, `routing` to whom, `formats` in which form (limits and escaping live there), `outbox` keeps
each delivery until it is made, `senders` make it. Messages are frozen (`types`); the same key is delivered once.
"""
