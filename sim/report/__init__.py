"""From a run folder to a report: one model, rendered as HTML, PDF and DOCX."""
