"""Train an imaging model: pictures and labels in, a graph with its contract out (needs torch)."""
