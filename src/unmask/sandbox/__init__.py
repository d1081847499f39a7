"""Where the code of a model under test runs: what isolates it, and what may come out of it."""
