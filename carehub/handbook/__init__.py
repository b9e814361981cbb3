"""The handbook inside the portal. Its page of rights is drawn from the access matrix and from nothing else."""
