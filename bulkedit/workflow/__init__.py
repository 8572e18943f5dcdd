"""Where the worlds meet: export into a workbook, check it, import it into its catalogue, refresh it from there."""
