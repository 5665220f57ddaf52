"""Measurements. Each figure is printed with what it is compared to, from the same run."""
