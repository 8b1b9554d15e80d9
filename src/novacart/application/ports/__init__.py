"""The hexagon's edge: what the shop needs of the world, one module a port."""
