"""How each style picture is drawn; `assets.make_styles` writes them."""
