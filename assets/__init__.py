"""Sample pictures, lessons, scenes and icons that ship with the application."""
