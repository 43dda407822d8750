"""Who is asked what, when and how; what was sent; what came back."""
