"""Examines the installation: what really works on this computer, and what to do if not."""
