"""The public site: published issues, and the links of every mail. GET and HEAD change nothing."""
