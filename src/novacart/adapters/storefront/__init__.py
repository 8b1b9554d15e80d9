"""The storefront: the built React client, and the HTML of its pages."""
