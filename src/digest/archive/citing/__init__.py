"""Studies in the formats of reference managers and spreadsheets, and what pages say of them to machines."""
