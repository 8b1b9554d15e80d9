"""How fast the shop is, beside a bare Flask route under the same server in the same run."""
