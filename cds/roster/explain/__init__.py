"""Why a roster cannot be, and what another would cost, in terms a manager can act upon."""
