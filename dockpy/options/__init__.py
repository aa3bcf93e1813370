"""What people pass: keywords and their many forms, turned into the Engine's requests. Pure."""
