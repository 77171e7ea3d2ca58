"""Which latent frames a chunk sees, and where they stand in time (docs/models.md, "causal").

The cache has a slot a latent frame: the first `sinks` stay, the last `window` (the current chunk's included) take turns.
Places are those of the cache: frame i stands at i until it is full, then the current chunk's last frame stands at the end.
"""


def visible(last, sinks, window):
    """(frame, place) of everything that the chunk which ends with frame `last` sees, in order, itself included."""
    slide = max(0, last + 1 - (sinks + window))
    first = max(sinks, last - window + 1)
    kept = [(frame, frame) for frame in range(min(sinks, last + 1))]
    return kept + [(frame, frame - slide) for frame in range(first, last + 1)]
