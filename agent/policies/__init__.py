"""Policies behind the one door of agent.policy.Policy."""
