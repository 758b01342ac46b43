"""A listing with a marked line: python -m widgets.examples.code_listing_example."""

from PySide6.QtWidgets import QApplication

from widgets.code_listing import CodeListing

if __name__ == "__main__":
    app = QApplication([])
    listing = CodeListing("listing")
    listing.set_source("def double(x):\n    return x + x\n")
    listing.mark_line(2)
    listing.show()
    app.exec()
