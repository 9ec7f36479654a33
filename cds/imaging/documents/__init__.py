"""Results as DICOM objects that an archive takes: structured report, segmentation, picture."""
