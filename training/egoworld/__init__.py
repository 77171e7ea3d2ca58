"""A small furnished room with a person at work, ray-cast from a tripod camera and from the person's eyes.

World frame: metres, right-handed, x to the seated person's right, y ahead of them, z up, floor at z = 0.
Camera frames: metres, x right, y down, z forward.
"""
