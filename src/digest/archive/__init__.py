"""The pages of published issues: their content, languages and colours. Pure."""
