"""Questions about the model's own goals and values, in chat."""
