"""The wire formats of three APIs, as a server speaks them: one module each, pure."""
