"""The reference networks of docs/models.md in PyTorch, and the stages that train them."""
