"""The Reflex app: what people and programs touch."""
