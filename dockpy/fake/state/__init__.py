"""What a daemon holds: plain data and the verbs on it. It knows no HTTP."""
