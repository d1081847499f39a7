"""One self-contained HTML file: no script, nothing from elsewhere, every value escaped."""

from __future__ import annotations

from unmask.results.report import lead
from unmask.results.report.build import Material, sections
from unmask.results.report.template import render


def render_html(material: Material) -> str:
    """Render the report as one HTML page that needs nothing but itself."""
    return str(
        render(
            "report.html.jinja2",
            title=lead.title(material.table),
            scope=lead.scope(material.table),
            simulated=lead.simulated(material.table),
            decisive=lead.decisive(material.table, material.rows, material.headline),
            sections=sections(material),
            versions=material.versions,
        )
    )
