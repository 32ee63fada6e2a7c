"""The desk: one terminal screen from which a person runs the agent's day and night."""
