SITENAME = "Another"
