"""What was lived: episodes, the day's context, levels of weights, and the sleep that makes them."""
