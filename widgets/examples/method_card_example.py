"""A way to train, waiting to be started: python -m widgets.examples.method_card_example."""

from PySide6.QtWidgets import QApplication

from widgets.method_card import MethodCard

if __name__ == "__main__":
    app = QApplication([])
    view = MethodCard(
        "example", "New head", "Only the new head learns.", "blue", trains_backbone=True
    )
    view.set_facts("8,967 of 3.4 M weights learn")
    view.set_rates(1e-3, 3e-5)
    view.start_pressed.connect(lambda: view.show_running("Epoch"))
    view.stop_pressed.connect(
        lambda: view.show_ready(can_start=True, resumable="After epoch 4", has_result=True)
    )
    view.show()
    app.exec()
