"""Renderings of diagnoses and pages: one output format a file, all behind :class:`smtp421.render.interface.Renderer`."""
