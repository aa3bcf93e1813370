"""A small Docker Hub: images with plausible files, and the programs that run in them."""
