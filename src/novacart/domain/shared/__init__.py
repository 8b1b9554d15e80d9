"""What every feature of the shop stands on: money, ids, events and errors."""
