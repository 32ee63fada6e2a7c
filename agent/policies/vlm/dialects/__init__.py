"""One file for each family of models: how it speaks."""
