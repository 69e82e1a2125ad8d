"""What gatewaysdk gives to test runners: a plugin for pytest, which finds it by its entry point."""
