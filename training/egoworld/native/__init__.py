"""The ray-caster: C sources, their record layouts, and the compiled library."""
