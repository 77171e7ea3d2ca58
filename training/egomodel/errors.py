"""Errors that a user of the training can act on, by name."""


class TrainingError(Exception):
    """Any of the errors below."""


class ConfigNotUsable(TrainingError):
    """A config.json says something that no model can be built from."""


class NoUsableClips(TrainingError):
    """A folder holds no clip that could be read."""


class StaleFigures(TrainingError):
    """What was measured was measured of other weights."""


class CheckpointNotUsable(TrainingError):
    """A checkpoint belongs to another stage or another configuration."""
