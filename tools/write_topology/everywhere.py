"""All places, from every room that has some."""

import chart
import composition
import debian
import pages
import sources


def places(topology):
    return [place for part in (sources, composition, debian, chart, pages) for place in part.places(topology)]
