"""What people read: the headline of a build."""
