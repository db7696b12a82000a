"""The one list of the program: a model that reads when it is seen, and the view that shows it."""
