"""Pictures at Cloudinary."""
