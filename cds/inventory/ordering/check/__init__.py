"""Independent check of order plans: shares the description with the engine, and nothing else."""
