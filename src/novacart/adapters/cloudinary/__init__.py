"""Image store at Cloudinary."""
