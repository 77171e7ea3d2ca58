"""Training clips: random rooms of analytic shapes with a person at work, seen from outside (exo) and from the head (ego).

World: metres, right-handed, z up, the floor at z = 0. A person's own frame has its origin on the floor under the hips, x to the
right and y ahead. Cameras: x right, y down, z forward.
"""
