"""Generates folders of src/gatewaysdk from schema/; see CONTRIBUTING.md. It is not shipped with the package."""
