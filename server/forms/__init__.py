"""Form definitions: versioned, immutable data files with their texts in all languages."""
