"""The bundled sample models and their database. Nothing outside knows what they are."""
