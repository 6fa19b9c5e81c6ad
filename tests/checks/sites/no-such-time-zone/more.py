TIMEZONE = "New York"
