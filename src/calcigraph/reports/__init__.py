"""Reports: what was found in records, in the forms that people, editors and CI systems read."""
