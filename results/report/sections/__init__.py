"""The report's sections: each takes values and gives back a rendered part of the page.

A section is a module here with a function that returns a `Section`, or None where it has nothing
to say, and a template of the same name; `report.build` lists them in reading order.
"""
