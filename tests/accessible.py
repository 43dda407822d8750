"""What axe finds wrong on a page as it is shown now: the rules of WCAG 2.2 AA that a machine can check."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from axe_playwright_python.base import AXE_SCRIPT  # type: ignore[import-untyped]  # ships no types

if TYPE_CHECKING:
    from playwright.sync_api import Page

RULES = ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"]

COLOURS = {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}
"""The rules whose answer depends on the scheme: it changes colours and nothing else."""

LANGUAGES = ["fr", *(pytest.param(language, marks=pytest.mark.soak) for language in ("qps", "en"))]
"""Always a language whose words are longer than the English ones, which hide less."""

ARRIVED = """async () => {
  const frame = () => new Promise(requestAnimationFrame);
  await frame();
  await frame();
  const moving = document.getAnimations().filter(
    (one) => one.playState === "running" && one.effect.getComputedTiming().endTime < Infinity);
  await Promise.all(moving.map((one) => one.finished.catch(() => {})));
  return "axe" in window;
}"""
"""Waits until what arrives half transparent is there, in 150 ms; tells whether this page knows axe."""

FOUND = """async (rules) => {
  const found = await axe.run({ runOnly: rules, resultTypes: ["violations"], selectors: false });
  return found.violations.map((rule) => [rule.id, rule.nodes.map((node) => node.html)]);
}"""
"""Only what is wrong comes back: to tell of each element that passed took as long as to find out."""


def assert_accessible_in_both(page: Page, state: str) -> None:
    """No violation in what is shown now, light and dark, without asking for it again; it ends light."""
    page.emulate_media(color_scheme="light")
    assert_accessible(page, f"{state}, light")
    page.emulate_media(color_scheme="dark")
    _assert_without_violation(page, f"{state}, dark", COLOURS)
    page.emulate_media(color_scheme="light")


OUT_OF_REACH = """(smallest) => {
  const found = document.documentElement.scrollWidth > innerWidth ? ["the page scrolls sideways"] : [];
  const seen = { contentVisibilityAuto: true, visibilityProperty: true };
  const targets = "a, button, summary, select, textarea, input:not([type=hidden])";
  for (const target of document.querySelectorAll(targets)) {
    const box = (target.closest(".tap, .tick") ?? target).getBoundingClientRect();
    const isHidden = box.width < 2 || getComputedStyle(target).clipPath !== "none";
    if (isHidden || !target.checkVisibility(seen)) continue;
    const size = `${Math.round(box.width)} x ${Math.round(box.height)}`;
    const told = `${target.id || target.className || target.localName}, ${size}`;
    if (Math.min(box.width, box.height) < smallest - 0.5) found.push(`too small: ${told}`);
    if (box.left < -0.5 || box.right > innerWidth + 0.5) found.push(`outside: ${told}`);
  }
  return found;
}"""
FINGER = 48  # pixels


def assert_in_reach(page: Page, state: str) -> None:
    """Whatever can be tapped now is as large as a finger and inside the page."""
    assert page.evaluate(OUT_OF_REACH, FINGER) == [], state


def assert_accessible(page: Page, state: str) -> None:
    """No violation in what is shown now; `state` says in the failure which page that was."""
    _assert_without_violation(page, state, RULES)


def _assert_without_violation(page: Page, state: str, rules: object) -> None:
    if not page.evaluate(ARRIVED):
        page.evaluate(AXE_SCRIPT)
    found = page.evaluate(FOUND, rules)
    told = [(rule, [re.sub(r"\s+", " ", html)[:160] for html in nodes]) for rule, nodes in found]
    assert told == [], f"{state}: {told}"
