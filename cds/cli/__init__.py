"""The command line: reads arguments, the environment and the clock, and calls one function."""
