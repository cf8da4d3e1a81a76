"""The public site: published issues, and the pages that mails link to. GET and HEAD change nothing."""
