"""The shapes of requests and answers, feature by feature."""
