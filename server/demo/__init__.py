"""A small fictional group of hotels, made up whole: its properties, its guests, the exports of its systems.

Names come from hand-written lists (cultures/), not from a library of fake data: the lists are smaller than
such a library, the same seed gives the same bytes for as long as we like, each culture keeps its shapes
(double surnames, feminine endings, native scripts), and no living person's phone or address can come out.
"""
