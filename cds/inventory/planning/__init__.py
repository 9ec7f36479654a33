"""From a pharmacy's data to tonight's order: forecast, what may happen, what to buy and why."""
