"""What axe finds wrong on a page as it is shown now: the rules of WCAG 2.2 AA that a machine can check."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from axe_playwright_python.base import AXE_SCRIPT  # type: ignore[import-untyped]  # ships no types

if TYPE_CHECKING:
    from playwright.sync_api import Page

RULES = ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"]

LOOKS = [
    ("light", "fr"),
    ("dark", "qps"),
    pytest.param("light", "en", marks=pytest.mark.soak),
    pytest.param("dark", "en", marks=pytest.mark.soak),
]
"""Scheme and language: each scheme once, in words longer than the English ones, which hide less."""

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
    if not page.evaluate(ARRIVED):
        page.evaluate(AXE_SCRIPT)
    found = page.evaluate(FOUND, RULES)
    told = [(rule, [re.sub(r"\s+", " ", html)[:160] for html in nodes]) for rule, nodes in found]
    assert told == [], f"{state}: {told}"
