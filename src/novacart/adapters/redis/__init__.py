"""What Redis is used for, where there is one."""
