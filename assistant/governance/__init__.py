"""What a municipality's documents say of who decides, its bodies and its roles, as one register and map."""
