"""Replay of a past under a policy: what it would have cost, issued, wasted and held."""
