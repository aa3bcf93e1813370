"""A build on this side: the context's files and their rules, the Dockerfile, the builder's messages."""
