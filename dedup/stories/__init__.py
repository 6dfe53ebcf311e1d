"""Stories: documents on the same event in different words, found by the rare words, names and numbers they share."""
