"""Other people's services and formats, one home per library; their errors become ours at this door."""
