"""The application: what the person sees as one program."""
