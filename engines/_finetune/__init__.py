"""How networks are trained further; the public door is engines.finetune."""
