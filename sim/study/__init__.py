"""Studies: replicates, paired comparisons, sweeps, sensitivity and closed forms."""
