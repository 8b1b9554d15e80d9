"""What stands between the application's ports and the world."""
