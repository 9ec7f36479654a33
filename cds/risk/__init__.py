"""Risk prediction: recipe → features → training → calibration → prediction."""
