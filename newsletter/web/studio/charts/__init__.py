"""Numbers as pictures that are read, not only seen: SVG with words, each with its table.

Pure: values in, markup out. Widths are shares of whatever room there is, heights and letters are
pixels, so a chart is as legible on a phone as on a desk. Colours come from the style sheet by
class; what is not sure is hatched, so that nothing hangs on a colour.
"""

from newsletter.web.studio.charts.bars import Bar, bars, funnel
from newsletter.web.studio.charts.chart import Chart, Key, Table
from newsletter.web.studio.charts.growing import Point, growth
from newsletter.web.studio.charts.limits import Line, Share, rates
from newsletter.web.studio.charts.over_time import Moment, Series, over_time

__all__ = [
    "Bar",
    "Chart",
    "Key",
    "Line",
    "Moment",
    "Point",
    "Series",
    "Share",
    "Table",
    "bars",
    "funnel",
    "growth",
    "over_time",
    "rates",
]
