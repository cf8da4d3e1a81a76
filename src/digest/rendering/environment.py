"""Renders the templates of mails and pages in the language of the reader."""

import gettext
import traceback
from collections.abc import Mapping
from typing import Any

from jinja2 import Environment, FunctionLoader, StrictUndefined, TemplateError, TemplateSyntaxError, select_autoescape

from digest.errors import RenderError
from digest.rendering.plain import fold, item, underline
from digest.rendering.words import direction, join_words, language_attributes, month_name


class Renderer:
    """Renders templates that are already loaded, with their translations. Opens no files."""

    def __init__(self, templates: Mapping[str, str], catalogues: Mapping[str, gettext.NullTranslations]) -> None:
        """
        Args:
            templates: Source by path, such as "email/digest/body.html".
            catalogues: Translations by language; a language without one gets the English of the templates.
        """
        self._templates = dict(templates)
        self._catalogues = dict(catalogues)
        self._environments: dict[str, Environment] = {}

    def translations(self, language: str) -> gettext.NullTranslations:
        """The catalogue of *language*; if there is none, the English of the templates."""
        return self._catalogues.get(language) or gettext.NullTranslations()

    def render(self, template: str, language: str, /, **values: Any) -> str:
        """
        Render one template. Values are escaped in `.html` and `.xml`, and never interpreted as templates.

        Args:
            template: The path of the template.
            language: The language of the texts; templates see it as `language`, unless *values* has its own.

        Raises:
            RenderError: The template is missing or invalid, or a value is missing; names template and line.
        """
        try:
            return self._environment(language).get_template(template).render({"language": language, **values})
        except (TemplateError, TypeError, ValueError, KeyError, AttributeError) as error:
            raise RenderError(f"{self._place(error, template)}: {self._problem(error)}") from error

    def _environment(self, language: str) -> Environment:
        if language not in self._environments:
            self._environments[language] = _environment(self._source, self.translations(language))
        return self._environments[language]

    def _source(self, name: str) -> tuple[str, str, None] | None:
        # the name takes the place of the file name, so that tracebacks show template and line
        return (self._templates[name], name, None) if name in self._templates else None

    def _place(self, error: Exception, template: str) -> str:
        if isinstance(error, TemplateSyntaxError):
            return f"templates/{error.name or template}:{error.lineno}"
        frames = [f for f in traceback.extract_tb(error.__traceback__) if f.filename in self._templates]
        return f"templates/{frames[-1].filename}:{frames[-1].lineno}" if frames else f"templates/{template}"

    @staticmethod
    def _problem(error: Exception) -> str:
        return f"{error}: fix the template" if isinstance(error, TemplateSyntaxError) else f"can't be rendered: {error}"


def _environment(source: Any, translations: gettext.NullTranslations) -> Environment:
    environment = Environment(
        loader=FunctionLoader(source),
        autoescape=select_autoescape(("html", "xml")),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        extensions=["jinja2.ext.i18n"],
    )
    environment.policies["ext.i18n.trimmed"] = True  # as babel.cfg collects them
    environment.install_gettext_translations(translations, newstyle=True)  # type: ignore[attr-defined]
    environment.globals |= {
        "direction": direction,
        "join_words": join_words,
        "language_attributes": language_attributes,
        "month_name": month_name,
    }
    environment.filters |= {"fold": fold, "item": item, "underline": underline}
    return environment
