"""What the public site and the preview share: headers, the origin check, a shield against faults, the server."""
