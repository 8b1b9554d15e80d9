"""Looks at a page for findings of axe and for sideways scrolling."""

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.integration.storefront.journeys import wait_until_shown
from tests.support.browser import save_screenshot


class Inspection:
    """Collects the findings of pages. `suffix` tells the screenshots of tests apart."""

    def __init__(self, suffix: str) -> None:
        self.findings: list[str] = []
        self._suffix = suffix
        self._axe = Axe()

    def look_at(self, page: Page, name: str, *, is_shown: bool = False) -> None:
        """Look at a page when it is shown; `is_shown`: at once, as its requests do not end."""
        if not is_shown:
            wait_until_shown(page)
        # In the middle of a transition, colours are neither of the two.
        page.evaluate(
            "Promise.all(document.getAnimations().map(each => each.finished.catch(() => null)))"
        )
        for violation in self._axe.run(page).response["violations"]:
            nodes = [node["html"][:120] for node in violation["nodes"][:3]]
            self.findings.append(f"{name}: {violation['id']} {nodes}")
        sideways = page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        if sideways > 0:
            self.findings.append(f"{name}: scrolls sideways by {sideways} px")
        save_screenshot(page, f"storefront/{name}-{self._suffix}")
