"""Runs an ONNX graph on the device that really works. Imports nothing but numpy and ONNX Runtime,
so that it can be copied to a machine that has only those."""
