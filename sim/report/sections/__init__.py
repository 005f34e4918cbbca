"""The sections of the report, one function an item of the checklist: findings in, blocks out."""
