"""Turns schema/ into the generated folders of src/gatewaysdk; see CONTRIBUTING.md. Never shipped."""
